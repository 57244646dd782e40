//! The command line, the lines that the program prints, and its shutdown.

use crate::support::{
    fake_upstream::{Step, Upstream, delta, head},
    program::{Running, empty_folder, output, signal, starcrossed, text},
    raw_client::{Page, get, post, send},
};
use futures::future::join_all;
use starcrossed::Reason;
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    process::{Output, Stdio},
};
use tokio::{
    process::Command,
    time::{Duration, timeout},
};

#[tokio::test]
async fn help_explains_every_option() {
    for flag in ["-h", "--help"] {
        let output = output(&mut starcrossed(&[flag])).await;
        let help = text(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty());
        for word in [
            "listen",
            "host",
            "password",
            "password-file",
            "api-token",
            "open",
            "tls-cert",
            "tls-key",
            "trust-proxy",
            "max-tasks",
            "max-tasks-per-client",
            "max-answer",
            "answer-timeout",
            "drain",
            "upstream",
            "api-key",
            "model",
            "connect-timeout",
            "header-timeout",
            "idle-timeout",
            "log",
        ] {
            let variable = format!("STARCROSSED_{}", word.to_uppercase().replace('-', "_"));
            assert!(help.contains(&format!("--{word}")) && help.contains(&variable), "{word} in {help}");
        }
        assert!(help.contains("Examples:"), "{help}");
    }
}

#[tokio::test]
async fn the_version_is_one_line() {
    let output = output(&mut starcrossed(&["--version"])).await;
    assert_eq!(text(&output.stdout), format!("starcrossed {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let mut command = starcrossed(&["--help"]);
    let output = output(command.env("STARCROSSED_API_KEY", "sk-one").env("OPENAI_API_KEY", "sk-two")).await;
    assert!(!text(&output.stdout).contains("sk-"));

    let mut command =
        starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "http://me:sk-three@127.0.0.1:9/v1", "--log", "trace"]);
    let running = Running::start(command.env("STARCROSSED_API_KEY", "sk-one").env("OPENAI_API_KEY", "sk-two")).await;
    let (address, process) = (running.address, running.process);
    let asked = async {
        post(address, "/api/chat", br#"{"messages":[{"role":"user","content":"Hi"}]}"#).await;
        signal(process, "-TERM");
    };
    let ((), (_, said, log)) = tokio::join!(asked, running.end_with_all());
    assert!(log.contains("TRACE"), "the log holds everything: {log}");
    assert!(!said.contains("sk-") && !log.contains("sk-"), "{said}{log}");
}

#[tokio::test]
async fn a_wrong_command_line_is_explained_in_one_line() {
    for arguments in [
        ["--nonsense", "1"],
        ["--upstream", "http://"],
        ["--upstream", "ftp://example.com/v1"],
        ["--connect-timeout", "soon"],
        ["--log", "loud=very"],
    ] {
        let output = output(&mut starcrossed(&arguments)).await;
        assert_one_line(&output, 2, "");
    }
}

#[tokio::test]
async fn unknown_host_is_refused_and_host_option_is_named() {
    let running = Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--host", "chat.example.com"])).await;
    for (host, status) in [("chat.example.com", 200), ("localhost:3000", 200), ("evil.example:3000", 421)] {
        for path in ["/", "/api/models", "/healthz"] {
            let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            let answer = send(running.address, head.as_bytes()).await;
            assert_eq!(answer.status, status, "{host}{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{host}{path}");
            assert!(status == 200 || answer.text().contains("--host evil.example"), "{}", answer.text());
            if path == "/" && status == 200 {
                assert!(answer.header("permissions-policy").contains("camera=()"), "a page may not ask for it");
            }
        }
    }
}

#[tokio::test]
async fn listening_beyond_loopback_needs_a_password_or_open() {
    let refused = output(&mut starcrossed(&["--listen", "0.0.0.0:0"])).await;
    let why = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2));
    assert!(why.contains("--password-file") && why.contains("--open"), "{why}");
    for way in [["--open", ""], ["--password", "hunter22"], ["--api-token", "a-token-that-is-long"]] {
        let way = way.into_iter().filter(|word| !word.is_empty());
        let line = ["--listen", "0.0.0.0:0"].into_iter().chain(way).collect::<Vec<_>>();
        Running::start(&mut starcrossed(&line)).await;
    }
}

#[tokio::test]
async fn short_secrets_are_refused() {
    for (line, why) in [
        (["--password", "hunter2"], "starcrossed: the password is too short: use 8 characters or more\n"),
        (["--password-file", "/nowhere"], "starcrossed: can't read the password in /nowhere: "),
        (["--api-token", "short"], "starcrossed: an API token needs 16 or more printable ASCII characters; "),
    ] {
        let refused = output(&mut starcrossed(&line)).await;
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).starts_with(why), "{}", text(&refused.stderr));
    }
}

#[tokio::test]
async fn unusable_listen_address_is_explained_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let start = async |address| output(&mut starcrossed(&["--listen", address])).await;
    assert_one_line(
        &start(&address).await,
        1,
        &format!("starcrossed: can't listen on {address}: the port is taken. Choose another with --listen.\n"),
    );
    assert_one_line(&start("localhost").await, 1, "");
    assert_one_line(&start("127.0.0.1:99999").await, 1, "");
    assert_one_line(&start("192.0.2.1:3000").await, 1, "");
}

#[tokio::test]
async fn unresolvable_listen_address_is_explained_in_one_line() {
    // Without a DNS server the system's resolver gives up only after 10 s or more.
    let mut command = starcrossed(&["--listen", "nowhere.invalid:3000"]);
    let output = timeout(Duration::from_mins(1), command.output()).await.expect("the program ends").unwrap();
    assert_one_line(&output, 1, "");
}

/// Checks the exit code, an empty standard output, and one line on standard error. That line is `exactly`, unless that
/// is empty.
fn assert_one_line(output: &Output, code: i32, exactly: &str) {
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(code), ""), "{error}");
    assert!(error.starts_with("starcrossed: ") && error.lines().count() == 1, "{error}");
    assert!(exactly.is_empty() || error == exactly, "{error}");
}

#[tokio::test]
async fn program_runs_in_an_empty_folder_and_leaves_no_files() {
    let running =
        Running::start(&mut starcrossed(&["--listen", "0.0.0.0:0", "--open", "--upstream", "http://127.0.0.1:9/v1"]))
            .await;
    let address = SocketAddr::from(([127, 0, 0, 1], running.address.port()));
    assert_eq!(get(address, "/").await.status, 200);
    running.signal("-INT");
    assert_eq!(running.end().await.0, Some(0));
    assert_eq!(fs::read_dir(empty_folder()).unwrap().count(), 0);
}

#[tokio::test]
async fn startup_lists_the_models_of_the_server() {
    let upstream = Upstream::playing([Step::Hang]).await;
    let mut command = starcrossed(&["--listen", "127.0.0.1:0"]);
    let mut running = Running::start(command.env("OPENAI_BASE_URL", upstream.url())).await;
    assert_eq!(running.line().await, format!("{} answers: fake", upstream.url()));
}

#[tokio::test]
async fn startup_warns_of_a_key_without_an_upstream() {
    let mut running =
        Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--api-key", "sk-0123456789"])).await;
    running.logged("starcrossed: the API key is not used").await;
    running.signal("-TERM");
    assert!(!running.end().await.1.contains("sk-0123456789"));
}

#[tokio::test]
async fn each_upstream_is_listed_and_gets_only_its_own_key() {
    let (one, two) = (Upstream::playing([Step::Hang]).await, Upstream::playing([Step::Hang]).await);
    let (first, second) = (format!("one={}", one.url()), format!("two={}", two.url()));
    let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &first, "--upstream", &second]);
    let mut running =
        Running::start(command.env("STARCROSSED_API_KEY", "two=sk-two").env("OPENAI_API_KEY", "sk-o")).await;
    assert_eq!(running.line().await, format!("one answers, at {}: fake", one.url()));
    assert_eq!(running.line().await, format!("two answers, at {}: fake", two.url()));
    let models = get(running.address, "/api/models").await.json();
    assert_eq!(models["data"][1]["id"], "two/fake");
    assert!(one.requests().iter().all(|request| !request.headers.contains_key("authorization")));
    assert!(two.requests().iter().all(|request| request.headers["authorization"] == "Bearer sk-two"));
}

#[tokio::test]
async fn program_starts_without_its_model_server_and_warns_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // and free again at once
    let url = format!("http://{free}/v1");
    let warning = format!("starcrossed: {url}");
    let mut running = Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &url])).await;
    assert_eq!(get(running.address, "/healthz").await.text(), "ok");
    running.logged(&warning).await;
    let models = get(running.address, "/api/models").await;
    assert!(models.json()["message"].is_string());
    running.signal("-TERM");
    let (code, log) = running.end().await;
    let more = log.lines().filter(|line| line.starts_with(&warning)).count();
    assert_eq!((code, more), (Some(0), 0), "it warns once: {log}");
}

#[tokio::test]
async fn stop_signal_tells_the_pages_and_ends_the_program() {
    for signal in ["-TERM", "-INT"] {
        let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
        let mut command = starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &upstream.url()]);
        let running = Running::start(&mut command).await;
        let mut page = Page::chat(running.address).await;
        assert_eq!(page.delta().await, "Hel");
        running.signal(signal);
        assert_eq!(page.exit().await.reason, Reason::Shutdown);
        let (code, log) = running.end().await;
        upstream.connection().await.closed_by_peer().await;
        assert_eq!(code, Some(0));
        let exits = log.lines().filter(|line| line.contains(" exit ") && line.contains(&page.task));
        let exits = exits.filter(|line| line.contains("reason=\"shutdown\"")).count();
        assert_eq!(exits, 1, "{log}");
    }
}

#[tokio::test]
async fn shutdown_does_not_wait_long_for_a_reader_that_stalls() {
    let Step::Send(one) = delta(&"x".repeat(16 * 1024)) else { unreachable!() };
    let mut upstream = Upstream::playing([head(), Step::Flood(one)]).await;
    let running = Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &upstream.url()])).await;
    let _page = Page::chat_with_little_room(running.address).await;
    upstream.connection().await.stalled().await;
    running.signal("-TERM");
    assert_eq!(running.end().await.0, Some(0));
}

#[tokio::test]
async fn a_slow_reader_costs_little_memory() {
    let Step::Send(one) = delta(&"x".repeat(16 * 1024)) else { unreachable!() };
    let mut upstream = Upstream::playing([head(), Step::Flood(one)]).await;
    let running = Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--upstream", &upstream.url()])).await;
    get(running.address, "/").await;
    let process = running.process;
    let before = resident(process);
    let _page = Page::chat_with_little_room(running.address).await;
    let connection = upstream.connection().await;
    connection.stalled().await;
    let grown = resident(process).saturating_sub(before);
    assert!(grown < 4 * 1024 * 1024, "{grown} bytes for one reader, after {} were written", connection.written());
}

#[tokio::test]
async fn few_open_files_limit_the_tasks_and_are_reported() {
    let mut running = Running::start(&mut with_open_files(64)).await;
    let said = running.logged("").await;
    assert!(
        said.contains("allows 64 open files") && said.contains("room for 24 tasks") && said.contains("ulimit -n"),
        "{said}"
    );
    let asked = (0..15).map(|_| post(running.address, "/api/task", br#"{"chunks":1,"interval_ms":300}"#));
    for answer in join_all(asked).await {
        assert!(answer.text().contains("\"normal\""), "{} {}", answer.status, answer.text());
    }
}

#[tokio::test]
async fn program_does_not_start_with_too_few_open_files() {
    for most in [12, 17] {
        let refused = output(&mut with_open_files(most)).await;
        assert_one_line(&refused, 1, "");
        assert!(
            most < 16 || text(&refused.stderr).contains("the system allows 17 open files"),
            "{}",
            text(&refused.stderr)
        );
    }
}

/// The program, limited to `most` open files.
fn with_open_files(most: u32) -> Command {
    let program = env!("CARGO_BIN_EXE_starcrossed");
    let mut command = Command::new("sh");
    command.args([
        "-c",
        &format!("ulimit -n {most}; exec {program} --listen 127.0.0.1:0 --upstream http://127.0.0.1:9/v1"),
    ]);
    command.env_clear().current_dir(empty_folder()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The resident memory of a process, in bytes.
fn resident(process: u32) -> u64 {
    let pages = fs::read_to_string(format!("/proc/{process}/statm")).unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[tokio::test]
async fn a_panic_is_one_line_of_the_log() {
    let running =
        Running::start(&mut starcrossed(&["--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9/v1"])).await;
    post(running.address, "/api/task", br#"{"chunks":2,"interval_ms":0,"crash_at":1}"#).await;
    running.signal("-TERM");
    let (_, log) = running.end().await;
    let panics = log.lines().filter(|line| line.contains("ERROR") && line.contains("panic what=")).count();
    assert_eq!((panics, log.lines().filter(|line| line.contains("asked to crash")).count()), (1, 1), "{log}");
    assert_eq!(log.lines().filter(|line| line.contains("reason=\"crashed\"")).count(), 1, "{log}");
}
