//! What the monitor's task does, and what somebody who looks on may do.

use super::Sight;
use crate::{
    error::ApiError,
    link::{Deltas, Exit, Fates},
};
use http::{StatusCode, request::Parts};
use leptos::prelude::use_context;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{MissedTickBehavior, interval},
};

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);

/// The most tasks that it shows.
const ROWS: usize = 200;

/// How many may look on at once. These places are apart from those of the tasks that are looked at: who wants to know why all
/// of those are taken has to get in.
static PLACES: Semaphore = Semaphore::const_new(100);

/// Says of a request that whoever sent it may end other people's tasks. The server puts it there.
#[derive(Clone, Copy, Debug)]
pub struct MayKill;

/// Whether whoever sent the request that is being answered may end tasks.
pub(super) fn may_kill() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<MayKill>().is_some())
}

/// Refuses who may not.
pub(super) fn check() -> Result<(), ApiError> {
    const WHY: &str = "Ending a task is for who has logged in; or, where no password is needed, for who sits at the server's own \
        machine. Start the server with a password to do it from here.";
    may_kill().then_some(()).ok_or_else(|| ApiError::Denied(StatusCode::FORBIDDEN, WHY.into()))
}

/// A place to look on from.
pub(super) fn place() -> Result<SemaphorePermit<'static>, ApiError> {
    const WHY: &str = "Too many are looking at the monitor. Close one that nobody needs, and try again.";
    PLACES.try_acquire().map_err(|_| ApiError::Denied(StatusCode::SERVICE_UNAVAILABLE, WHY.into()))
}

/// Says once a second what there is to see, for as long as somebody looks.
pub(super) async fn watch(
    fates: Arc<Fates>,
    may_kill: bool,
    _place: SemaphorePermit<'static>,
    deltas: Deltas<Sight>,
) -> Exit {
    let mut clock = interval(PAUSE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay); // who reads slowly isn't owed what was missed
    loop {
        clock.tick().await;
        deltas.send(Sight { may_kill, census: fates.census(ROWS) }).await;
    }
}
