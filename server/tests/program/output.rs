//! A log that cannot be written affects nothing else: its lines are dropped and counted.

use crate::support::{
    program::{Running, empty_folder, output, shut_down, signal, starcrossed},
    raw_client::{get, metric, post},
    soon,
};
use futures::future::join_all;
use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::Stdio,
};
use tokio::{
    process::{Child, Command},
    time::{Duration, sleep},
};

const LOST: &str = "starcrossed_log_lines_lost_total";

/// A task that panics, so each request writes two lines: the panic and the exit.
const TASK: &[u8] = br#"{"chunks":2,"interval_ms":0,"crash_at":1}"#;

#[tokio::test]
async fn answers_go_on_when_the_log_reader_is_gone() {
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9/v1"]);
    let Running { child, log, lines, address, .. } = Running::start(&mut command).await;
    drop((log, lines));
    assert_answers_go_on(child, address).await;
}

#[tokio::test]
async fn answers_go_on_when_the_disk_is_full() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let (child, address) = start_with(|command| command.stdout(full()).stderr(full())).await;
    assert_answers_go_on(child, address).await;
}

/// `ulimit -f` counts in blocks of 512 bytes or 1 KiB.
#[tokio::test]
async fn answers_go_on_when_the_log_file_may_not_grow() {
    let path = empty_folder().with_file_name(format!("log-{}", std::process::id()));
    fs::write(&path, [b'x'; 2048]).unwrap();
    let log = || Stdio::from(File::options().append(true).open(&path).unwrap());
    let (child, address) = start_with(|command| {
        *command = limited(command);
        command.stdout(Stdio::null()).stderr(log())
    })
    .await;
    assert_answers_go_on(child, address).await;
    assert_eq!(fs::metadata(&path).unwrap().len(), 2048);
}

/// The same program, limited to files of one block.
fn limited(command: &Command) -> Command {
    let command = command.as_std();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 1; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    shell
}

#[tokio::test]
async fn server_starts_with_standard_output_closed() {
    let closed = || Stdio::from(OwnedFd::from(UnixStream::pair().unwrap().0)); // the other end is dropped
    let (child, address) = start_with(|command| command.stdout(closed()).stderr(closed())).await;
    assert_answers_go_on(child, address).await;
}

#[tokio::test]
async fn an_unread_pipe_delays_neither_answers_nor_shutdown() {
    for non_blocking in [false, true] {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_nonblocking(non_blocking).unwrap();
        let log = Stdio::from(OwnedFd::from(theirs));
        let (mut child, address) = start_with(|command| command.stdout(Stdio::null()).stderr(log)).await;
        for _ in 0..20 {
            soon("answers", join_all((0..100).map(|_| post(address, "/api/task", TASK)))).await;
        }
        assert_eq!(metric(address, "starcrossed_tasks_live").await, 0, "every task could end");
        signal(child.id().unwrap(), "-TERM");
        assert_eq!(shut_down(&mut child).await, Some(0));
        drop(ours);
    }
}

#[tokio::test]
async fn exit_code_is_right_even_when_the_error_cannot_be_written() {
    for arguments in [["--nonsense", "1"], ["--listen", "192.0.2.1:1"]] {
        let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
        let said = output(&mut starcrossed(&arguments)).await.status.code();
        let unsaid = starcrossed(&arguments).stdout(full()).stderr(full()).status().await.unwrap();
        assert_eq!(unsaid.code(), said);
    }
    let full = Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    assert_eq!(starcrossed(&["--help"]).stdout(full).status().await.unwrap().code(), Some(0));
}

/// Starts the program with other output streams. Its port is chosen here, since nobody can read the line that names it.
async fn start_with(streams: impl FnOnce(&mut Command) -> &mut Command) -> (Child, SocketAddr) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // free again at once
    let mut command = starcrossed(&["--listen", &free.to_string(), "--upstream", "http://127.0.0.1:9/v1"]);
    let child = streams(&mut command).spawn().unwrap();
    let connects = async {
        while tokio::net::TcpStream::connect(free).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    soon("it listens", connects).await;
    (child, free)
}

/// Asks several times, checks that lines are lost while answers are complete, and ends the program.
async fn assert_answers_go_on(mut child: Child, address: SocketAddr) {
    for _ in 0..3 {
        assert!(post(address, "/api/task", TASK).await.text().contains("\"crashed\""));
    }
    soon("lines are lost", async { while metric(address, LOST).await < 6 {} }).await;
    assert_eq!(get(address, "/healthz").await.text(), "ok");
    signal(child.id().unwrap(), "-TERM");
    assert_eq!(shut_down(&mut child).await, Some(0));
}
