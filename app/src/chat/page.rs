//! The chat page: state on the left of the arrow, what is seen of it on the right.

use super::{
    composer::Composer, history::History, picker::ModelPicker, sidebar::Sidebar, status::Status, talk::Talk,
    transcript::Transcript, view::Messages,
};
use crate::{early, mark::Mark, scroll::follow};
use leptos::{ev, html, prelude::*};

/// `/`: ask a model, watch it answer, stop it.
#[component]
pub fn ChatPage() -> impl IntoView {
    let history = RwSignal::new(History::default());
    let transcript = Transcript::new(history);
    let talk = Talk::new(transcript, Signal::derive(move || history.with(|history| history.model.clone())));
    let sidebar = RwSignal::new(false);
    Effect::new(move |_| restore(talk));

    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() != "Escape" || event.is_composing() {
            return; // an input method's own Escape takes back what it was composing
        }
        if sidebar.get_untracked() {
            sidebar.set(false);
        } else {
            talk.stop();
        }
    });
    let keep = window_event_listener(ev::pagehide, move |_| transcript.save());
    on_cleanup(move || {
        transcript.save();
        escape.remove();
        keep.remove();
    });

    let scroller = NodeRef::<html::Main>::new();
    follow(scroller, move || {
        transcript.entries.track();
        transcript.deltas.track();
        transcript.exit.track();
    });
    view! {
        <div class="chat">
            <Sidebar talk shown=sidebar />
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
                    <Mark
                        running=Signal::derive(move || talk.link.is_running())
                        exit=transcript.exit
                        beats=transcript.deltas
                    />
                    <ModelPicker history />
                </header>
                <main class="scroller" node_ref=scroller>
                    <div class="column">
                        <Welcome talk />
                        <Messages talk />
                        <Status talk />
                    </div>
                </main>
                <div class="foot">
                    <div class="column">
                        <Composer talk />
                        <p class="hint">"Close this page, or press Stop, and the model stops too."</p>
                    </div>
                </div>
            </div>
        </div>
    }
}

/// What the browser has kept, and what was typed before this code was there. Runs once the page is alive.
fn restore(talk: Talk) {
    let typed = early::typed();
    talk.transcript.history.set(History::load());
    talk.transcript.load();
    if !typed.is_empty() {
        talk.reuse(&typed);
    }
}

/// What stands where nothing has been said yet.
#[component]
fn Welcome(talk: Talk) -> impl IntoView {
    const IDEAS: [&str; 3] = [
        "Explain how a page and its server task can die together",
        "Write a limerick about a socket that would not close",
        "What should I check before I deploy on a Friday?",
    ];
    let empty = move || talk.transcript.entries.with(Vec::is_empty);
    let idea = move |idea: &'static str| {
        view! {
            <li>
                <button type="button" on:click=move |_| talk.transcript.draft.set(idea.to_owned())>
                    {idea}
                </button>
            </li>
        }
    };
    view! {
        <section class="welcome" hidden=move || !empty()>
            <h1>"Ask. Watch. Stop."</h1>
            <p>
                "Every answer is written by a task that is linked to this page. When one of them dies, so does the \
                 other: Stop here is stop at the model."
            </p>
            <ul>{IDEAS.map(idea).collect_view()}</ul>
        </section>
    }
}
