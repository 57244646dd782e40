//! The quotas on this machine. Each connection is an open file, and the system limits those.

use crate::{
    config::Config,
    guard::{quota::Quota, unread::Unread},
    os::open_files,
    startup::error::StartupError,
};
use std::sync::Arc;

/// The most tasks at once, without `--max-tasks`.
const TASKS: usize = 8192;

/// Open files that are no connections, such as logs, pipes and those of the runtime: the most, and the least where files are
/// few.
const OTHERS: usize = 64;
const FEW_OTHERS: usize = 16;

/// Fewer possible tasks than this are worth a warning.
const FEW: usize = 256;

/// One client may hold at most 9/10 of the connections and tasks; the rest stay free for others. (A single address may be a
/// proxy for everyone, or an attacker.)
const SHARE: usize = 10;

/// The quotas of tasks, connections and unread responses. Clones share them.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// The quota of tasks.
    pub tasks: Arc<Quota>,
    /// The quota of connections.
    pub connections: Arc<Quota>,
    /// The memory of unread responses.
    pub unread: Unread,
}

impl Capacity {
    /// The quotas that `config` asks for, as far as the limit on open files allows. A task needs two files: the connection of
    /// its page, and its own to the model server. Logs a warning if `config` asks for more, or if the limit is low.
    ///
    /// # Errors
    /// The limit doesn't allow a single task.
    pub fn of(config: &Config) -> Result<Self, StartupError> {
        let files = open_files::most();
        let possible = possible(files);
        if possible == 0 {
            return Err(StartupError::runtime(format!(
                "can't serve: the system allows {files} open files, and one answer needs {}. {MORE}",
                FEW_OTHERS + 2
            )));
        }
        let wanted = config.max_tasks.unwrap_or(TASKS.min(possible));
        if wanted > possible {
            tracing::warn!(
                "--max-tasks {wanted} needs {} open files, and the system allows {files}: there is room for {possible} tasks. \
                 {MORE}, or ask for fewer tasks",
                wanted * 2 + OTHERS
            );
        } else if possible < FEW {
            tracing::warn!("the system allows {files} open files: there is room for {possible} tasks. {MORE}");
        }
        let tasks = wanted.min(possible);
        let connections = files.saturating_sub(others(files) + tasks);
        let tasks_each = config.max_tasks_per_client.unwrap_or(most_of(tasks));
        Ok(Self {
            tasks: Quota::new(tasks, tasks_each),
            connections: Quota::new(connections, most_of(connections)),
            unread: Unread::default(),
        })
    }
}

/// The limit of one client.
const fn most_of(all: usize) -> usize {
    all - all / SHARE
}

/// The advice in all messages.
const MORE: &str = "Allow more files (ulimit -n, or LimitNOFILE= in a systemd unit)";

/// The number of files that are no connections.
fn others(files: usize) -> usize {
    (files / 4).clamp(FEW_OTHERS, OTHERS)
}

/// The number of tasks that this many files allow.
fn possible(files: usize) -> usize {
    files.saturating_sub(others(files)) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_leaves_a_tenth_to_others_where_there_is_a_tenth() {
        assert_eq!([1, 9, 10, 100, TASKS].map(most_of), [1, 9, 9, 90, 7373]);
    }

    #[test]
    fn few_files_are_enough_for_a_few_tasks_and_fewer_for_none() {
        assert_eq!([16, 17, 18, 64, 256, 1024, 20_000].map(possible), [0, 0, 1, 24, 96, 480, 9968]);
    }
}
