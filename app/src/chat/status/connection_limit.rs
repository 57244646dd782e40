//! Over HTTP/1.1 a browser opens six connections to a site, for all of its tabs together, and each answer under way takes one
//! of them. Once they are taken, whatever is asked for next has to wait, a whole page too. This says so, and what helps.

use crate::{
    browser::{is_http_1, random_id},
    chat::{session::Chat, storage::broadcast::TabChannel},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::time::Duration;

/// To one site, in every browser that is in use.
const MAX_CONNECTIONS: usize = 6;

/// How long an answer may take until its task has begun, before it is thought to wait for a connection. A task begins
/// before its model is asked anything.
const START_TIMEOUT: Duration = Duration::from_secs(3);

/// The line on which tabs tell each other how many answers they have under way.
const CHANNEL: &str = "starcrossed-answers";
/// The question how many; everything else that is said there is an answer to it.
const COUNT_REQUEST: &str = "?";

const NOTICE: &str = "Over HTTP/1.1 a browser opens six connections to a site, and the answers under way here and in other \
    tabs take them all: what is asked for now waits until one of them ends. Stop one of them, or give the server a \
    certificate (--tls-cert): over HTTPS there is no such limit.";

/// The sentence, while it is true.
#[component]
pub fn ConnectionLimitNotice(
    /// The open conversation.
    chat: Chat,
) -> impl IntoView {
    let others = OtherTabs::new(Signal::derive(move || chat.running_answers()));
    let waits_long = held_for(Memo::new(move |_| chat.is_starting()), START_TIMEOUT);
    let is_limited = Memo::new(move |_| {
        let all_taken = chat.running_answers() + others.running_answers() >= MAX_CONNECTIONS;
        chat.is_running() && (all_taken || waits_long.get()) && is_http_1()
    });
    view! {
        <p
            class="connection-notice"
            aria-live="polite"
            hidden=move || !is_limited.get()
            prop:textContent=move || if is_limited.get() { NOTICE } else { "" }
        ></p>
    }
}

/// Whether something has been the case for so long.
fn held_for(is_so: Memo<bool>, time: Duration) -> RwSignal<bool> {
    let held_for = RwSignal::new(false);
    Effect::new(move |_| {
        held_for.set(false);
        if !is_so.get() {
            return;
        }
        if let Ok(timer) = set_timeout(move || held_for.set(true), time) {
            on_cleanup(move || timer.clear());
        }
    });
    held_for
}

/// What other tabs have under way, as far as they say so.
#[derive(Clone, Copy)]
struct OtherTabs {
    /// A tab's name, and how many answers it has.
    tabs: RwSignal<Vec<(String, usize)>>,
    own: Signal<usize>,
    name: StoredValue<String>,
    line: StoredValue<Option<SendWrapper<TabChannel>>>,
}

impl OtherTabs {
    /// `own` is what this tab has.
    fn new(own: Signal<usize>) -> Self {
        // A tab's own name is no use here: its duplicate has the same.
        let name = StoredValue::new(random_id());
        let others = Self { tabs: RwSignal::new(Vec::new()), own, name, line: StoredValue::new(None) };
        Effect::new(move |before: Option<usize>| {
            if before.is_none() {
                let line = TabChannel::subscribe(CHANNEL, Box::new(move |said| others.on_message(&said)));
                others.line.set_value(line.map(SendWrapper::new));
            }
            let own = own.get();
            if own > 0 && before.unwrap_or(0) == 0 {
                others.tabs.set(Vec::new()); // one that has crashed has not said so
                others.post(COUNT_REQUEST);
            }
            others.post_count(own);
            own
        });
        others
    }

    fn running_answers(self) -> usize {
        self.tabs.with(|tabs| tabs.iter().map(|(_, answers)| answers).sum())
    }

    fn post_count(self, own: usize) {
        self.post(&self.name.with_value(|name| format!("{name} {own}")));
    }

    fn post(self, words: &str) {
        self.line.with_value(|line| line.as_ref().map(|line| line.post(words)));
    }

    fn on_message(self, said: &str) {
        let Some((name, answers)) = said.split_once(' ') else { return self.post_count(self.own.get_untracked()) };
        let answers = answers.parse().unwrap_or(0);
        self.tabs.update(|tabs| {
            tabs.retain(|(other, _)| other != name);
            tabs.push((name.to_owned(), answers));
        });
    }
}
