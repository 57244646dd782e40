//! The server's counters, from /metrics.

use crate::{Fallible, clients::client};
use starcrossed::Reason;
use std::{fmt, net::SocketAddr};

/// The exit reasons, in the order of the table.
pub(crate) const REASONS: [Reason; 5] =
    [Reason::Normal, Reason::Failed, Reason::Crashed, Reason::Killed, Reason::Shutdown];

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Metrics {
    /// Living tasks.
    pub(crate) live: u64,
    /// Ended tasks, in the order of [`REASONS`].
    exits: [u64; REASONS.len()],
    /// Memory in use, in bytes, without the allocator's reserve.
    pub(crate) in_use: u64,
}

impl Metrics {
    /// Fetches /metrics.
    pub(crate) async fn fetch(address: SocketAddr) -> Fallible<Self> {
        let text = client::get(address, "/metrics").await?;
        Self::parse(&text).ok_or_else(|| format!("unexpected answer from /metrics: {text}").into())
    }

    fn parse(text: &str) -> Option<Self> {
        let sample = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix("starcrossed_")?.strip_prefix(name)?.trim().parse().ok())
        };
        let mut exits = [0; REASONS.len()];
        for (exits, reason) in exits.iter_mut().zip(REASONS) {
            *exits = sample(&format!("exits_total{{reason=\"{}\"}}", reason.as_str()))?;
        }
        Some(Self { live: sample("tasks_live")?, exits, in_use: sample("memory_in_use_bytes")? })
    }

    /// The number of tasks that ended for this reason.
    pub(crate) fn exits(&self, reason: Reason) -> u64 {
        REASONS.iter().position(|one| *one == reason).map_or(0, |at| self.exits[at])
    }

    /// The number of ended tasks.
    pub(crate) fn ended(&self) -> u64 {
        self.exits.iter().sum()
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} live; ended", self.live)?;
        REASONS.iter().zip(self.exits).try_for_each(|(reason, count)| write!(f, " {} {count}", reason.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_names() {
        let text = "# HELP x\nstarcrossed_tasks_live 3\nstarcrossed_exits_total{reason=\"normal\"} 1\n\
            starcrossed_exits_total{reason=\"failed\"} 2\nstarcrossed_exits_total{reason=\"crashed\"} 4\n\
            starcrossed_exits_total{reason=\"killed\"} 8\nstarcrossed_exits_total{reason=\"shutdown\"} 16\n\
            starcrossed_memory_in_use_bytes 64\n";
        let metrics = Metrics::parse(text).unwrap();
        assert_eq!((metrics.live, metrics.ended(), metrics.exits(Reason::Killed), metrics.in_use), (3, 31, 8, 64));
        assert_eq!(Metrics::parse("starcrossed_tasks_live 3\n"), None);
    }
}
