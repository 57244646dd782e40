//! A process that is stopped and continued: input that arrived meanwhile is read before any timer is judged.

use crate::support::{
    fake_upstream::{Step, Upstream, delta, head},
    program::{Running, starcrossed},
    raw_client::Page,
    raw_http2::Http2,
};
use std::time::Duration;
use tokio::time::sleep;

const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;

/// Longer than an HTTP/2 ping may stay unanswered.
const PAUSE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn answer_goes_on_after_the_server_was_stopped_for_a_while() {
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
async fn answer_that_began_while_the_server_was_stopped_is_read() {
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
