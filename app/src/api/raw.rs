//! Streams that programs read as well as pages: the HTTP API.

use starcrossed::Spawn;
use std::time::Duration;

/// The silence after which such a stream says that it is still there. The API promises it.
const SILENCE: Duration = Duration::from_secs(10);

/// A task whose stream programs read, too.
pub(crate) fn spawn() -> Spawn {
    Spawn::new().keep_alive(SILENCE)
}
