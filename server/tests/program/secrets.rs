//! Secrets stay out of the log (even with `--log trace`), the metrics, the monitor, the pages and the errors. Secrets
//! are the key, the password, the session, the questions and the answers.

mod program;
use crate::support::fake_upstream::{
    Step, Upstream, answer_json, delta, done, finish, head, raw, reasoning, sse, usage,
};
use program::{Program, Speaks};
use serde_json::json;
use url::form_urlencoded::byte_serialize;

const KEY: &str = "sk-key-of-the-model-server";
const PASSWORD: &str = "the password & nothing else";
const GUESS: &str = "the password & something else";
const TOKEN: &str = "token-of-a-program";
const PROMPT: &str = "Where have I hidden the silver spoon?";
const THOUGHT: &str = "The butler must not hear of it.";
const ANSWER: &str = "Behind the grandfather clock.";

#[tokio::test]
async fn trace_log_holds_no_secret() {
    for (name, speaks) in [("plain", Speaks::Plain), ("tls", Speaks::Tls)] {
        for format in ["text", "json"] {
            let upstream = Upstream::playing_in_turn(scripts()).await;
            let mut program = Program::start(&format!("{name}-{format}"), speaks, format, &upstream).await;
            let seen = use_program(&mut program).await;
            let log = program.end().await;
            assert!(log.contains("TRACE"), "that is not everything: {log}");
            secrets(&seen.cookie).for_each(|secret| assert_absent("the log", &log, secret));
            for line in log.lines().filter(|line| seen.tasks.iter().any(|task| line.contains(task.as_str()))) {
                assert!(line.contains("exit") && line.contains("lived_ms"), "a task is named elsewhere: {line}");
            }
        }
    }
}

#[tokio::test]
async fn monitor_metrics_and_pages_hold_no_secret() {
    let upstream = Upstream::playing_in_turn(scripts()).await;
    let mut program = Program::start("told", Speaks::Plain, "text", &upstream).await;
    let seen = use_program(&mut program).await;
    let monitor = program.monitor().await;
    let metrics = program.get("/metrics").await;
    assert!(
        monitor.contains("\"reason\":\"failed\"") && metrics.contains("starcrossed_exits_total"),
        "{monitor}{metrics}"
    );
    for (who, told) in [("the monitor", &monitor), ("the metrics", &metrics)] {
        secrets(&seen.cookie).for_each(|secret| assert_absent(who, told, secret));
        seen.tasks.iter().for_each(|task| assert_absent(who, told, task));
    }
    for path in ["/", "/login", "/monitor", "/nowhere", "/api/models", "/healthz", "/readyz"] {
        let page = program.get(path).await;
        for secret in [KEY, PASSWORD, TOKEN, seen.cookie.as_str()] {
            assert_absent(path, &page, secret);
        }
    }
}

#[tokio::test]
async fn quoted_errors_hold_no_key() {
    let upstream = Upstream::playing_in_turn(scripts()).await;
    let mut program = Program::start("errors", Speaks::Plain, "text", &upstream).await;
    let seen = use_program(&mut program).await;
    let quoted = seen.answers.iter().filter(|answer| answer.contains("[key]")).count();
    assert_eq!(quoted, 3, "{:?}", seen.answers);
    seen.answers.iter().for_each(|answer| assert_absent("an error", answer, KEY));
}

/// The model server answers twice. Then each script repeats the key, the question or the answer in another kind of
/// error.
fn scripts() -> Vec<Vec<Step>> {
    let answer = || {
        let (begin, end) = ANSWER.split_at(10);
        vec![head(), reasoning(THOUGHT), delta(begin), delta(end), finish("stop"), usage(3, 2), done()]
    };
    let wrong_key = json!({ "error": { "message": format!("Incorrect API key provided: {KEY}."), "code": 401 } });
    let mid_stream = json!({ "error": format!("Authorization: Bearer {KEY} has expired") });
    vec![
        answer(),
        answer(),
        vec![answer_json(401, &wrong_key)],
        vec![head(), delta(ANSWER), sse(&mid_stream)],
        vec![answer_json(200, &wrong_key)],
        vec![answer_json(400, &json!({ "error": { "message": format!("can't read '{PROMPT}'") } }))],
        vec![head(), sse(&json!({ "error": { "message": format!("can't go on after '{ANSWER}'") } }))],
        vec![head(), delta(ANSWER), raw(format!("data: {ANSWER}\n\n"))],
        vec![Step::Reset],
    ]
}

/// The results of one round of use.
struct Seen {
    cookie: String,
    tasks: Vec<String>,
    answers: Vec<String>,
}

/// Logs in with a wrong and the right password, asks with a session and with a token, and sends valid and invalid
/// requests.
async fn use_program(program: &mut Program) -> Seen {
    assert_eq!(program.log_in(GUESS).await, None);
    let cookie = program.log_in(PASSWORD).await.expect("that is the password");
    let mut answers = vec![program.chat(&[("cookie", &format!("starcrossed={cookie}"))], PROMPT).await];
    for _ in 1..scripts().len() {
        answers.push(program.chat(&[("authorization", &format!("Bearer {TOKEN}"))], PROMPT).await);
    }
    assert!(answers[0].contains(&ANSWER[..10]) && answers[1].contains(THOUGHT), "{answers:?}");
    let tasks = answers.iter().map(|answer| task(answer)).collect::<Vec<_>>();
    let fate = program.get(&format!("/api/fate?task={}", tasks[0])).await;
    assert!(fate.contains("\"normal\""), "{fate}");
    for (path, body) in [
        ("/api/chat", format!(r#"{{"messages":[{{"role":"{PROMPT}","content":"{PROMPT}"}}]}}"#)),
        ("/api/chat", format!(r#"{{"messages":"{PROMPT}"}}"#)),
        ("/api/typeset", json!({ "items": [{ "lang": "rust", "text": PROMPT }, { "tex": PROMPT }] }).to_string()),
        ("/api/task", r#"{"chunks":2,"interval_ms":1,"crash_at":1}"#.to_owned()),
    ] {
        program.post(path, body).await;
    }
    Seen { cookie, tasks, answers }
}

/// The task's id, from the start event.
fn task(answer: &str) -> String {
    let id = answer.split_once("{\"task\":\"").and_then(|(_, rest)| rest.split_once('"'));
    id.unwrap_or_else(|| panic!("{answer}")).0.to_owned()
}

fn secrets(cookie: &str) -> impl Iterator<Item = &str> {
    let signature = cookie.split_once('.').expect("a signature").1;
    [KEY, PASSWORD, GUESS, TOKEN, PROMPT, THOUGHT, ANSWER, &ANSWER[..10], cookie, signature].into_iter()
}

/// Checks that a text holds the secret neither as it is, nor form-encoded, nor as a list of bytes.
#[track_caller]
fn assert_absent(place: &str, text: &str, secret: &str) {
    let in_form = byte_serialize(secret.as_bytes()).collect::<String>();
    let bytes = format!("{:?}", secret.as_bytes());
    for form in [secret, &in_form, bytes.trim_matches(['[', ']'])] {
        let line = text.lines().find(|line| line.contains(form));
        assert_eq!(line, None, "{place} says {secret}");
    }
}
