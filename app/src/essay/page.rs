//! `/task`: everything the essay shows. Start a task, watch its messages arrive, cancel it, let it crash, walk away.

use super::{Chunk, drawing::Drawing, task};
use crate::{
    address::Address,
    browser::every_second,
    link::{Event, Exit, Link, Reason},
};
use leptos::prelude::*;

/// How many chunks the task makes.
const CHUNKS: u32 = 5;
/// The pause before each, in milliseconds.
const INTERVAL_MS: u64 = 1000;
/// With "Crash" ticked, the task panics in place of this chunk.
const CRASH_AT: u32 = 3;

/// What the page shows; all of it is made from the events of its task.
#[derive(Clone, Copy)]
pub struct State {
    /// What the task has said.
    pub messages: RwSignal<Vec<String>>,
    /// How the latest task ended.
    pub exit: RwSignal<Option<Exit>>,
    /// How every task of this page ended, oldest first.
    pub exits: RwSignal<Vec<Exit>>,
}

impl State {
    fn new() -> Self {
        Self { messages: RwSignal::new(Vec::new()), exit: RwSignal::new(None), exits: RwSignal::new(Vec::new()) }
    }

    fn clear(self) {
        self.messages.set(Vec::new());
        self.exit.set(None);
    }

    /// What the task says.
    fn hear(self, event: Event<Chunk>) {
        if let Event::Item(chunk) = event {
            self.messages.update(|all| all.push(chunk.text));
        }
    }

    /// How it ended: finished, cancelled or crashed, it all comes here.
    fn end(self, exit: Exit) {
        self.exits.update(|exits| exits.push(exit.clone()));
        self.exit.set(Some(exit));
    }
}

/// The essay's page.
#[component]
pub fn TaskPage() -> impl IntoView {
    let address = expect_context::<Address>();
    let state = State::new();
    let link = Link::new(move |exit| state.end(exit));
    let crash = RwSignal::new(false);
    let running = Signal::derive(move || link.is_running());
    let start = move |_| {
        if !link.is_running() {
            state.clear();
            let crash_at = crash.get_untracked().then_some(CRASH_AT);
            link.start(task(CHUNKS, INTERVAL_MS, crash_at), move |event| state.hear(event));
        }
    };
    view! {
        <main class="essay">
            <p class="back">
                <a href=move || address.before()>"← Starcrossed"</a>
            </p>
            <h1>"A page and its task"</h1>
            <p>
                "Start a task on the server. It says something once a second, and it lives exactly as long as this page "
                "lets it: cancel it, go elsewhere, close the tab, and it is gone. Let it crash, and this page lives on. "
                "Another tab can watch it from outside, in the " <a href="/monitor">"monitor"</a> "."
            </p>
            <Drawing state running />
            <div class="controls">
                <button type="button" class="primary" hidden=running on:click=start>
                    "Start"
                </button>
                <button
                    type="button"
                    class="primary"
                    hidden=move || !running.get()
                    on:click=move |_| link.stop()
                >
                    "Cancel"
                </button>
                <label>
                    <input
                        type="checkbox"
                        prop:checked=crash
                        on:change=move |event| crash.set(event_target_checked(&event))
                    />
                    "Crash"
                </label>
                <Counter />
            </div>
            <p
                class="status"
                role="status"
                prop:textContent=move || state.exit.with(|exit| exit.as_ref().map_or("", |exit| flash(exit.reason)))
            ></p>
            <h2 id="messages">"Messages"</h2>
            <ul class="messages" aria-labelledby="messages">
                {move || lines(state.messages.get())}
            </ul>
            <h2 id="exits">"Exits"</h2>
            <ol class="exits" aria-labelledby="exits">
                {move || lines(state.exits.with(|exits| exits.iter().map(said).collect()))}
            </ol>
        </main>
    }
}

fn lines(all: Vec<String>) -> impl IntoView {
    all.into_iter().map(|line| view! { <li prop:textContent=line></li> }).collect_view()
}

/// A part of the page that has nothing to do with the task, to be tried while the task runs: the page is never blocked.
#[component]
fn Counter() -> impl IntoView {
    let count = RwSignal::new(0);
    let seconds = RwSignal::new(0);
    every_second(move || seconds.update(|seconds| *seconds += 1));
    view! {
        <button type="button" on:click=move |_| count.update(|count| *count += 1)>
            "Counter: "
            <span prop:textContent=count></span>
        </button>
        <span class="clock">"This page has been alive for " <span prop:textContent=seconds></span> " s"</span>
    }
}

/// One word for how the task ended.
pub(super) fn flash(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "Finished",
        Reason::Killed => "Cancelled",
        Reason::Crashed => "Crashed",
        Reason::Failed => "Failed",
        Reason::Shutdown => "The server is shutting down",
        Reason::Interrupted => "Interrupted",
        Reason::Lost => "Connection lost",
    }
}

/// The exit as the essay prints it: the reason, then what there is to say about it.
fn said(exit: &Exit) -> String {
    let reason = match exit.reason {
        Reason::Normal => "normal",
        Reason::Failed => "failed",
        Reason::Crashed => "crashed",
        Reason::Killed => "cancelled",
        Reason::Shutdown => "shutdown",
        Reason::Interrupted => "interrupted",
        Reason::Lost => "lost",
    };
    match &exit.message {
        Some(message) => format!("exit {reason}: {message}"),
        None => format!("exit {reason}"),
    }
}
