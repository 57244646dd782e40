//! How much there is room for on this machine: each connection is an open file, and a system lets a program have only so many.

use crate::{config::Config, files, slots::Slots};
use std::sync::Arc;

/// How many tasks may live at once, unless somebody says otherwise.
const TASKS: usize = 8192;

/// Open files that are no connections: logs, pipes, whatever the runtime has.
const OTHERS: usize = 64;

/// One part in so many of the connections is for others than whoever has all the rest: they may be a proxy that everybody comes
/// through, or mean it ill.
const SHARE: usize = 10;

/// Room for tasks, and for connections.
#[derive(Debug)]
pub struct Room {
    /// For tasks.
    pub tasks: Arc<Slots>,
    /// For connections.
    pub connections: Arc<Slots>,
}

impl Room {
    /// As much as `config` asks for, if the system allows that many open files: a task needs two, the connection of its page
    /// and its own to the model server. Says so if it doesn't.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let files = files::most();
        let possible = files.saturating_sub(OTHERS) / 2;
        let wanted = config.max_tasks.unwrap_or(TASKS.min(possible));
        if wanted > possible {
            tracing::warn!(
                "--max-tasks {wanted} needs {} open files, and the system allows {files}: there is room for {possible} tasks. \
                 Allow more files (ulimit -n, or LimitNOFILE= in a systemd unit), or ask for fewer tasks",
                wanted * 2 + OTHERS
            );
        }
        let tasks = wanted.min(possible);
        let connections = files.saturating_sub(OTHERS + tasks);
        Self {
            tasks: Slots::new(tasks, config.max_tasks_per_client),
            connections: Slots::new(connections, connections - connections / SHARE),
        }
    }
}
