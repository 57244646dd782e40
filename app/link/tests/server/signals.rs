//! A whole process that is asked to stop.

use super::{
    links::{app, observed},
    page::Page,
    soon,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use starcrossed::{LinkServer, Reason};
use std::{
    env,
    io::{BufRead, BufReader, Lines, Read, Write},
    net::TcpStream,
    os::unix::process::ExitStatusExt,
    process::{self, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Runtime};

/// Set in the environment of a test that is to be the program under test.
const PROGRAM: &str = "STARCROSSED_TEST_PROGRAM";

#[tokio::test]
async fn signals_that_ask_a_process_to_stop_end_it_as_a_shutdown() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (links, mut tasks) = observed();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let running = tokio::spawn(async move { links.serve(tcp, app()).await });
        let mut page = Page::start(address, "wait").await;
        page.has_begun().await;
        kill(Pid::this(), signal).unwrap(); // it is handled by now, or this process is gone
        assert!(page.rest().await.contains("shutdown"));
        assert_eq!(soon("its end", tasks.ended()).await, Reason::Shutdown);
        soon("the server is gone", running).await.unwrap().unwrap();
    }
}

/// A runtime waits for its threads, and nothing ends a thread that neither sends nor returns. A second signal must end
/// the process.
#[test]
fn a_second_signal_ends_a_process_that_hangs_in_shutdown() {
    if env::var_os(PROGRAM).is_some() {
        return program();
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "signals::a_second_signal_ends_a_process_that_hangs_in_shutdown"]);
    command.arg("--nocapture").env(PROGRAM, "").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut page = TcpStream::connect(said(&mut lines, "listens at ")).unwrap();
    page.write_all(b"POST /api/hang HTTP/1.0\r\ncontent-length: 0\r\n\r\n").unwrap();
    let mut page = BufReader::new(page);
    while !read_line(&mut page).starts_with("event: delta") {}

    let own = Pid::from_raw(child.id().try_into().unwrap());
    kill(own, Signal::SIGINT).unwrap();
    let mut rest = String::new();
    page.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("shutdown"), "{rest}");
    said(&mut lines, "has served");
    kill(own, Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGINT as i32));
}

/// Serves until it is told to stop, and drops its runtime.
fn program() {
    thread::spawn(|| {
        thread::sleep(Duration::from_secs(20));
        process::exit(1) // so that the waiting test doesn't hang
    });
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listens at {}", tcp.local_addr().unwrap());
        LinkServer::new().serve(tcp, app()).await.unwrap();
    });
    println!("has served");
    drop(runtime);
}

/// The line that the program writes after these words.
fn said(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> String {
    lines.find_map(|line| line.unwrap().split_once(words).map(|(_, rest)| rest.to_owned())).expect(words)
}

fn read_line(page: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    assert!(page.read_line(&mut line).unwrap() > 0, "the stream has ended");
    line
}
