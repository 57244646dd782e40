//! One conversation of the list.

use crate::{
    browser::{is_composing, next_frame::in_next_frame, query},
    chat::{
        session::Chat,
        sidebar::line::Line,
        state::{PageState, reveal::reveal_message},
        storage::ConversationStore,
    },
};
use leptos::{ev, html, prelude::*};

/// The title, which is a link, and the buttons to rename and delete.
#[component]
pub fn Item(
    /// The line to show.
    line: Line,
    /// The page's state.
    state: PageState,
    /// The id of the conversation that is being renamed; empty for none.
    renaming: RwSignal<String>,
    /// Deletes the conversation with this id.
    delete: Callback<String>,
) -> impl IntoView {
    let PageState { chat, store, sidebar: shown, .. } = state;
    let Line { id, title, excerpt, message } = line;
    let address = ["/c/", &id].concat();
    let id = StoredValue::new(id);
    let field = NodeRef::<html::Input>::new();
    let is_named = move || id.with_value(|id| renaming.with(|renaming| renaming == id));
    let is_open = move || id.with_value(|id| chat.transcript.id().as_ref() == Some(id)).then_some("page");
    let rename = move || {
        if untrack(is_named) {
            renaming.set(String::new());
            let title = field.get_untracked().map(|field| field.value()).unwrap_or_default();
            if !title.trim().is_empty() {
                rename(chat, store, &id.get_value(), title.trim());
            }
        }
    };
    // The next key belongs to the field, so it takes the focus within this event, not in the next frame.
    let begin = move |_| {
        renaming.set(id.get_value());
        if let Some(field) = field.get_untracked() {
            field.set_hidden(false);
            _ = field.focus();
            field.select();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        _ if is_composing(&event) => event.stop_propagation(),
        // The Enter key that pressed the button may still be held.
        "Enter" if event.repeat() => {}
        "Enter" => {
            rename();
            id.with_value(|id| focus_on_line(id));
        }
        "Escape" => {
            event.stop_propagation();
            renaming.set(String::new());
            id.with_value(|id| focus_on_line(id));
        }
        _ => {}
    };
    view! {
        <li>
            <a href=address aria-current=is_open hidden=is_named on:click=move |_| {
                shown.set(false);
                reveal_message(state, &id.get_value(), &message);
            }>
                <span dir="auto">{title.clone()}</span>
                <small dir="auto" hidden=excerpt.is_empty()>{excerpt.clone()}</small>
            </a>
            <input
                node_ref=field
                aria-label="Name"
                dir="auto"
                hidden=move || !is_named()
                prop:value=title.clone()
                on:keydown=on_key
                on:blur=move |_| rename()
            />
            <button
                type="button"
                aria-label=["Rename ", &title].concat()
                title="Rename"
                hidden=is_named
                on:click=begin
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" /></svg>
            </button>
            <button
                type="button"
                aria-label=["Delete ", &title].concat()
                title="Delete"
                hidden=is_named
                on:click=move |_| delete.run(id.get_value())
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13" /></svg>
            </button>
        </li>
    }
}

/// Returns the focus to the renamed line, which may have been redrawn.
fn focus_on_line(id: &str) {
    let line = [".sidebar a[href='/c/", id, "']"].concat();
    in_next_frame(move || {
        if let Some(line) = query(&line) {
            _ = line.focus();
        }
    });
}

/// Renames a conversation.
fn rename(chat: Chat, store: ConversationStore, id: &str, title: &str) {
    if untrack(|| chat.transcript.id()).as_deref() == Some(id) {
        chat.transcript.rename(title);
    } else if let Some(mut conversation) =
        store.list.with_untracked(|list| list.iter().find(|listed| listed.id == id).cloned())
    {
        title.clone_into(&mut conversation.title);
        store.save(conversation, None);
    }
}
