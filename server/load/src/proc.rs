//! A process in Linux' `/proc`: its memory, open files and CPU time.

use crate::Fallible;
use std::{fs, time::Duration};

/// A tick of CPU time. Linux reports hundredths of a second to programs, whatever its internal unit.
const TICK: Duration = Duration::from_millis(10);

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

/// Memory, in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Resident memory.
    pub(crate) resident: u64,
    /// Private memory: resident, and shared with no other process.
    pub(crate) private: u64,
}

/// Open files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    /// All of them.
    pub(crate) all: usize,
    /// Those that are sockets.
    pub(crate) sockets: usize,
}

impl Process {
    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// Its current memory.
    pub(crate) fn memory(self) -> Fallible<Memory> {
        let text = self.read("smaps_rollup")?;
        let kib = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok())
        };
        let read = || Some(Memory { resident: kib("Rss")?, private: kib("Private_Clean")? + kib("Private_Dirty")? });
        read().ok_or_else(|| "smaps_rollup holds no memory figures".into())
    }

    /// Its currently open files.
    pub(crate) fn files(self) -> Fallible<Files> {
        let mut files = Files::default();
        for entry in fs::read_dir(format!("/proc/{}/fd", self.0))? {
            let Ok(target) = fs::read_link(entry?.path()) else { continue }; // closed in the meantime
            files.all += 1;
            files.sockets += usize::from(target.to_string_lossy().starts_with("socket:"));
        }
        Ok(files)
    }

    /// Its CPU time so far, user and system, on all cores together.
    pub(crate) fn cpu_time(self) -> Fallible<Duration> {
        let text = self.read("stat")?;
        // The second field is the program's name, which may hold any character. The 14th and 15th are user and system
        // time.
        let fields = text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
        let ticks = |at: usize| fields.as_ref()?.get(at - 3)?.parse::<u32>().ok();
        let sum = ticks(14).zip(ticks(15)).map(|(user, system)| TICK * (user + system));
        sum.ok_or_else(|| "stat holds no CPU times".into())
    }

    fn read(self, file: &str) -> Fallible<String> {
        let path = format!("/proc/{}/{file}", self.0);
        fs::read_to_string(&path).map_err(|error| format!("can't read {path}: {error}").into())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn proc_describes_this_process() {
        let memory = Process::own().memory().unwrap();
        assert!(memory.resident >= memory.private && memory.private > 0, "{memory:?}");
        let before = Process::own().files().unwrap();
        let _socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let after = Process::own().files().unwrap();
        assert_eq!(after.sockets, before.sockets + 1);
        assert!(after.all > after.sockets, "{after:?}");
        Process::own().cpu_time().unwrap();
    }
}
