//! The program as a process.

use super::soon;
use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Output, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::{Duration, timeout},
};

/// The longest shutdown that passes, in wall-clock time. The program promises 2 s; the rest is for a busy machine. It is less
/// than the 10 s between two keep-alives, which would end a program that waits for a reader instead of its own deadline.
const SHUTDOWN: Duration = Duration::from_secs(8);

/// The program, in an empty folder and with an empty environment.
pub(crate) fn starcrossed(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_starcrossed"));
    command.args(arguments).env_clear().current_dir(empty_folder()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn empty_folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("empty");
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) async fn output(command: &mut Command) -> Output {
    soon("the program ends", command.output()).await.unwrap()
}

pub(crate) fn signal(process: u32, name: &str) {
    assert!(std::process::Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The running program.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) process: u32,
    pub(crate) lines: Lines<BufReader<ChildStdout>>,
    pub(crate) log: BufReader<ChildStderr>,
    pub(crate) address: SocketAddr,
}

impl Running {
    pub(crate) async fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let process = child.id().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = BufReader::new(child.stderr.take().unwrap());
        let first = soon("the program says where it listens", lines.next_line()).await.unwrap().unwrap();
        let address = first.strip_prefix("Starcrossed listens on http://").unwrap_or_else(|| panic!("{first}"));
        Self { child, process, lines, log, address: address.parse().unwrap() }
    }

    pub(crate) async fn line(&mut self) -> String {
        soon("the program says more", self.lines.next_line()).await.unwrap().unwrap()
    }

    /// Reads the log up to the next line with this beginning, and returns it.
    pub(crate) async fn logged(&mut self, beginning: &str) -> String {
        let found = async {
            loop {
                let mut line = String::new();
                assert_ne!(self.log.read_line(&mut line).await.unwrap(), 0, "the log has ended without {beginning}");
                if line.starts_with(beginning) {
                    return line;
                }
            }
        };
        soon("the log says so", found).await
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.process, name);
    }

    /// Waits for the end. Returns the exit code and the rest of the log.
    pub(crate) async fn end(self) -> (Option<i32>, String) {
        let (code, _, log) = self.end_with_all().await;
        (code, log)
    }

    /// The same, with the rest of standard output in the middle. Both streams are read at once, because the program
    /// drops lines that nobody reads.
    pub(crate) async fn end_with_all(mut self) -> (Option<i32>, String, String) {
        let (mut said, mut log) = (String::new(), String::new());
        let all = async {
            tokio::try_join!(self.lines.get_mut().read_to_string(&mut said), self.log.read_to_string(&mut log))
                .unwrap();
            self.child.wait().await.unwrap().code()
        };
        (timeout(SHUTDOWN, all).await.expect("the program ends in time"), said, log)
    }
}

/// Waits until a program that was asked to end has ended, and returns its exit code.
pub(crate) async fn shut_down(child: &mut Child) -> Option<i32> {
    timeout(SHUTDOWN, child.wait()).await.expect("the program ends in time").unwrap().code()
}
