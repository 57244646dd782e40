//! Makes the browser compile the functions that a first question calls. It compiles each function at its first call,
//! and a first question calls very many at once. So the page asks and answers a question off screen, without a task,
//! while the person is still typing.

use crate::chat::{
    messages::Messages,
    protocol::{
        answer::{AnswerItem, Event, Exit},
        message::Delta,
    },
    session::{Chat, transcript::Transcript},
    status::Status,
    storage::ConversationStore,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use starcrossed::Reason;

const ANSWER: &str = "# An answer\n\nSome **words**, and\n\n- an item\n- another\n\n";

/// Time for a frame, in milliseconds. Typing between two pieces comes first.
const PAUSE_MS: u32 = 30;

/// Warms up, a piece at a time, until there is a real message to show. It ends with the calling component.
pub(crate) fn warm_up(real: Chat) {
    let offscreen = Owner::new();
    spawn_local_scoped_with_cancellation(async move {
        _ = run(&offscreen, real.transcript).await;
        offscreen.cleanup();
    });
}

async fn run(offscreen: &Owner, real: Transcript) -> Option<()> {
    next_pause(real).await?;
    let chat = offscreen.with(|| Chat::new(Transcript::new(ConversationStore::new())));
    let transcript = chat.transcript;
    // The off-screen owner keeps the views. Both end at once, so no view reads a disposed signal.
    offscreen.with(|| StoredValue::new_local(view! { <div><Messages chat /><Status chat /></div> }.build()));
    next_pause(real).await?;
    let question = offscreen.with(|| transcript.ask("A question".into(), Vec::new(), None));
    next_pause(real).await?;
    let answer = offscreen.with(|| transcript.answer(&question));
    _ = serde_json::to_string(&transcript.request(&answer));
    let entry = transcript.entry(&answer)?;
    for delta in ANSWER.split_inclusive(' ') {
        next_pause(real).await?;
        offscreen.with(|| transcript.apply(&entry, Event::Item(AnswerItem::Delta(Delta::Text(delta.into())))));
    }
    offscreen.with(|| transcript.on_exit(&entry, Exit::new(Reason::Normal)));
    next_pause(real).await
}

/// None as soon as there is a real message: it comes first, and compiles the functions itself.
async fn next_pause(real: Transcript) -> Option<()> {
    TimeoutFuture::new(PAUSE_MS).await;
    real.entries.with_untracked(Vec::is_empty).then_some(())
}
