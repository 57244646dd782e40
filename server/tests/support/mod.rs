//! Helpers that several tests share.
#![allow(dead_code, reason = "each test program compiles all of this and uses its part")]

pub(crate) mod fake_upstream;
pub(crate) mod hostile_http2;
pub(crate) mod program;
pub(crate) mod raw_client;
pub(crate) mod raw_http2;
pub(crate) mod server;
pub(crate) mod tls;

use app::chat::protocol::answer::{DeltaSender, EventStream, Exit};
use starcrossed::Spawn;
use std::time::Duration;

/// The page's end of a link to this work, without a server in between.
pub(crate) fn linked<F: Future<Output = Exit> + Send>(
    work: impl FnOnce(DeltaSender) -> F + Send + 'static,
) -> EventStream {
    Spawn::new().spawn_with_exit(|sender| work(sender.into()))
}

/// Waits for something that happens at once if it happens at all. The limit only keeps a test from hanging without a word, so
/// it is far above what a busy machine needs.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), future).await.unwrap_or_else(|_| panic!("never happened: {what}"))
}

/// Advances the clock of the timers at once. Sockets take their real time as ever.
pub(crate) async fn advance(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
