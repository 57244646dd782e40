//! The measured program, as a process of its own.

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

/// The longest start, until the program prints its address.
const START: Duration = Duration::from_secs(10);

/// The way to run the program.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    /// The program.
    pub(crate) binary: &'a Path,
    /// The address to listen on, with any port.
    pub(crate) listen: IpAddr,
    /// The limit on tasks.
    pub(crate) tasks: u32,
    /// The only core that it may use. None for all cores.
    pub(crate) core: Option<usize>,
}

/// The running program. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    /// Its address.
    pub(crate) address: SocketAddr,
    /// Its entry in `/proc`.
    pub(crate) process: Process,
    /// Standard output stays open, because the program prints more lines after the first.
    _lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Program {
    /// Starts the program with this model as its upstream, and waits until it listens.
    pub(crate) async fn start(setting: &Setting<'_>, model: &Model) -> Fallible<Self> {
        let log = std::env::temp_dir().join(format!("starcrossed-load-{}.log", std::process::id()));
        let mut command = setting.command(model);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?).kill_on_drop(true);
        let spawned = command.spawn();
        let mut child = spawned.map_err(|error| format!("can't run {}: {error}", setting.binary.display()))?;
        let pid = child.id().ok_or("the server ended at once")?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("the server has no standard output")?).lines();
        let first = timeout(START, lines.next_line()).await.map_err(|_| {
            format!("the server printed no address within {} s; see {}", START.as_secs(), log.display())
        })??;
        let address = first.as_deref().and_then(|line| line.strip_prefix("Starcrossed listens on http://"));
        let address = address.and_then(|address| address.parse().ok());
        let address = address
            .ok_or_else(|| format!("the server printed {first:?} instead of its address; see {}", log.display()))?;
        eprintln!("{} is process {pid}, listens on {address}, logs to {}", setting.binary.display(), log.display());
        Ok(Self { child, address, process: Process(pid), _lines: lines, log })
    }

    /// The program's metrics.
    pub(crate) async fn metrics(&self) -> Fallible<Metrics> {
        Metrics::fetch(self.address).await
    }

    /// Waits until no task is left and at most `files` files are open, or until `patience` has passed. Returns the
    /// metrics of that moment.
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

    /// Ends the program, and removes its log unless `keep_log`.
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
    /// The environment is empty, so that no local settings are measured.
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
        let tasks = self.tasks.to_string(); // one client has all tasks
        command.args(["--max-tasks", &tasks, "--max-tasks-per-client", &tasks]).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path); // to find taskset
        }
        command
    }
}
