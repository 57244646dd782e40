//! The state of this tab alone: its id, and the drafts of its conversations. It survives a reload, and ends with the tab.
//!
//! A draft is saved twice: here at each key press, so that it is certain to be there after a reload, and in the record of its
//! conversation whenever that is written, so that it outlives the tab. A conversation without a question has no record and
//! isn't listed. Its draft and its settings are here alone, and another tab's new chat starts empty.
//!
//! A browser stores a few megabytes for a tab. A longer text is held in memory until it is shorter, or sent.

use crate::{
    browser::{random_id, unix_ms},
    chat::{
        conversation::{Provenance, Settings},
        storage::error::StorageError,
    },
};
use leptos::{prelude::window, web_sys};
use std::cell::RefCell;

const TAB: &str = "starcrossed-tab";
const DRAFT: &str = "starcrossed-draft";
const NEW_DRAFT: &str = "starcrossed-new-draft";
const EDIT: &str = "starcrossed-edit";
const MODEL: &str = "starcrossed-model";
const KEPT: &str = "starcrossed-kept";
const SETTINGS: &str = "starcrossed-settings";

/// The origin of a new message: a random id, this tab, and the time.
#[must_use]
pub fn provenance() -> Provenance {
    Provenance { id: random_id(), writer: tab_id(), now_ms: unix_ms() }
}

/// The id of this tab. Duplicating a tab copies its id. The copy then shows the original's running answer as interrupted
/// until it ends.
#[must_use]
pub fn tab_id() -> String {
    if let Some(id) = get(TAB) {
        return id;
    }
    let id = random_id();
    set(TAB, &id);
    id
}

/// Saves the draft of a conversation. A new conversation's id is empty.
pub fn save_draft(conversation: &str, draft: &str) {
    save(draft_key(conversation), conversation, draft);
}

/// The key of a conversation's draft. A new conversation has a key of its own, so its draft survives a look at others.
fn draft_key(conversation: &str) -> &'static str {
    if conversation.is_empty() { NEW_DRAFT } else { DRAFT }
}

/// The draft of this conversation, if it is the one that was open here last, or if its draft is held in memory.
#[must_use]
pub fn draft(conversation: &str) -> Option<String> {
    load(draft_key(conversation), conversation)
}

fn draft_in(kept: &str, conversation: &str) -> Option<String> {
    let (id, draft) = kept.split_once('\n')?;
    (id == conversation).then(|| draft.to_owned())
}

/// Saves the edit of a question, apart from the conversation's draft.
pub fn save_edit(conversation: &str, question: &str, text: &str) {
    save(EDIT, conversation, &[question, "\n", text].concat());
}

/// Deletes the edit of this conversation's question.
pub fn delete_edit(conversation: &str) {
    save(EDIT, conversation, "");
}

/// The edit in this conversation: the id of the question, and its new text.
#[must_use]
pub fn edit(conversation: &str) -> Option<(String, String)> {
    let edit = load(EDIT, conversation)?;
    let (question, text) = edit.split_once('\n')?;
    Some((question.to_owned(), text.to_owned()))
}

/// A text that the browser has no room for: its key, the conversation, the text.
type Unsaved = (&'static str, String, String);

thread_local! {
    static UNSAVED: RefCell<Vec<Unsaved>> = const { RefCell::new(Vec::new()) };
}

/// Saves a text of a conversation. If there is no room, the text is held in memory, and the older text is removed so that it
/// doesn't come back.
fn save(key: &'static str, conversation: &str, text: &str) {
    let is_kept = set(key, &[conversation, "\n", text].concat());
    if !is_kept && let Some(storage) = storage() {
        _ = storage.remove_item(key);
    }
    UNSAVED.with_borrow_mut(|unsaved| {
        unsaved.retain(|held| !is_of(held, key, conversation));
        if !is_kept && !text.is_empty() {
            unsaved.push((key, conversation.to_owned(), text.to_owned()));
        }
    });
}

/// The text that was saved or held last.
fn load(key: &'static str, conversation: &str) -> Option<String> {
    let held = UNSAVED.with_borrow(|unsaved| unsaved.iter().find(|held| is_of(held, key, conversation)).cloned());
    held.map(|(.., text)| text).or_else(|| draft_in(&get(key)?, conversation))
}

fn is_of((key, conversation, _): &Unsaved, of: &str, whose: &str) -> bool {
    *key == of && conversation == whose
}

/// Whether there was no room for this conversation's draft, or for its edit.
#[must_use]
pub fn is_unsaved(conversation: &str, is_edit: bool) -> bool {
    let key = if is_edit { EDIT } else { draft_key(conversation) };
    UNSAVED.with_borrow(|unsaved| unsaved.iter().any(|held| is_of(held, key, conversation)))
}

/// The model that was picked last in any tab. Empty before the first time.
#[must_use]
pub fn model() -> String {
    get_local(MODEL).unwrap_or_default()
}

/// Saves the picked model for all tabs.
pub fn save_model(model: &str) {
    set_local(MODEL, model);
}

/// The settings of a new conversation: those that were set in this tab for it, else the defaults of all tabs.
#[must_use]
pub fn settings() -> Settings {
    let kept = get(SETTINGS).filter(|kept| !kept.is_empty()).or_else(|| get_local(SETTINGS));
    kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

/// Saves the settings of this tab's new conversation, which has no question yet.
///
/// # Errors
/// There is no room, or the browser stores nothing.
pub fn save_new_settings(settings: &Settings) -> Result<(), StorageError> {
    store_settings(storage(), settings)
}

/// Deletes the draft and the settings of this tab's new conversation, once it has a question.
pub fn clear_new() {
    save_draft("", "");
    set(SETTINGS, "");
}

/// Saves the default settings of new conversations, for all tabs.
///
/// # Errors
/// There is no room, or the browser stores nothing.
pub fn save_settings(settings: &Settings) -> Result<(), StorageError> {
    store_settings(window().local_storage().ok().flatten(), settings)
}

fn store_settings(storage: Option<web_sys::Storage>, settings: &Settings) -> Result<(), StorageError> {
    // Five strings can't fail to serialize.
    let settings = serde_json::to_string(settings).unwrap_or_default();
    Ok(storage.ok_or(StorageError::Refused)?.set_item(SETTINGS, &settings)?)
}

fn get_local(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Returns whether the value is stored. If the browser refuses, the page works without.
fn set_local(key: &str, value: &str) -> bool {
    window().local_storage().ok().flatten().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Whether this browser has ever saved a conversation. If not, there is nothing to list.
#[must_use]
pub fn has_conversations() -> bool {
    get_local(KEPT).is_some()
}

/// Remembers that this browser has saved a conversation.
pub fn mark_has_conversations() {
    set_local(KEPT, "yes");
}

/// Whether the browser stores anything for this tab.
#[must_use]
pub fn is_available() -> bool {
    let id = tab_id();
    get(TAB) == Some(id)
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Returns whether the value is stored. If the browser refuses, the page works without.
fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draft_belongs_to_its_conversation_and_may_have_several_lines() {
        assert_eq!(draft_in("c1\na\nb", "c1"), Some("a\nb".into()));
        assert_eq!(draft_in("\nnew", ""), Some("new".into()));
        assert_eq!(draft_in("c1\na", "c2"), None);
        assert_eq!(draft_in("", ""), None);
    }
}
