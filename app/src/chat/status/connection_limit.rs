//! The notice about the browser's connection limit.
//!
//! Over HTTP/1.1 a browser opens six connections to a site for all its tabs together. Each running answer uses one. Once all
//! are in use, any other request waits, even for a page. The notice says so and what helps.

use crate::{
    browser::{is_http_1, random_id},
    chat::{session::Chat, storage::broadcast::TabChannel},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::time::Duration;

/// The limit of every common browser for one site.
const MAX_CONNECTIONS: usize = 6;

/// The time after which an answer without a task is taken to wait for a connection. The server starts a task before it asks
/// the model.
const START_TIMEOUT: Duration = Duration::from_secs(3);

/// The broadcast channel on which tabs report the number of their running answers.
const CHANNEL: &str = "starcrossed-answers";
/// The message that asks for these reports. Every other message is a report.
const COUNT_REQUEST: &str = "?";

const NOTICE: &str = "Over HTTP/1.1 a browser opens six connections to a site, and the answers that run in this tab and in \
    others use all of them. Anything else waits until one of them ends. Stop an answer, or start the server with a \
    certificate (--tls-cert): HTTPS has no such limit.";

/// The notice, shown while all connections seem to be in use.
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

/// Whether the condition has held for this time.
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

/// The running answers of other tabs, as they report them.
#[derive(Clone, Copy)]
struct OtherTabs {
    /// The name of each tab, and the number of its running answers.
    tabs: RwSignal<Vec<(String, usize)>>,
    own: Signal<usize>,
    name: StoredValue<String>,
    channel: StoredValue<Option<SendWrapper<TabChannel>>>,
}

impl OtherTabs {
    /// `own` is the number of this tab's running answers.
    fn new(own: Signal<usize>) -> Self {
        // The tab's id can't serve as its name, because a duplicated tab has the same id.
        let name = StoredValue::new(random_id());
        let others = Self { tabs: RwSignal::new(Vec::new()), own, name, channel: StoredValue::new(None) };
        Effect::new(move |before: Option<usize>| {
            if before.is_none() {
                let channel = TabChannel::subscribe(CHANNEL, Box::new(move |said| others.on_message(&said)));
                others.channel.set_value(channel.map(SendWrapper::new));
            }
            let own = own.get();
            if own > 0 && before.unwrap_or(0) == 0 {
                others.tabs.set(Vec::new()); // a crashed tab could not report 0
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
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.post(words);
            }
        });
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
