//! The monitor's task, and the permission to kill tasks.

use super::MonitorUpdate;
use crate::api::{error::ApiError, permit::Permit};
use http::{StatusCode, request::Parts};
use leptos::prelude::use_context;
use starcrossed::{Failure, Sender, registry::TaskRegistry};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The interval between two updates.
const PAUSE: Duration = Duration::from_secs(1);

/// The most tasks in an update.
const ROWS: usize = 200;

/// An extension of requests whose sender may kill other people's tasks. The server's guards insert it.
#[derive(Clone, Copy, Debug)]
pub struct MayKill;

/// Whether the sender of the current request may kill tasks.
pub(super) fn may_kill() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<MayKill>().is_some())
}

/// Fails with 403 if the sender of the current request may not kill tasks.
pub(super) fn require_kill_permission() -> Result<(), ApiError> {
    const WHY: &str = "Only logged-in users may end tasks. On a server without a password, only requests from the same machine may. \
        Start the server with a password to end tasks from here.";
    if may_kill() { Ok(()) } else { Err(ApiError::Denied(StatusCode::FORBIDDEN, WHY.into())) }
}

/// Sends an update once a second until the reader is gone.
pub(super) async fn watch(
    tasks: TaskRegistry,
    may_kill: bool,
    _permit: Permit,
    sender: Sender<MonitorUpdate>,
) -> Result<(), Failure> {
    let mut clock = interval(PAUSE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay); // a slow reader doesn't get the missed updates
    loop {
        clock.tick().await;
        sender.send(MonitorUpdate { may_kill, snapshot: tasks.snapshot(ROWS) }).await?;
    }
}
