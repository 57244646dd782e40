//! Arbitrary bytes at the API. The server answers with a message or closes the connection. It never answers 5xx, never
//! panics, and goes on.
//!
//! The bytes are pseudo-random and the same each time. `BYTES_SEED=7 cargo test -p server --test garbage` sends others,
//! and `BYTES_CASES=10000` sends more.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

mod mutate;
mod request;
mod socket;
#[path = "../support/mod.rs"]
mod support;

use mutate::Garbage;
use proptest::{
    prelude::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use request::Request;
use socket::{AfterSend, Answer, exchange};
use std::{
    env,
    fmt::Debug,
    net::SocketAddr,
    panic::{self, PanicHookInfo},
    sync::{
        Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
};
use support::{
    raw_client::{get, post},
    server::Server,
};
use tokio::runtime::Runtime;

#[test]
fn every_api_request_gets_a_message() {
    for_each_case(request::requests(), async |address, request: &Request| {
        let answer = exchange(address, &request.bytes(), AfterSend::Listen).await;
        let answer = answer.ok_or_else(|| TestCaseError::fail("there was no answer"))?;
        check_answer(&answer, request.is_proper())
    });
}

#[test]
fn every_byte_sequence_is_answered_or_closed() {
    for_each_case(mutate::garbage(), async |address, Garbage(bytes)| {
        match exchange(address, bytes, AfterSend::HangUp).await {
            Some(answer) if answer.is_a_fault() => Err(TestCaseError::fail(format!("{answer:?}"))),
            _ => Ok(()),
        }
    });
}

#[test]
fn malformed_requests_are_refused_or_closed() {
    let (runtime, server) = start();
    let improper = mutate::improper().into_iter().map(|(what, bytes)| (what, bytes, AfterSend::Listen));
    let cut_off = mutate::cut_off().into_iter().map(|(what, bytes)| (what, bytes, AfterSend::HangUp));
    for (what, bytes, then) in improper.chain(cut_off) {
        runtime.block_on(async {
            if let Some(answer) = exchange(server.address, &bytes, then).await {
                assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
            }
            check_alive(server.address).await.expect(what);
        });
    }
}

#[test]
fn a_truncated_request_does_no_harm() {
    let (runtime, server) = start();
    let whole = mutate::chunked_question();
    for end in 0..whole.len() {
        runtime.block_on(async {
            if let Some(answer) = exchange(server.address, &whole[..end], AfterSend::HangUp).await {
                assert!((400..500).contains(&answer.status), "after {end} bytes: {answer:?}");
            }
        });
    }
    runtime.block_on(check_alive(server.address)).expect("it goes on");
}

/// Sends many requests of this strategy and checks each answer. After each, no task may have panicked, and the server
/// must answer.
fn for_each_case<S: Strategy>(strategy: S, check: impl AsyncFn(SocketAddr, &S::Value) -> Result<(), TestCaseError>)
where
    S::Value: Debug,
{
    let (runtime, server) = start();
    let (seed, cases) = (env_number("BYTES_SEED", 1), env_number("BYTES_CASES", 1500));
    let cases = u32::try_from(cases).unwrap();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let ran = runner.run(&strategy, |case| {
        runtime.block_on(async {
            check(server.address, &case).await?;
            check_alive(server.address).await
        })
    });
    match ran {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => {
            panic!("{why}\nwas the answer to\n{case:?}\nand BYTES_SEED={seed} asks it again")
        }
        Err(TestError::Abort(why)) => panic!("{why}, with BYTES_SEED={seed}"),
    }
}

/// Without this, the other tests could pass because they watch nothing.
#[test]
fn the_watch_sees_a_panic_of_the_server() {
    let (runtime, server) = start();
    let before = REQUESTED.load(Ordering::SeqCst);
    runtime.block_on(async {
        let answer = post(server.address, "/api/task", br#"{"chunks":1,"interval_ms":0,"crash_at":1}"#).await;
        assert!(answer.text().contains("\"crashed\""), "{}", answer.text());
        check_alive(server.address).await.expect("a requested panic is no fault");
    });
    assert!(REQUESTED.load(Ordering::SeqCst) > before);
}

fn env_number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn start() -> (Runtime, Server) {
    watch_for_panics();
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::without_upstream());
    (runtime, server)
}

/// Checks that the answer is a success or a refusal with a message. Only improper HTTP may be refused without one.
fn check_answer(answer: &Answer, is_proper: bool) -> Result<(), TestCaseError> {
    let fair = match answer.status {
        200..300 => true,
        400..500 => answer.has_message() || (!is_proper && answer.is_bare()),
        _ => !answer.is_a_fault(),
    };
    if fair { Ok(()) } else { Err(TestCaseError::fail(format!("{answer:?}"))) }
}

async fn check_alive(address: SocketAddr) -> Result<(), TestCaseError> {
    let health = get(address, "/healthz").await;
    let panics = PANICS.lock().unwrap();
    if (health.status, health.text().as_str()) == (200, "ok") && panics.is_empty() {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("afterwards: {health:?}, panics: {panics:?}")))
}

/// The panics of every server in this process, except those that a request asked for.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The number of panics that a request has asked for.
static REQUESTED: AtomicUsize = AtomicUsize::new(0);

/// The threads of the tests. A panic on any other thread counts as the server's, whatever name its thread has.
static TEST_THREADS: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());

fn watch_for_panics() {
    static ONCE: Once = Once::new();
    TEST_THREADS.lock().unwrap().push(thread::current().id());
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !TEST_THREADS.lock().unwrap().contains(&thread::current().id()) {
                record(info);
            }
            usual(info);
        }));
    });
}

fn record(info: &PanicHookInfo<'_>) {
    if is_requested(info) {
        REQUESTED.fetch_add(1, Ordering::SeqCst);
    } else {
        PANICS.lock().unwrap().push(info.to_string());
    }
}

/// `/api/task` panics on request.
fn is_requested(info: &PanicHookInfo<'_>) -> bool {
    info.to_string().contains("asked to crash")
}
