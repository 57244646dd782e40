//! `/task`: everything the essay shows. Start a task, watch its messages arrive, cancel it, let it crash, walk away.

use super::{chunks::Chunks, drawing::Drawing};
use crate::{
    api::task::task,
    browser::{every_second, router::Router},
    ui::{
        reason::{essay_name, essay_text},
        text::text,
    },
};
use leptos::prelude::*;
use starcrossed::{Exit, State, use_link};

/// The number of chunks of the task.
const CHUNKS: u32 = 5;
/// The pause before each, in milliseconds.
const INTERVAL_MS: u64 = 1000;
/// With "Crash" ticked, the task panics in place of this chunk.
const CRASH_AT: u32 = 3;

/// The essay's page.
#[component]
pub fn TaskPage() -> impl IntoView {
    let address = expect_context::<Router>();
    let exits = RwSignal::new(Vec::new());
    let job: Chunks = use_link(|crash_at| task(CHUNKS, INTERVAL_MS, crash_at));
    let job = job.on_exit(move |exit| exits.update(|exits| exits.push(exit)));
    let state = job.state();
    let crash = RwSignal::new(false);
    let running = Signal::derive(move || state.with(State::is_active));
    let status = text(move || state.with(|state| state.exit().map_or("", |exit| essay_text(exit.reason))));
    let start = move |_| job.start(crash.get_untracked().then_some(CRASH_AT));
    view! {
        <main class="essay">
            <p class="back-link">
                <a href=move || address.previous()>"← Starcrossed"</a>
            </p>
            <h1>"A page and its task"</h1>
            <p>
                "Start a task on the server. It says something once a second, and it lives exactly as long as this page "
                "lets it: cancel it, go elsewhere, close the tab, and it is gone. Let it crash, and this page lives on. "
                "Another tab can watch it from outside, in the " <a href="/monitor">"monitor"</a> "."
            </p>
            <Drawing job />
            <div class="controls">
                <button type="button" class="primary" hidden=running on:click=start>
                    "Start"
                </button>
                <button
                    type="button"
                    class="primary"
                    hidden=move || !running.get()
                    on:click=move |_| job.stop()
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
            <p class="status" role="status" prop:textContent=status></p>
            <h2 id="messages">"Messages"</h2>
            <ul class="messages" aria-labelledby="messages">
                {move || lines(job.items().with(|chunks| chunks.iter().map(|chunk| chunk.text.clone()).collect()))}
            </ul>
            <h2 id="exits">"Exits"</h2>
            <ol class="exits" aria-labelledby="exits">
                {move || lines(exits.with(|exits| exits.iter().map(said).collect()))}
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
            <span inner_html="0" prop:textContent=count></span>
        </button>
        <span class="clock">"This page has been alive for " <span inner_html="0" prop:textContent=seconds></span> " s"</span>
    }
}

/// The exit as the essay prints it: the reason, then what there is to say about it.
fn said(exit: &Exit) -> String {
    let reason = essay_name(exit.reason);
    match &exit.message {
        Some(message) => format!("exit {reason}: {message}"),
        None => format!("exit {reason}"),
    }
}
