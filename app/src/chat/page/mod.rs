//! The chat page: its state, its start, and the views that it puts together.
//!
//! | file | what it is |
//! |---|---|
//! | `load_parts` | the views and actions that a first visit does without |
//! | `start` | everything that the page starts once that code is here, in one list |
//! | `open_conversation` | the conversation that the address names |
//! | `heartbeat` | looks after answers that other tabs write |
//! | `restore_edit` | an edit in progress survives a reload |
//! | `warm_up` | a first question's functions are compiled before somebody asks |
//! | `print` | printing prints the whole conversation |

pub(crate) mod heartbeat;
pub mod load_parts;
pub(crate) mod open_conversation;
pub(crate) mod print;
pub(crate) mod restore_edit;
pub(crate) mod start;
pub(crate) mod warm_up;

use super::{composer::Composer, sidebar::Sidebar};
use crate::{
    browser::{focus_composer, is_composing},
    chat::{
        composer::{model_picker::ModelPicker, settings::SettingsButton},
        messages::heading::Heading,
        page::load_parts::load_parts,
        session::{Chat, transcript::Transcript},
        state::{
            PageState,
            lazy_parts::{LazyChat, LazyParts},
        },
        storage::{ConversationStore, error::StorageError, session_storage},
    },
    ui::logo::Logo,
};
use leptos::{ev, prelude::*};

/// `/` and `/c/…`: ask a model, watch it answer, stop it.
#[component]
pub fn ChatPage() -> impl IntoView {
    let store = ConversationStore::new();
    let transcript = Transcript::new(store);
    let chat = Chat::new(transcript);
    let state = PageState::new(chat, store);
    let page = LazyChat::new(state, || Box::pin(load_parts()));
    let (parts, PageState { address, sidebar, missing, follow, .. }) = (page.parts, state);

    begin(page);
    name_address(state);
    remember_draft(state);

    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() != "Escape" || is_composing(&event) || chat.settings_open.get_untracked() {
            return; // an input method's own Escape cancels its composition, and a dialog's closes the dialog
        }
        if sidebar.get_untracked() {
            sidebar.set(false);
        } else if untrack(|| chat.is_running()) {
            page.stop();
        } else {
            page.stop_editing();
        }
    });
    on_cleanup(move || escape.remove());

    let notice = move || store.error.get().map_or("", StorageError::message);
    let empty = move || transcript.entries.with(Vec::is_empty);
    let begun = Signal::derive(move || !empty() || address.path() != "/");
    view! {
        // A person who moves the mouse, touches the page or presses a key will need the rest of its code.
        <div
            class="chat"
            on:pointermove=move |_| {
                if !parts.failed.get_untracked() {
                    parts.load();
                }
            }
            on:dragenter=move |_| parts.load()
            on:pointerdown=move |_| parts.load()
            on:click=move |_| parts.load()
            on:keydown=move |_| parts.load()
            on:input=move |_| parts.load()
        >
            <Sidebar page />
            <div class="talk">
                <header class="bar">
                    <button
                        type="button"
                        class="menu"
                        aria-label="Conversations list"
                        aria-expanded=move || sidebar.get().to_string()
                        on:click=move |_| sidebar.update(|shown| *shown = !*shown)
                    >
                        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M4 12h16M4 17h16" /></svg>
                    </button>
                    <a class="brand" href="/">
                        "Starcrossed"
                    </a>
                    <Logo
                        running=Signal::derive(move || chat.is_running())
                        exit=transcript.exit
                        beats=transcript.deltas
                    />
                    <div class="header-extras">{move || parts.get().map(|LazyParts { compare, .. }| compare(state))}</div>
                    <ModelPicker page />
                    <SettingsButton chat />
                </header>
                <main class="scroller" class:along=move || follow.is_following.get() node_ref=follow.scroller>
                    <div class="column" node_ref=follow.content>
                        <Welcome chat hidden=begun />
                        <Heading hidden=move || !begun.get() />
                        <p class="missing" aria-live="polite" hidden=move || !missing.get()>
                            "This conversation isn't kept in this browser. It was deleted, or it belongs to another browser."
                        </p>
                        // Not live: a screen reader would read every delta. The status area has a live region of its
                        // own.
                        <div class="log" role="log" aria-label="Conversation" aria-live="off">
                            {move || parts.get().map(|LazyParts { messages, .. }| messages(state))}
                        </div>
                        {move || parts.get().map(|LazyParts { status, .. }| status(state))}
                    </div>
                </main>
                <section class="composer-bar" aria-label="Ask">
                    <div class="column">
                        <button
                            type="button"
                            class="jump-to-latest"
                            aria-label="Jump to latest"
                            hidden=move || follow.is_following.get() || empty()
                            on:click=move |_| follow.jump()
                        >
                            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12l7 7 7-7" /></svg>
                        </button>
                        <p class="notice" aria-live="polite" hidden=move || notice().is_empty() prop:textContent=notice></p>
                        <Composer page />
                        <p class="hint">"Close this page, or press Stop, and the model stops too."</p>
                    </div>
                </section>
            </div>
            {move || parts.get().map(|LazyParts { settings, .. }| settings(state))}
        </div>
    }
}

/// A new conversation is ready at once. An existing one needs the lazy code.
fn begin(page: LazyChat) {
    let LazyChat { state, parts, .. } = page;
    // The parts never change once they are here, so this starts them once.
    Effect::new(move |_| {
        if let Some(LazyParts { start, .. }) = parts.get() {
            untrack(|| start(state));
            page.catch_up();
        } else if parts.failed.get() {
            page.catch_up();
        }
    });
    Effect::new(move |before: Option<()>| {
        let is_new = PageState::conversation_at(&state.address.path()).is_none();
        if is_new && before.is_none() {
            state.chat.transcript.start();
            state.be_ready();
        }
        let attachments = state.chat.attachments;
        let given = attachments.is_dragging.get() || attachments.waiting.with(|waiting| !waiting.is_empty());
        if !is_new || given || session_storage::has_conversations() {
            parts.load();
        }
    });
}

/// A conversation gets its address with its first question.
fn name_address(state: PageState) {
    Effect::new(move |_| {
        if let Some(id) = state.chat.transcript.id()
            && (state.missing.get_untracked() || untrack(|| state.address.path()) == "/")
        {
            state.missing.set(false);
            state.address.replace(&["/c/", &id].concat());
        }
    });
}

/// The draft survives a reload. An edit of an earlier question is not a draft: see [`crate::chat::page::restore_edit`].
fn remember_draft(state: PageState) {
    let Chat { transcript, editing, .. } = state.chat;
    Effect::new(move |before: Option<()>| {
        let draft = transcript.draft.get();
        // Text typed while a conversation loads follows the draft that comes with it.
        let is_draft = untrack(|| editing.with(Option::is_none));
        // The first draft is the stored one, or text typed before this code ran.
        let is_new = before.is_some() || !draft.is_empty();
        if is_new && is_draft && state.is_ready() && !state.chat.loading.get_untracked() {
            session_storage::save_draft(&untrack(|| transcript.id()).unwrap_or_default(), &draft);
        }
    });
}

/// The page of a conversation without messages.
#[component]
fn Welcome(chat: Chat, hidden: Signal<bool>) -> impl IntoView {
    const IDEAS: [&str; 3] = [
        "Explain how a page and its server task can die together",
        "Write a limerick about a socket that would not close",
        "What should I check before I deploy on a Friday?",
    ];
    let idea = move |idea: &'static str| {
        view! {
            <li>
                <button
                    type="button"
                    on:click=move |_| {
                        chat.transcript.draft.set(idea.to_owned());
                        focus_composer();
                    }
                >
                    {idea}
                </button>
            </li>
        }
    };
    view! {
        <section class="welcome" hidden=hidden>
            <h1>"Ask. Watch. Stop."</h1>
            <p>
                "Every answer is written by a task that is linked to this page. When one of them dies, so does the \
                 other: Stop here is stop at the model."
            </p>
            <ul>{IDEAS.map(idea).collect_view()}</ul>
        </section>
    }
}
