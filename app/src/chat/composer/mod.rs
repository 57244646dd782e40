//! The box at the foot of the page, and the choices beside it.
//!
//! | file | what it is |
//! |---|---|
//! | [`model_picker`], [`compare_picker`] | the models, and the choice of one or several |
//! | [`settings`] | options of this conversation and of new ones |
//! | [`attachments`] | the files that a question carries |
//! | `autogrow` | the box's height, in browsers without `field-sizing` |
//! | `unsaved_draft` | the notice about a text that the browser has no room for |

pub mod attachments;
pub(crate) mod autogrow;
pub mod compare_picker;
pub mod model_picker;
pub mod settings;
pub(crate) mod unsaved_draft;

use crate::{
    browser::{is_composing, now_ms},
    chat::{
        composer::attachments::AttachButton,
        state::lazy_parts::{LazyChat, LazyParts},
    },
};
use leptos::{ev, html, prelude::*};

/// The second click of a double click on Send lands on Stop, which has replaced Send by then. Stop ignores such a click
/// for this long, in milliseconds of the events' own time stamps. Only a mouse double-clicks: a tap or a key press
/// always stops.
const DOUBLE_CLICK_MS: f64 = 250.0;

/// The box, with Send, or with Stop in its place while an answer runs.
#[component]
pub fn Composer(
    /// The page, for its actions and the attachments.
    page: LazyChat,
) -> impl IntoView {
    let state = page.state;
    let chat = state.chat;
    let draft = chat.transcript.draft;
    let field = NodeRef::<html::Textarea>::new();
    let asked_ms = StoredValue::new(f64::MIN);
    // WebKit's click events carry no pointer type, so the preceding pointerdown tells it.
    let is_mouse = StoredValue::new(false);
    let ask = move || {
        asked_ms.set_value(now_ms());
        page.send();
    };
    // The box follows the draft. An empty draft at the start doesn't clear it, since a person may have typed before
    // this code ran.
    Effect::new(move |before: Option<()>| {
        let text = draft.get();
        if let Some(field) = field.get()
            && field.value() != text
            && (before.is_some() || !text.is_empty())
        {
            field.set_value(&text);
        }
    });
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !is_composing(&event) => {
            event.prevent_default();
            ask();
        }
        "ArrowUp" if draft.with_untracked(String::is_empty) => {
            event.prevent_default();
            page.edit_last();
        }
        _ => {}
    };
    let editing = move || chat.editing.with(Option::is_some);
    // A person who edits a question wants to write.
    Effect::new(move |_| {
        if editing()
            && let Some(field) = field.get_untracked()
        {
            _ = field.focus();
        }
    });
    let on_stop = move |event: ev::MouseEvent| {
        let is_soon = event.time_stamp() - asked_ms.get_value() < DOUBLE_CLICK_MS;
        let second_click = is_mouse.get_value() && event.detail() > 1 && is_soon;
        if !second_click {
            page.stop();
        }
    };
    view! {
        // Without this code, and without scripts, a form with this method sends nothing.
        <form
            class="composer"
            method="dialog"
            class:editing=editing
            on:pointerdown=move |event| is_mouse.set_value(event.pointer_type() == "mouse")
            on:submit=move |event| {
                event.prevent_default();
                ask();
            }
        >
            <p class="editing" hidden=move || !editing()>
                "Editing an earlier question"
                <button type="button" on:click=move |_| page.stop_editing()>
                    "Cancel"
                </button>
            </p>
            {move || page.parts.get().map(|LazyParts { attachments, .. }| attachments(state))}
            <AttachButton attachments=chat.attachments />
            <textarea
                node_ref=field
                name="message"
                aria-label="Message"
                placeholder="Ask anything"
                rows="1"
                dir="auto"
                autocomplete="off"
                // For the moment in which another conversation loads, with a draft of its own.
                readonly=move || chat.loading.get() && state.is_ready()
                on:input=move |event| draft.set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <button type="submit" class="send" aria-label="Send" title="Send (Enter)" hidden=move || chat.is_running()>
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20V5M5 12l7-7 7 7" /></svg>
            </button>
            <button
                type="button"
                class="stop"
                aria-label="Stop"
                title="Stop (Esc)"
                hidden=move || !chat.is_running()
                on:click=on_stop
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><rect x="6" y="6" width="12" height="12" rx="2" /></svg>
            </button>
        </form>
    }
}
