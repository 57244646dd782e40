//! The program that is measured, as a process of its own.

use crate::{Fallible, fake_model::Model, metrics::Metrics, proc::Process};
use std::{
    fs::File,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::{Instant, sleep, timeout},
};

/// How long it may take until it says where it listens.
const START: Duration = Duration::from_secs(10);

/// How to run it.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    /// The program.
    pub(crate) binary: &'a Path,
    /// Where it listens, at any port.
    pub(crate) listen: IpAddr,
    /// How many tasks it has room for.
    pub(crate) tasks: u32,
    /// The one core that it may use; none for all.
    pub(crate) core: Option<usize>,
}

/// It, at work. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What the system knows of it.
    pub(crate) process: Process,
    /// It has a little more to say on standard output, which has to stay open for that.
    _lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Program {
    /// Starts it, to ask this model, and waits until it listens.
    pub(crate) async fn start(setting: &Setting<'_>, model: &Model) -> Fallible<Self> {
        let log = std::env::temp_dir().join(format!("starcrossed-load-{}.log", std::process::id()));
        let mut command = setting.command(model);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?).kill_on_drop(true);
        let spawned = command.spawn();
        let mut child = spawned.map_err(|error| format!("can't run {}: {error}", setting.binary.display()))?;
        let pid = child.id().ok_or("the server is gone already")?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("the server has no standard output")?).lines();
        let first = timeout(START, lines.next_line()).await.map_err(|_| "the server doesn't start")??;
        let address = first.as_deref().and_then(|line| line.strip_prefix("Starcrossed listens on http://"));
        let address = address.and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| format!("the server says {first:?}; see {}", log.display()))?;
        eprintln!("{} is process {pid}, listens on {address}, logs to {}", setting.binary.display(), log.display());
        Ok(Self { child, address, process: Process(pid), _lines: lines, log })
    }

    /// What it counts.
    pub(crate) async fn metrics(&self) -> Fallible<Metrics> {
        Metrics::of(self.address).await
    }

    /// Waits, for so long at most, until it has no more open than this and no task is left, and says what it counts
    /// then.
    pub(crate) async fn settle(&self, files: usize, patience: Duration) -> Fallible<Metrics> {
        let until = Instant::now() + patience;
        loop {
            let metrics = self.metrics().await?;
            let is_settled = metrics.live == 0 && self.process.files()?.all <= files;
            if is_settled || Instant::now() > until {
                return Ok(metrics);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends it. Its log is kept if somebody will want to read it.
    pub(crate) async fn end(mut self, keep_log: bool) -> Fallible<()> {
        self.child.kill().await?;
        if keep_log {
            eprintln!("the server's log is in {}", self.log.display());
        } else {
            std::fs::remove_file(&self.log)?;
        }
        Ok(())
    }
}

impl Setting<'_> {
    /// Without a single variable, so that nobody's own settings are measured.
    fn command(&self, model: &Model) -> Command {
        let mut command = match self.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", &core.to_string()]).arg(self.binary);
                command
            }
            None => Command::new(self.binary),
        };
        let address = SocketAddr::new(self.listen, 0).to_string();
        command.args(["--listen", &address, "--upstream", &model.url(), "--model", "fake", "--open"]);
        let tasks = self.tasks.to_string(); // one client has them all
        command.args(["--max-tasks", &tasks, "--max-tasks-per-client", &tasks]).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path); // taskset is found by it
        }
        command
    }
}
