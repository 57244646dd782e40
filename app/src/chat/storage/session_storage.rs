//! What is this tab's alone: its name, and what stands in its box. It survives a reload, and ends with the tab.
//!
//! A draft is kept twice. Here, at each key press, since that is certain to be there after a reload; and in its
//! conversation's record, whenever that is written, so that it outlives the tab. A conversation in which nothing has been
//! asked has no record and isn't listed: its draft and its settings are here alone, and another tab's new chat begins empty.
//!
//! A browser keeps some megabytes of a tab. A text that is longer waits in the page's memory, until it is shorter or sent.

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

/// Who writes, when, and under which new id.
#[must_use]
pub fn provenance() -> Provenance {
    Provenance { id: random_id(), writer: tab_id(), now_ms: unix_ms() }
}

/// The name of this tab. A tab that is duplicated takes it along; then the copy takes an answer that the original is still
/// writing for interrupted, until that is finished.
#[must_use]
pub fn tab_id() -> String {
    if let Some(name) = get(TAB) {
        return name;
    }
    let name = random_id();
    set(TAB, &name);
    name
}

/// Keeps what stands in the box of this conversation; its id is empty while nothing has been asked in it.
pub fn save_draft(conversation: &str, draft: &str) {
    save(draft_key(conversation), conversation, draft);
}

/// A new conversation's draft waits while others are looked at.
fn draft_key(conversation: &str) -> &'static str {
    if conversation.is_empty() { NEW_DRAFT } else { DRAFT }
}

/// The text that stood in the box of this conversation, if that was open here last, or if there was no room for the text.
#[must_use]
pub fn draft(conversation: &str) -> Option<String> {
    load(draft_key(conversation), conversation)
}

fn draft_in(kept: &str, conversation: &str) -> Option<String> {
    let (id, draft) = kept.split_once('\n')?;
    (id == conversation).then(|| draft.to_owned())
}

/// Keeps what a question is being made of, and which: its draft keeps its own place.
pub fn save_edit(conversation: &str, question: &str, text: &str) {
    save(EDIT, conversation, &[question, "\n", text].concat());
}

/// No question of this conversation is being asked otherwise.
pub fn delete_edit(conversation: &str) {
    save(EDIT, conversation, "");
}

/// The question of this conversation that was being asked otherwise, if there is one, and what it was being made.
#[must_use]
pub fn edit(conversation: &str) -> Option<(String, String)> {
    let edit = load(EDIT, conversation)?;
    let (question, text) = edit.split_once('\n')?;
    Some((question.to_owned(), text.to_owned()))
}

/// A text that the browser has no room for: its key, its conversation, the text.
type Unsaved = (&'static str, String, String);

thread_local! {
    static UNSAVED: RefCell<Vec<Unsaved>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a text of a conversation. If there is no room, it is held in memory; and what was kept there before must not come
/// back in its place.
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

/// The text that was kept or held last.
fn load(key: &'static str, conversation: &str) -> Option<String> {
    let held = UNSAVED.with_borrow(|unsaved| unsaved.iter().find(|held| is_of(held, key, conversation)).cloned());
    held.map(|(.., text)| text).or_else(|| draft_in(&get(key)?, conversation))
}

fn is_of((key, conversation, _): &Unsaved, of: &str, whose: &str) -> bool {
    *key == of && conversation == whose
}

/// Whether there was no room for the draft of this conversation, or for what one of its questions is being made.
#[must_use]
pub fn is_unsaved(conversation: &str, is_edit: bool) -> bool {
    let key = if is_edit { EDIT } else { draft_key(conversation) };
    UNSAVED.with_borrow(|unsaved| unsaved.iter().any(|held| is_of(held, key, conversation)))
}

/// The model that was picked last, in whichever tab; empty before the first time.
#[must_use]
pub fn model() -> String {
    get_local(MODEL).unwrap_or_default()
}

/// Remembers the model that was picked.
pub fn save_model(model: &str) {
    set_local(MODEL, model);
}

/// How a model is to answer in a new conversation: as was said here for this one, or last for all, in whichever tab.
#[must_use]
pub fn settings() -> Settings {
    let kept = get(SETTINGS).filter(|kept| !kept.is_empty()).or_else(|| get_local(SETTINGS));
    kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

/// Keeps how a model is to answer in this tab's new conversation, in which nothing has been asked yet.
///
/// # Errors
/// There is no room, or the browser keeps nothing.
pub fn save_new_settings(settings: &Settings) -> Result<(), StorageError> {
    put(storage(), settings)
}

/// Something has been asked in this tab's new conversation: the next begins afresh.
pub fn clear_new() {
    save_draft("", "");
    set(SETTINGS, "");
}

/// Remembers how a model is to answer in a new conversation.
///
/// # Errors
/// There is no room, or the browser keeps nothing.
pub fn save_settings(settings: &Settings) -> Result<(), StorageError> {
    put(window().local_storage().ok().flatten(), settings)
}

fn put(storage: Option<web_sys::Storage>, settings: &Settings) -> Result<(), StorageError> {
    // Five texts: nothing in them can fail to be written.
    let settings = serde_json::to_string(settings).unwrap_or_default();
    Ok(storage.ok_or(StorageError::Refused)?.set_item(SETTINGS, &settings)?)
}

fn get_local(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Whether it is kept. Where the browser refuses, the page goes on without.
fn set_local(key: &str, value: &str) -> bool {
    window().local_storage().ok().flatten().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Whether this browser has ever kept a conversation: then there may be something to list.
#[must_use]
pub fn has_conversations() -> bool {
    get_local(KEPT).is_some()
}

/// There is something to list from now on.
pub fn mark_has_conversations() {
    set_local(KEPT, "yes");
}

/// Whether the browser keeps anything of this tab.
#[must_use]
pub fn is_available() -> bool {
    let name = tab_id();
    get(TAB) == Some(name)
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Whether it is kept. Where the browser refuses, the page goes on without.
fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_belongs_to_its_conversation_and_may_have_several_lines() {
        assert_eq!(draft_in("c1\na\nb", "c1"), Some("a\nb".into()));
        assert_eq!(draft_in("\nnew", ""), Some("new".into()));
        assert_eq!(draft_in("c1\na", "c2"), None);
        assert_eq!(draft_in("", ""), None);
    }
}
