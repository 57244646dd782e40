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

/// One event of the monitor's stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorUpdate {
    /// Whether the reader may kill tasks.
    pub may_kill: bool,
    /// The running tasks, and the latest exits.
    #[serde(rename = "census")]
    pub snapshot: Snapshot,
}

impl Item for MonitorUpdate {
    /// An estimate: a row has a text of at most 80 characters, and some numbers.
    fn size(&self) -> usize {
        const ROW: usize = 256;
        (self.snapshot.tasks.len() + self.snapshot.exits.len()) * ROW
    }

    /// A later update replaces an earlier one.
    fn merge(&mut self, next: Self) -> Option<Self> {
        *self = next;
        None
    }
}

/// `POST /api/monitor`: the tasks, once a second.
///
/// # Errors
/// 503 if too many monitors are open, 429 if too many of them are this client's. The server's guards check that.
#[server(prefix = "/api", endpoint = "monitor", input = Json, output = Sse)]
pub async fn monitor() -> Result<EventStream<MonitorUpdate>, ApiError> {
    let tasks = expect_context::<starcrossed::registry::TaskRegistry>();
    let (permit, may_kill) = (crate::api::permit::Permit::of_request(), watch::may_kill());
    let spawn = crate::api::raw::spawn().about("monitor");
    Ok(spawn.spawn(move |sender| watch::watch(tasks, may_kill, permit, sender)))
}

/// `POST /api/kill`: kills the task with this number, as the monitor shows it. Returns whether there was one.
///
/// # Errors
/// 403 if the sender may not kill tasks.
#[server(prefix = "/api", endpoint = "kill", input = Json)]
pub async fn kill(task: u64) -> Result<bool, ApiError> {
    watch::require_kill_permission()?;
    Ok(expect_context::<starcrossed::registry::TaskRegistry>().kill(task, "Ended from the monitor."))
}
