//! What the monitor's task does, and what somebody who looks on may do.

use super::MonitorUpdate;
use crate::api::{error::ApiError, permit::Permit};
use http::{StatusCode, request::Parts};
use leptos::prelude::use_context;
use starcrossed::{Failure, Sender, registry::TaskRegistry};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);

/// The most tasks that it shows.
const ROWS: usize = 200;

/// Says of a request that whoever sent it may end other people's tasks. The server puts it there.
#[derive(Clone, Copy, Debug)]
pub struct MayKill;

/// Whether whoever sent the request that is being answered may end tasks.
pub(super) fn may_kill() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<MayKill>().is_some())
}

/// Refuses who may not.
pub(super) fn require_kill_permission() -> Result<(), ApiError> {
    const WHY: &str = "Ending a task is for who has logged in; or, where no password is needed, for who sits at the server's own \
        machine. Start the server with a password to do it from here.";
    may_kill().then_some(()).ok_or_else(|| ApiError::Denied(StatusCode::FORBIDDEN, WHY.into()))
}

/// Says once a second what there is to see, for as long as somebody looks.
pub(super) async fn watch(
    tasks: TaskRegistry,
    may_kill: bool,
    _permit: Permit,
    sender: Sender<MonitorUpdate>,
) -> Result<(), Failure> {
    let mut clock = interval(PAUSE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay); // who reads slowly isn't owed what was missed
    loop {
        clock.tick().await;
        sender.send(MonitorUpdate { may_kill, snapshot: tasks.snapshot(ROWS) }).await?;
    }
}
