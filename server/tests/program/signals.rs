//! Signals end the process at any moment, even before it serves.

use crate::support::{
    fake_upstream::{Step, Upstream, delta, head},
    program::{Running, empty_folder, shut_down, signal, starcrossed},
    raw_client::{Page, get},
    soon,
};
use starcrossed::Reason;
use std::{
    fs,
    process::{self, Stdio},
    time::Duration,
};
use tokio::{
    net::unix::pipe::{OpenOptions, Sender},
    process::Command,
    time::sleep,
};

#[tokio::test]
async fn signals_work_while_the_configuration_is_read() {
    for name in ["-TERM", "-INT", "-HUP"] {
        let password = new_pipe(name);
        let mut child = starcrossed(&["--listen", "127.0.0.1:0", "--password-file", &password]).spawn().unwrap();
        let _writes_nothing = soon("the program reads the file", opened(&password)).await;
        signal(child.id().unwrap(), name);
        assert_eq!(shut_down(&mut child).await, Some(0));
    }
}

/// When a terminal closes, the shell and the kernel each send a hangup.
#[tokio::test]
async fn repeated_hangup_ends_every_answer_as_shutdown() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &upstream.url()]);
    let running = Running::start(&mut command).await;
    let mut page = Page::chat(running.address).await;
    assert_eq!(page.delta().await, "Hel");
    running.signal("-HUP");
    running.signal("-HUP");
    assert_eq!(page.exit().await.reason, Reason::Shutdown);
    drop(page);
    let (code, _, log) = running.end_with_all().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn program_under_nohup_ignores_hangup() {
    let mut command = Command::new("nohup");
    let program = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9/v1"]);
    command.arg(program.as_std().get_program()).args(program.as_std().get_args()).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = Running::start(&mut command).await;
    running.signal("-HUP");
    assert_eq!(get(running.address, "/healthz").await.text(), "ok");
    running.signal("-TERM");
    assert_eq!(running.end().await.0, Some(0));
}

#[tokio::test]
async fn second_signal_skips_the_drain() {
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--drain", "60", "--upstream", "http://127.0.0.1:9/v1"]);
    let running = Running::start(&mut command).await;
    running.signal("-TERM");
    running.signal("-INT");
    let (code, _, log) = running.end_with_all().await;
    assert_eq!(code, Some(130), "{log}");
    assert!(log.contains("starcrossed: stopped at once"), "{log}");
}

/// Creates an empty named pipe and returns its path.
fn new_pipe(name: &str) -> String {
    let path = empty_folder().with_file_name(format!("password{name}-{}", process::id()));
    _ = fs::remove_file(&path);
    assert!(process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    path.to_str().unwrap().to_owned()
}

/// Opens the pipe for writing. That succeeds once the program has opened it for reading.
async fn opened(pipe: &str) -> Sender {
    loop {
        if let Ok(sender) = OpenOptions::new().open_sender(pipe) {
            return sender;
        }
        sleep(Duration::from_millis(1)).await;
    }
}
