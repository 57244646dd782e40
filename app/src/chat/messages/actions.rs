//! The actions on a message: copy its text, or continue an answer.

use crate::{
    browser::copy,
    chat::{conversation::Message, session::Chat},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Element, MouseEvent},
};

/// The text after a button's label, for a moment after it was pressed.
const COPIED: &str = " ✓";
const NOT_COPIED: &str = " isn’t allowed here: select the text instead";

/// Copies a text. The pressed button then shows whether that was possible.
pub(crate) fn copy_for(button: Element, text: String) {
    // This task does not end with the component: the copy is still wanted when the message is no longer shown.
    spawn_local(async move {
        let (said, for_ms) = if copy(&text).await { (COPIED, 1500) } else { (NOT_COPIED, 5000) };
        _ = button.set_attribute("data-copied", said);
        TimeoutFuture::new(for_ms).await;
        _ = button.remove_attribute("data-copied");
    });
}

fn pressed_button(event: &MouseEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// The Markdown of a message for the clipboard, without a line end after code: a terminal would run the pasted line.
fn clipboard_text(text: &str) -> &str {
    let is_fence = |line: &str| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
    let is_open = text.lines().filter(|line| is_fence(line)).count() % 2 == 1;
    let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let ends_in_code = is_open || is_fence(last) || last.starts_with("    ") || last.starts_with('\t');
    if ends_in_code { text.trim_end_matches(['\r', '\n']) } else { text }
}

/// The button that copies the Markdown of a message.
#[component]
pub fn Copy(
    /// The message to copy.
    message: RwSignal<Message>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            on:click=move |event| {
                if let Some(button) = pressed_button(&event) {
                    copy_for(button, message.with_untracked(|message| clipboard_text(&message.text).to_owned()));
                }
            }
        >
            "Copy"
        </button>
    }
}

/// The button that continues an answer that was cut off, if it is the last message.
#[component]
pub fn Continue(
    /// The open conversation.
    chat: Chat,
    /// The answer's id.
    id: StoredValue<String>,
    /// The answer as far as it has arrived.
    message: RwSignal<Message>,
    /// Whether it is the last message.
    is_last: Memo<bool>,
) -> impl IntoView {
    let can_go_on = move || {
        message.with(|message| {
            let thinks_on = || chat.models.with(|models| models.continues_reasoning(&message.model));
            message.is_cut() || message.is_cut_in_thought() && thinks_on()
        })
    };
    view! {
        <button
            type="button"
            hidden=move || !is_last.get() || !can_go_on()
            disabled=move || chat.is_running()
            title="Let the answer go on from here"
            on:click=move |_| id.with_value(|id| chat.resume(id))
        >
            "Continue"
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::clipboard_text;

    #[test]
    fn an_answer_is_copied_as_it_was_written_but_for_line_ends_after_code() {
        assert_eq!(clipboard_text("stop\n\n* shop\n"), "stop\n\n* shop\n");
        assert_eq!(clipboard_text("Run\n```sh\nls\n```\n"), "Run\n```sh\nls\n```");
        assert_eq!(clipboard_text("Run\n~~~\nls\n~~~\r\n\r\n"), "Run\n~~~\nls\n~~~");
        assert_eq!(clipboard_text("Cut off\n```sh\nls\n"), "Cut off\n```sh\nls");
        assert_eq!(clipboard_text("Run\n\n    ls\n"), "Run\n\n    ls");
        assert_eq!(clipboard_text("```\nls\n```\nThat is all.\n"), "```\nls\n```\nThat is all.\n");
        assert_eq!(clipboard_text(""), "");
    }
}
