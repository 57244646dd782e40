//! The messages of the conversation.
//!
//! | file | what it is |
//! |---|---|
//! | `answer_text` | an answer's Markdown, rendered as it grows |
//! | [`sections`], `patch_dom` | finished blocks in sections; the growing blocks, updated in place |
//! | `typeset` | code and formulas, inserted once the server has typeset them |
//! | `reasoning`, `version_switcher`, `actions`, `ending` | the other parts of a message |
//! | `comparison` | several answers to one question, side by side |
//! | `heading` | the conversation's title |
//! | `selection`, `copy_selection` | a selection that survives updates, and its copy |
//! | `direction` | right-to-left text |

pub mod actions;
pub mod answer_text;
pub mod comparison;
pub(crate) mod copy_selection;
pub(crate) mod direction;
mod ending;
pub mod heading;
pub(crate) mod patch_dom;
pub mod reasoning;
pub(crate) mod sections;
pub(crate) mod selection;
pub(crate) mod typeset;
pub mod version_switcher;

use crate::{
    chat::{
        composer::attachments::question,
        messages::{
            actions::{Continue, Copy, copy_for},
            answer_text::AnswerText,
            comparison::Comparison,
            ending::ending,
            reasoning::Reasoning,
            sections::code_text,
            version_switcher::VersionSwitcher,
        },
        protocol::message::Role,
        session::{Chat, entry::Entry},
    },
    ui::text::text,
};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, MouseEvent},
};

/// The messages of the shown branch, oldest first.
#[component]
pub fn Messages(
    /// The open conversation.
    chat: Chat,
) -> impl IntoView {
    let (entries, earlier) = (chat.transcript.entries, chat.transcript.earlier);
    copy_selection::listen();
    view! {
        <div class="message-list" on:click=|event| copy_code(&event)>
            <button
                type="button"
                class="earlier"
                hidden=move || earlier.get() == 0
                on:click=move |_| chat.transcript.show_earlier()
                prop:textContent=text(move || ["Show earlier messages (", &earlier.get().to_string(), ")"].concat())
            ></button>
            <For
                each=move || entries.get()
                key=|entry| entry.key
                children=move |entry| if entry.alternatives.is_empty() {
                    view! { <Article chat entry /> }.into_any()
                } else {
                    view! { <Comparison chat entry /> }.into_any()
                }
            />
        </div>
    }
}

/// A question or an answer. Both share one view, which keeps the download small; parts that a message lacks are hidden.
#[component]
fn Article(chat: Chat, entry: Entry) -> impl IntoView {
    let Entry { id, message, .. } = entry;
    let id = StoredValue::new(id);
    let message = RwSignal::from(message);
    let is_answer = message.with_untracked(|message| message.role == Role::Assistant);
    let running = Memo::new(move |_| message.with(|message| message.exit.is_none()));
    let busy = Signal::derive(move || chat.is_running());
    let printing = chat.transcript.printing;
    let is_last = Memo::new(move |_| {
        chat.transcript.entries.with(|all| id.with_value(|id| all.last().is_some_and(|last| last.id == *id)))
    });
    view! {
        <article
            id=id.with_value(|id| ["m-", id].concat())
            class=if is_answer { "answer" } else { "question" }
            class:running=running
            aria-label=if is_answer { "Answer" } else { "Question" }
        >
            <Reasoning message />
            {if is_answer {
                view! { <AnswerText message printing /> }.into_any()
            } else {
                message.with_untracked(|message| question(message, printing))
            }}
            <div class="actions" class:waiting=running>
                <VersionSwitcher chat id />
                <Copy message />
                <button
                    type="button"
                    hidden=is_answer
                    disabled=busy
                    on:click=move |_| id.with_value(|id| chat.edit(id))
                >
                    "Edit"
                </button>
                <button
                    type="button"
                    hidden=!is_answer
                    disabled=busy
                    title="Ask again; this answer stays"
                    on:click=move |_| id.with_value(|id| chat.regenerate(id))
                >
                    "Regenerate"
                </button>
                <Continue chat id message is_last />
                <span class="ending" prop:textContent=text(move || message.with(|message| ending(message, is_last.get())))></span>
            </div>
        </article>
    }
}

/// Handles a click on the copy button of a code block. Code blocks are HTML text and not views, so one listener handles all.
fn copy_code(event: &MouseEvent) {
    let target = event.target();
    let pressed = target.as_ref().and_then(|target| target.dyn_ref::<Element>());
    let Some(button) = pressed.and_then(|element| element.closest("button.copy").ok().flatten()) else { return };
    if let Some(block) = button.closest("figure").ok().flatten() {
        copy_for(button, code_text(block));
    }
}
