//! `POST /api/monitor`: the tasks of all pages, and `POST /api/kill`, which ends one. The monitor's stream is a task like any
//! other and lives as long as its reader.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

#[cfg(feature = "ssr")]
mod watch;

#[cfg(feature = "ssr")]
pub use watch::MayKill;

use crate::api::error::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
use starcrossed::{EventStream, Item, Sse, registry::Snapshot};

/// What somebody who looks on sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorUpdate {
    /// Whether they may end tasks.
    pub may_kill: bool,
    /// The tasks.
    #[serde(rename = "census")]
    pub snapshot: Snapshot,
}

impl Item for MonitorUpdate {
    /// About: a row has a text of at most eighty characters, and some numbers.
    fn size(&self) -> usize {
        const ROW: usize = 256;
        (self.snapshot.tasks.len() + self.snapshot.exits.len()) * ROW
    }

    /// What was seen later is all there is to see.
    fn merge(&mut self, next: Self) -> Option<Self> {
        *self = next;
        None
    }
}

/// `POST /api/monitor`: the tasks, once a second.
///
/// # Errors
/// 503 if too many are looking on, 429 if too many are this client's: the server's front says so.
#[server(prefix = "/api", endpoint = "monitor", input = Json, output = Sse)]
pub async fn monitor() -> Result<EventStream<MonitorUpdate>, ApiError> {
    let tasks = expect_context::<starcrossed::registry::TaskRegistry>();
    let (permit, may_kill) = (crate::api::permit::Permit::of_request(), watch::may_kill());
    let spawn = crate::api::raw::spawn().about("monitor");
    Ok(spawn.spawn(move |sender| watch::watch(tasks, may_kill, permit, sender)))
}

/// `POST /api/kill`: ends the task of this number, as the monitor shows it. Says whether there was one.
///
/// # Errors
/// 403 if that is not for whoever asks.
#[server(prefix = "/api", endpoint = "kill", input = Json)]
pub async fn kill(task: u64) -> Result<bool, ApiError> {
    watch::require_kill_permission()?;
    Ok(expect_context::<starcrossed::registry::TaskRegistry>().kill(task, "Ended from the monitor."))
}
