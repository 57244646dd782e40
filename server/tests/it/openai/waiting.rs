//! Timeouts of a silent server, and the progress while a model loads or reads the prompt.

use super::{ask, loading, next_progress, progress, question, read_reply, reply_to, reply_with, settings};
use crate::support::fake_upstream::{Step, Upstream, delta, done, finish, head, sent};
use app::chat::protocol::{answer::Event, message::ChatRequest, progress::Progress};
use futures::StreamExt;
use server::models::openai;
use std::time::Duration;

#[tokio::test]
async fn a_silent_server_times_out() {
    let idle = Duration::from_millis(100);
    let reply = reply_with([head(), delta("Hel"), Step::Hang], |settings| settings.limits.idle_timeout = idle).await;
    reply.assert_incomplete("Hel", "has sent nothing for 100 ms");
}

#[tokio::test]
async fn the_first_text_has_its_own_timeout() {
    let settle = |settings: &mut openai::Upstream| {
        settings.limits.idle_timeout = Duration::from_millis(1);
        settings.limits.header_timeout = Duration::from_millis(200);
    };
    reply_with([Step::Hang], settle).await.assert_failed("has sent nothing for 200 ms");
    reply_with([head(), Step::Hang], settle).await.assert_failed("has sent nothing for 200 ms");
}

#[tokio::test]
async fn comments_keep_the_connection_alive() {
    let idle = Duration::from_millis(1500);
    let mut upstream = Upstream::playing([head(), delta("H"), Step::Flood(b": keep-alive\n\n".to_vec().into())]).await;
    let mut settings = settings(&upstream);
    settings.limits.idle_timeout = idle;
    let events = ask(settings, question());
    let connection = upstream.connection().await;
    let mut events = events;
    let listening = async { while events.next().await.is_some_and(|event| !matches!(event, Event::Exit(_))) {} };
    assert!(tokio::time::timeout(idle * 2, listening).await.is_err(), "it was taken for dead");
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn prompt_progress_is_reported_and_is_no_answer() {
    let script = [head(), progress(0), Step::Wait, progress(350), Step::Wait, delta("Hi"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    for percent in [0, 35] {
        assert_eq!(next_progress(&mut events).await, Progress::reading(percent));
        connection.go();
    }
    let reply = read_reply(events).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.reasoning, "");
    reply_to([head(), progress(1000), Step::Close]).await.assert_failed("sent an empty answer");
}

#[tokio::test]
async fn prompt_progress_keeps_the_connection_alive() {
    let script = [head(), progress(1), Step::Flood(sent(progress(2)))];
    let mut upstream = Upstream::playing(script).await;
    let mut settings = settings(&upstream);
    settings.limits.header_timeout = Duration::from_millis(200);
    settings.limits.idle_timeout = Duration::from_secs(5);
    let mut events = ask(settings, question());
    let connection = upstream.connection().await;
    let listening = async { while events.next().await.is_some_and(|event| !matches!(event, Event::Exit(_))) {} };
    assert!(tokio::time::timeout(Duration::from_secs(1), listening).await.is_err(), "it was taken for dead");
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_server_silent_after_progress_times_out() {
    let settle = |settings: &mut openai::Upstream| {
        settings.limits.idle_timeout = Duration::from_millis(50);
        settings.limits.header_timeout = Duration::from_millis(200);
    };
    reply_with([head(), progress(1), Step::Hang], settle).await.assert_failed("has sent nothing for 200 ms");
}

#[tokio::test]
async fn a_question_waits_while_the_model_loads() {
    let scripts = [loading(), loading(), vec![head(), delta("Hi"), finish("stop"), done()]];
    let upstream = Upstream::playing_in_turn(scripts).await;
    let mut events = ask(settings(&upstream), question());
    assert_eq!(next_progress(&mut events).await, Progress::LOADING);
    read_reply(events).await.assert_complete("Hi");
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn a_question_without_a_model_waits_for_loading() {
    let upstream = Upstream::listing_and_playing(loading(), [head(), finish("stop"), done()]).await;
    let mut events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    assert_eq!(next_progress(&mut events).await, Progress::LOADING);
    drop(events);
}

#[tokio::test]
async fn loading_times_out() {
    let settle = |settings: &mut openai::Upstream| settings.limits.header_timeout = Duration::from_millis(700);
    reply_with(loading(), settle).await.assert_failed("was still loading its model after 700 ms, so it was given up.");
}
