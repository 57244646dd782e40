//! Streams over HTTP: a stream that is silent says now and then that it is still there.

use futures::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::StreamExt as TokioStreamExt;

/// The silence after which a stream sends a keep-alive. HAProxy and Apache, with their defaults, notice a closed client
/// only after two writes: behind them, a Stop of a silent task takes 2 s.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// A shorter silence than this would be nothing but comments.
const SHORTEST: Duration = Duration::from_millis(10);

/// After a longer one, a page would take the connection for lost.
const LONGEST: Duration = Duration::from_secs(15);

/// Yields none after each silence. The comment that stands for it on the wire is part of the kill: a proxy that keeps an
/// idle stream open after its client has gone finds that out by this write.
pub(crate) fn keep_alive<T>(events: impl Stream<Item = T>, silence: Duration) -> impl Stream<Item = Option<T>> {
    let mut silences = interval(silence.clamp(SHORTEST, LONGEST));
    silences.set_missed_tick_behavior(MissedTickBehavior::Delay); // one comment for all the time without a reader
    StreamExt::map(TokioStreamExt::timeout_repeating(events, silences), Result::ok)
}
