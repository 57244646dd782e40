//! A process that is paused and goes on: what arrived in the meantime is read before any timer is judged. And a process that is
//! asked to stop: at any moment, even before it has begun.

use starcrossed::Reason;
use std::{
    fs,
    process::{self, Stdio},
    time::Duration,
};
use crate::support::{
    advance,
    raw_client::{Page, get},
    raw_http2::Http2,
    program::{Running, empty_folder, signal, starcrossed},
    server::Server,
    soon,
    fake_upstream::{Step, Upstream, delta, head},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        unix::pipe::{OpenOptions, Sender},
    },
    process::{Child, Command},
    time::{Instant, sleep},
};

const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;

/// As long as an HTTP/2 ping may stay unanswered, and more.
const PAUSE: Duration = Duration::from_secs(10);

/// How often the server pings.
const PING: Duration = Duration::from_secs(8);

#[tokio::test]
async fn an_answer_goes_on_after_its_server_was_stopped_for_a_while_over_http_1_and_2() {
    let script = [head(), delta("Hel"), Step::Wait, delta("lo"), Step::Hang];
    let mut upstream = Upstream::playing(script).await;
    let running = Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &upstream.url()])).await;
    let mut page = Page::chat(running.address).await;
    let mut client = Http2::post(running.address, "/api/chat", QUESTION).await;
    let ping = client.ping().await;
    running.signal("-STOP");
    client.pong(&ping).await;
    sleep(PAUSE).await;
    running.signal("-CONT");
    for _ in 0..2 {
        upstream.connection().await.go();
    }
    client.hears("lo").await;
    assert_eq!((page.delta().await, page.delta().await), ("Hel".to_owned(), "lo".to_owned()));
}

#[tokio::test]
async fn an_answer_that_began_while_its_server_was_stopped_is_read() {
    const PATIENCE: Duration = Duration::from_secs(2);
    let scripts = [
        vec![Step::Wait, head(), delta("Hel"), Step::Hang],
        vec![Step::Wait, head(), Step::Wait, delta("Hel"), Step::Hang],
    ];
    let mut upstream = Upstream::playing_in_turn(scripts).await;
    let arguments = ["--listen", "127.0.0.1:0", "--header-timeout", "2", "--upstream", &upstream.url()];
    let running = Running::start(&mut starcrossed(&arguments)).await;
    let mut at_once = Page::chat(running.address).await;
    let first = upstream.connection().await;
    let mut later = Page::chat(running.address).await;
    let second = upstream.connection().await;
    running.signal("-STOP");
    first.go();
    second.go();
    sleep(PATIENCE * 2).await;
    running.signal("-CONT");
    assert_eq!(at_once.delta().await, "Hel", "its head and its word arrived in the pause");
    sleep(Duration::from_millis(300)).await;
    second.go();
    assert_eq!(later.delta().await, "Hel", "its head arrived in the pause, its word soon after");
}

#[tokio::test]
async fn a_pong_that_arrived_in_a_pause_keeps_its_connection_and_none_at_all_ends_it() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::asking(&upstream.url()).await;
    let mut client = Http2::post(server.address, "/api/chat", QUESTION).await;
    client.hears("Hel").await;
    advance(PING).await;
    let ping = client.ping().await;
    client.pong(&ping).await;
    advance(PAUSE).await;
    client.ping().await;
    advance(PAUSE).await;
    client.closed().await;
}

#[tokio::test]
async fn a_first_request_that_arrived_in_a_pause_is_answered() {
    let server = Server::alone().await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await; // the connection is accepted
    client.write_all(b"host: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    advance(PAUSE).await;
    assert!(read(client).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_later_request_that_arrived_in_a_pause_is_answered() {
    let server = Server::alone().await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    client.read_exact(&mut [0; 20]).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    advance(Duration::from_mins(2)).await;
    assert!(read(client).await.contains("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_that_arrived_in_a_pause_is_read_over_http_1_and_2() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::asking(&upstream.url()).await;
    let (half, rest) = QUESTION.split_at(10);
    let mut second = Http2::begin(server.address, "/api/chat").await;
    second.body(half, false).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", QUESTION.len());
    first.write_all(&[head.as_bytes(), half].concat()).await.unwrap();
    sleep(Duration::from_millis(50)).await; // both are read so far
    second.body(rest, true).await;
    first.write_all(rest).await.unwrap();
    advance(PAUSE).await;
    second.hears("Hel").await;
    let mut answer = [0; 15];
    soon("an answer", first.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_stop_is_heard_while_the_configuration_is_read() {
    for name in ["-TERM", "-INT", "-HUP"] {
        let password = new_pipe(name);
        let mut child = starcrossed(&["--listen", "127.0.0.1:0", "--password-file", &password]).spawn().unwrap();
        let _writes_nothing = soon("the program reads the file", opened(&password)).await;
        signal(child.id().unwrap(), name);
        ends_at_once(&mut child).await;
    }
}

/// A shell and the kernel both say so when a terminal is closed.
#[tokio::test]
async fn a_closed_terminal_ends_every_answer_as_a_shutdown_however_often_it_is_said() {
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
async fn a_program_that_was_started_to_outlive_its_terminal_does() {
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
async fn asked_twice_it_does_not_drain() {
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--drain", "60", "--upstream", "http://127.0.0.1:9/v1"]);
    let running = Running::start(&mut command).await;
    running.signal("-TERM");
    running.signal("-INT");
    let (code, _, log) = running.end_with_all().await;
    assert_eq!(code, Some(130), "{log}");
    assert!(log.contains("starcrossed: ended at once"), "{log}");
}

/// A pipe with a name, in which nothing is.
fn new_pipe(name: &str) -> String {
    let path = empty_folder().with_file_name(format!("password{name}-{}", process::id()));
    _ = fs::remove_file(&path);
    assert!(process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    path.to_str().unwrap().to_owned()
}

/// Opens the pipe for writing, which can be done once somebody reads it.
async fn opened(pipe: &str) -> Sender {
    loop {
        if let Ok(sender) = OpenOptions::new().open_sender(pipe) {
            return sender;
        }
        sleep(Duration::from_millis(1)).await;
    }
}

async fn ends_at_once(child: &mut Child) {
    let asked = Instant::now();
    let code = soon("the program ends", child.wait()).await.unwrap().code();
    assert_eq!(code, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}

async fn read(mut client: TcpStream) -> String {
    let mut answer = String::new();
    soon("an answer", client.read_to_string(&mut answer)).await.unwrap();
    answer
}
