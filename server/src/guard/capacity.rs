//! How much there is room for on this machine: each connection is an open file, and a system lets a program have only so many.

use crate::{
    config::Config,
    guard::{quota::Slots, unread::Unread},
    os::open_files,
    startup::error::Failure,
};
use std::sync::Arc;

/// How many tasks may live at once, unless somebody says otherwise.
const TASKS: usize = 8192;

/// Open files that are no connections: logs, pipes, whatever the runtime has. At the most, and where there are few, at least.
const OTHERS: usize = 64;
const FEW_OTHERS: usize = 16;

/// Room for fewer tasks than this is worth a warning.
const FEW: usize = 256;

/// One client may take all but one part in so many, of the connections and of the tasks: it may be a proxy that everybody
/// comes through, or an attacker.
const SHARE: usize = 10;

/// Room for tasks, for connections, and for responses that wait to be read.
#[derive(Clone, Debug)]
pub struct Room {
    /// For tasks.
    pub tasks: Arc<Slots>,
    /// For connections.
    pub connections: Arc<Slots>,
    /// The responses that wait to be read.
    pub unread: Unread,
}

impl Room {
    /// As much as `config` asks for, if the system allows that many open files: a task needs two, the connection of its page
    /// and its own to the model server. Says so if it doesn't, or if there is little room.
    ///
    /// # Errors
    /// There is no room at all.
    pub fn of(config: &Config) -> Result<Self, Failure> {
        let files = open_files::most();
        let possible = possible(files);
        if possible == 0 {
            return Err(Failure::runtime(format!(
                "can't serve anybody: the system allows {files} open files, and one answer needs {}. {MORE}",
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
            tasks: Slots::new(tasks, tasks_each),
            connections: Slots::new(connections, most_of(connections)),
            unread: Unread::default(),
        })
    }
}

/// What one client may have of so many.
const fn most_of(all: usize) -> usize {
    all - all / SHARE
}

/// What to do about it.
const MORE: &str = "Allow more files (ulimit -n, or LimitNOFILE= in a systemd unit)";

/// How many of so many files are for other things than connections.
fn others(files: usize) -> usize {
    (files / 4).clamp(FEW_OTHERS, OTHERS)
}

/// How many tasks so many files are enough for.
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
