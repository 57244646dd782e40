//! Streams of the HTTP API that programs read as well as pages.

use starcrossed::Spawn;
use std::time::Duration;

/// The interval of keep-alive comments in a silent stream. The API promises it.
const SILENCE: Duration = Duration::from_secs(10);

/// A task whose stream is also for programs: with keep-alive comments, and without pacing.
pub(crate) fn spawn() -> Spawn {
    Spawn::new().keep_alive(SILENCE)
}
