//! `/monitor`: the tasks that live, and how the latest have ended. Once a second all of it is new.

use crate::{
    api::{
        error::ApiError,
        monitor::{MonitorUpdate, kill, monitor},
    },
    browser::{every_second, router::Router},
    ui::{duration::largest_unit, text::text},
};
use leptos::{ev, prelude::*};
use starcrossed::{
    Event, Exit, Link, Reason,
    registry::snapshot::{Ended, Living, State},
};

/// The seconds of silence after which the page takes its task for lost.
const PATIENCE: u32 = 10;

/// The monitor.
#[component]
pub fn MonitorPage() -> impl IntoView {
    let address = expect_context::<Router>();
    let update = RwSignal::new(MonitorUpdate::default());
    let exit = RwSignal::new(None::<Exit>);
    let silent = RwSignal::new(0);
    let live = RwSignal::new(false);
    let link = Link::new(move |ended| exit.set(Some(ended)));
    let look = move || {
        exit.set(None);
        silent.set(0);
        live.set(false);
        link.start(monitor(), move |event| {
            silent.set(0);
            if let Event::Item(seen) = event {
                update.set(seen);
                live.set(true);
            }
        });
    };
    Effect::new(move |_| look());
    look_again(look);
    every_second(move || {
        silent.update(|seconds| *seconds += 1);
        if silent.get_untracked() > PATIENCE {
            link.end(Exit::new(Reason::Lost));
        }
    });
    let kill = Action::new(|number: &u64| kill(*number));
    let refused = text(move || kill.value().with(|answer| answer.as_ref().and_then(refusal)).unwrap_or_default());
    let standing = text(move || exit.with(|exit| standing(exit.as_ref(), live.get())));
    let in_all = text(move || update.with(in_all));
    let ended = move || update.with(|update| update.snapshot.exits.clone());
    let numbers =
        move || update.with(|update| update.snapshot.tasks.iter().map(|task| task.number).collect::<Vec<_>>());
    view! {
        <main class="essay monitor">
            <p class="back-link">
                <a href=move || address.previous()>"← Starcrossed"</a>
            </p>
            <h1>"Monitor"</h1>
            <p class="status">
                <span role="status" inner_html=standing.get_untracked() prop:textContent=standing></span>
                <button type="button" hidden=move || exit.with(Option::is_none) on:click=move |_| look()>
                    "Retry"
                </button>
            </p>
            <p inner_html=in_all.get_untracked() prop:textContent=in_all></p>
            <p role="alert" prop:textContent=refused></p>
            <table>
                <caption>"Tasks"</caption>
                <thead>
                    <tr>
                        <th scope="col">"No."</th>
                        <th scope="col">"For"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Age"</th>
                        <th scope="col">"Deltas"</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>
                    // By number, so that a button stays the one that it was while somebody presses it.
                    <For each=numbers key=|number| *number children=move |number| view! { <Task number update kill /> } />
                </tbody>
            </table>
            <table>
                <caption>"Exits"</caption>
                <thead>
                    <tr>
                        <th scope="col">"No."</th>
                        <th scope="col">"For"</th>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"Deltas"</th>
                        <th scope="col">"Lived"</th>
                        <th scope="col">"Ago"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=ended key=|exit| exit.number children=move |exit| view! { <Exited exit update /> } />
                </tbody>
            </table>
        </main>
    }
}

/// A page that comes back from the browser's back/forward cache has let go of its task, and looks again.
fn look_again(look: impl Fn() + 'static) {
    let back = window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            look();
        }
    });
    on_cleanup(move || back.remove());
}

/// A task that lives.
#[component]
fn Task(number: u64, update: RwSignal<MonitorUpdate>, kill: Action<u64, Result<bool, ApiError>>) -> impl IntoView {
    let is_it = move |task: &&Living| task.number == number;
    let task = Memo::new(move |_| update.with(|update| update.snapshot.tasks.iter().find(is_it).cloned()));
    let cell =
        move |what: fn(&Living) -> String| text(move || task.with(|task| task.as_ref().map(what)).unwrap_or_default());
    view! {
        <tr>
            <th scope="row">{number}</th>
            <td prop:textContent=cell(|task| task.about.to_string())></td>
            <td prop:textContent=cell(|task| state(task.state).to_owned())></td>
            <td prop:textContent=cell(|task| largest_unit(task.age_ms))></td>
            <td prop:textContent=cell(|task| task.deltas.to_string())></td>
            <td>
                <button
                    type="button"
                    aria-label=format!("Kill task {number}")
                    hidden=move || !update.with(|update| update.may_kill)
                    on:click=move |_| drop(kill.dispatch(number))
                >
                    "Kill"
                </button>
            </td>
        </tr>
    }
}

/// A task that has ended.
#[component]
fn Exited(exit: Ended, update: RwSignal<MonitorUpdate>) -> impl IntoView {
    let is_it = move |other: &&Ended| other.number == exit.number;
    let ago = text(move || {
        let ago_ms = update.with(|update| update.snapshot.exits.iter().find(is_it).map(|exit| exit.ago_ms));
        ago_ms.map(largest_unit).unwrap_or_default()
    });
    view! {
        <tr>
            <th scope="row" prop:textContent=exit.number></th>
            <td prop:textContent=exit.about.to_string()></td>
            <td prop:textContent=exit.reason.as_str()></td>
            <td prop:textContent=exit.deltas></td>
            <td prop:textContent=largest_unit(exit.lived_ms)></td>
            <td prop:textContent=ago></td>
        </tr>
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Streaming => "streaming",
    }
}

/// The state of the monitor's own stream, as a sentence.
fn standing(exit: Option<&Exit>, is_live: bool) -> String {
    match exit {
        None if is_live => "Live".into(),
        None => "Connecting…".into(),
        Some(exit) => exit.message.clone().unwrap_or_else(|| "Connection lost".into()),
    }
}

fn in_all(update: &MonitorUpdate) -> String {
    let snapshot = &update.snapshot;
    let newest = if (snapshot.tasks.len() as u64) < snapshot.live { " (the newest are shown)" } else { "" };
    format!("{} live{newest} · {} ended · {} deltas", snapshot.live, snapshot.ended, snapshot.deltas)
}

fn refusal(answer: &Result<bool, ApiError>) -> Option<String> {
    let error = answer.as_ref().err()?;
    Exit::<()>::from(error.clone()).message.or_else(|| Some("The server can't be reached.".into()))
}
