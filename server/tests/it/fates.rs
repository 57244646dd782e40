//! The promises of this program, one test each: an event, the tasks that it ends, and the message to the page.

use crate::support::{
    advance,
    fake_upstream::{
        Connection, Step, Upstream, answer_json, chunk, chunked_head, delta, done, finish, head, raw, reasoning, sse,
    },
    raw_client::{FAREWELLS, Farewell, Page, get, post, request_with},
    server::Server,
    soon,
};
use app::chat::protocol::answer::Exit;
use serde_json::json;
use starcrossed::{Pace, Reason, server::SETTLED};
use std::{net::TcpListener, time::Duration};
use tokio::time::{Instant, timeout};

#[tokio::test]
async fn a_finished_task_exits_normal() {
    let upstream = Upstream::playing([head(), delta("Hel"), delta("lo"), finish("stop"), done()]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await + &page.delta().await, "Hello");
    let exit = page.exit().await;
    assert_eq!((exit.reason, exit.result.finish_reason.as_deref()), (Reason::Normal, Some("stop")));
    assert_eq!(server.ended(&page.task).await, Reason::Normal);
}

#[tokio::test]
async fn a_task_killed_from_the_monitor_exits_killed() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await, "Hel");
    let mut monitor = Page::start(server.address, "/api/monitor", "{}").await;
    let seen = monitor.json().await;
    assert_eq!((&seen["may_kill"], &seen["census"]["live"]), (&json!(true), &json!(2)));
    let [looking, task] = &seen["census"]["tasks"].as_array().unwrap()[..] else { panic!("{seen}") };
    assert_eq!((&looking["about"], &looking["state"]), (&json!("monitor"), &json!("waiting")));
    assert_eq!((&task["state"], &task["deltas"]), (&json!("streaming"), &json!(1)));
    assert!(!seen.to_string().contains(&page.task), "an id is for its page alone");

    let body = json!({ "task": task["number"] }).to_string();
    assert_eq!(post(server.address, "/api/kill", body.as_bytes()).await.text(), "true");
    let exit = page.exit().await;
    assert_eq!((exit.reason, exit.message.as_deref()), (Reason::Killed, Some("Ended from the monitor.")));
    upstream.connection().await.closed_by_peer().await;
    let exit = soon("the monitor tells of it", async {
        loop {
            if let Some(exit) = monitor.json().await["census"]["exits"].get(0) {
                break exit.clone();
            }
        }
    })
    .await;
    assert_eq!((&exit["number"], &exit["reason"], &exit["deltas"]), (&task["number"], &json!("killed"), &json!(1)));
}

#[tokio::test]
async fn stream_headers_forbid_buffering() {
    let upstream = Upstream::playing([head(), Step::Hang]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let page = Page::chat(server.address).await;
    assert_eq!(page.headers["content-type"], "text/event-stream");
    assert_eq!(page.headers["cache-control"], "no-cache, no-transform");
    assert_eq!(page.headers["x-accel-buffering"], "no");
    assert_eq!(
        page.headers["connection"], "close",
        "or else a browser may go on reading for the sake of the connection"
    );
}

#[tokio::test]
async fn a_proxied_answer_waits_for_the_request_to_settle() {
    let server = Server::without_upstream().await;
    for header in ["x-forwarded-for: 192.0.2.1", "via: 1.1 Caddy", "forwarded: for=192.0.2.1", "x-real-ip: 192.0.2.1"] {
        for (path, body, status) in [
            ("/api/task", r#"{"chunks":0,"interval_ms":1000}"#, 200),
            ("/api/typeset", r#"{"items":[{"text":"x"}]}"#, 200),
            ("/api/chat", "{}", 400),
        ] {
            let begun = Instant::now();
            let length = format!("content-length: {}", body.len());
            let answer = request_with(server.address, "POST", path, &[header, &length], body.as_bytes()).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(begun.elapsed() >= SETTLED, "{header} {path}: {:?}", begun.elapsed());
        }
    }
}

/// A refusal before the request reaches the API waits too.
#[tokio::test]
async fn a_proxied_refusal_waits_for_the_request_to_settle() {
    let server = Server::without_upstream().await;
    let long = vec![b' '; 17 * 1024 * 1024];
    let length = format!("content-length: {}", long.len());
    let foreign = ["via: 1.1 Caddy", "sec-fetch-site: cross-site", "content-length: 2"];
    for (headers, body, status) in [(&["via: 1.1 Caddy", &length][..], &long[..], 413), (&foreign, b"{}", 403)] {
        let begun = Instant::now();
        assert_eq!(request_with(server.address, "POST", "/api/chat", headers, body).await.status, status);
        assert!(begun.elapsed() >= SETTLED, "{:?}", begun.elapsed());
    }
}

/// The server sends a page no faster than the pace that the page asked for.
#[tokio::test]
async fn a_paced_stream_is_bounded_in_writes_and_bytes() {
    const QUESTION: &str = r#"{"messages":[{"role":"user","content":"Hi"}],"paced":true}"#;
    let Step::Send(word) = delta("word ") else { panic!("a delta is sent") };
    let mut upstream = Upstream::playing([head(), Step::Flood(word.repeat(100).into())]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    for farewell in FAREWELLS {
        let begun = Instant::now();
        let mut page = Page::start(server.address, "/api/chat", QUESTION).await;
        let (mut events, mut bytes) = (0, 0);
        while begun.elapsed() < Duration::from_secs(1) {
            bytes += page.delta().await.len();
            events += 1;
        }
        let ticks = usize::try_from(begun.elapsed().as_millis() / Pace::PAGE.tick.as_millis()).unwrap() + 2;
        assert!(events <= ticks, "{events} events in {ticks} ticks");
        let most = Pace::PAGE.burst + ticks * (Pace::PAGE.bytes + 100);
        assert!(bytes <= most, "{bytes} bytes in {ticks} ticks");
        assert!(bytes / events > 100, "deltas that leave together are one");
        let connection = upstream.connection().await;
        let _socket = page.leave(farewell).await;
        connection.closed_by_peer().await;
    }
}

#[tokio::test]
async fn each_of_four_streams_gets_a_quarter_of_the_pace() {
    const QUESTION: &str = r#"{"messages":[{"role":"user","content":"Hi"}],"paced":4}"#;
    let Step::Send(word) = delta("word ") else { panic!("a delta is sent") };
    let upstream = Upstream::playing([head(), Step::Flood(word.repeat(100).into())]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let begun = Instant::now();
    let mut page = Page::start(server.address, "/api/chat", QUESTION).await;
    let (mut events, mut bytes) = (0, 0);
    while begun.elapsed() < Duration::from_secs(1) {
        bytes += page.delta().await.len();
        events += 1;
    }
    let ticks = usize::try_from(begun.elapsed().as_millis() / Pace::PAGE.tick.as_millis() / 4).unwrap() + 2;
    assert!(events <= ticks, "{events} events in {ticks} ticks");
    assert!(bytes <= Pace::PAGE.burst / 4 + ticks * (Pace::PAGE.bytes + 100), "{bytes} bytes in {ticks} ticks");
}

#[tokio::test]
async fn an_unpaced_stream_passes_each_delta_on() {
    let many: Vec<_> = (0..500).map(|n| delta(&format!("{n} "))).collect();
    let upstream = Upstream::playing([vec![head()], many, vec![finish("stop"), done()]].concat()).await;
    let server = Server::with_upstream(&upstream.url()).await;
    for paced in ["", r#","paced":false"#, r#","paced":0"#] {
        let question = format!(r#"{{"messages":[{{"role":"user","content":"Hi"}}]{paced}}}"#);
        let mut page = Page::start(server.address, "/api/chat", &question).await;
        for n in 0..500 {
            assert_eq!(page.delta().await, format!("{n} "));
        }
        assert_eq!(page.exit().await.reason, Reason::Normal);
    }
}

#[tokio::test]
async fn an_unreachable_upstream_fails_the_task() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // and free again at once
    let server = Server::with_upstream(&format!("http://{free}/v1")).await;
    failed(&server, Page::chat(server.address).await).await;
}

#[tokio::test]
async fn an_error_status_fails_the_task() {
    for status in [400, 401, 404, 429, 500, 503] {
        let error = json!({ "error": { "message": "Of all days, today." } });
        let exit = failed_by([answer_json(status, &error)], &[]).await;
        assert!(exit.message.unwrap().contains("Of all days, today."), "{status}");
    }
}

#[tokio::test]
async fn an_error_mid_stream_fails_the_task_and_leaves_the_text() {
    let error = sse(&json!({ "error": { "message": "Out of memory." } }));
    let exit = failed_by([head(), delta("Hel"), error, Step::Hang], &["Hel"]).await;
    assert!(exit.message.unwrap().contains("Out of memory."));
}

#[tokio::test]
async fn a_cut_upstream_fails_the_task_and_leaves_the_text() {
    for cut in [Step::Close, Step::Reset] {
        let mut upstream = Upstream::playing([chunked_head(), chunk(delta("Hel")), Step::Wait, cut]).await;
        let server = Server::with_upstream(&upstream.url()).await;
        let mut page = Page::chat(server.address).await;
        assert_eq!(page.delta().await, "Hel");
        upstream.connection().await.go();
        failed(&server, page).await;
    }
}

#[tokio::test]
async fn garbage_fails_the_task_and_leaves_the_text() {
    failed_by([head(), delta("Hel"), raw("data: {\"choices\": [[[\n\n"), Step::Hang], &["Hel"]).await;
    failed_by([raw("SSH-2.0-OpenSSH_9.6\r\n"), Step::Hang], &[]).await;
}

#[tokio::test]
async fn a_silent_upstream_fails_the_task_and_leaves_the_text() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::with_idle_timeout(&upstream.url(), Duration::from_millis(200)).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await, "Hel");
    failed(&server, page).await;
    upstream.connection().await.closed_by_peer().await;
}

#[tokio::test]
async fn a_panic_ends_only_its_task() {
    let server = Server::without_upstream().await;
    let mut other = Page::start(server.address, "/api/task", r#"{"chunks":2,"interval_ms":50}"#).await;
    let mut page = Page::start(server.address, "/api/task", r#"{"chunks":9,"interval_ms":0,"crash_at":2}"#).await;
    assert_eq!(page.delta().await, "Async work chunk 1");
    let exit = page.exit().await;
    assert_eq!(exit.reason, Reason::Crashed);
    assert!(!exit.message.unwrap_or_default().contains("asked to crash"), "the panic's words are for the log alone");
    assert_eq!(other.delta().await + &other.delta().await, "Async work chunk 1Async work chunk 2");
    assert_eq!(other.exit().await.reason, Reason::Normal);
    assert_eq!(server.ended(&page.task).await, Reason::Crashed);
}

#[tokio::test]
async fn leaving_before_the_first_byte_kills_the_task() {
    for farewell in FAREWELLS {
        killed_by([Step::Hang], &[], farewell).await;
    }
}

#[tokio::test]
async fn leaving_during_reasoning_kills_the_task() {
    for farewell in FAREWELLS {
        killed_by([head(), Step::Hang], &[], farewell).await;
        killed_by([head(), reasoning("Hm."), Step::Hang], &["Hm."], farewell).await;
    }
}

#[tokio::test]
async fn leaving_mid_stream_kills_the_task() {
    for farewell in FAREWELLS {
        killed_by([head(), delta("Hel"), Step::Hang], &["Hel"], farewell).await;
        killed_by([chunked_head(), chunk(delta("Hel")), Step::Hang], &["Hel"], farewell).await;
    }
}

#[tokio::test]
async fn leaving_kills_only_the_page_s_own_task() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        let mut page = Page::chat(server.address).await;
        assert_eq!(page.delta().await, "Hel");
        pages.push((page, upstream.connection().await));
    }
    let (page, connection) = pages.swap_remove(3);
    page.leave(Farewell::Rst).await;
    connection.closed_by_peer().await;
    for (mut page, connection) in pages {
        assert!(connection.is_open());
        connection.go();
        assert_eq!(page.delta().await, "lo");
        assert_eq!(page.exit().await.reason, Reason::Normal);
    }
}

#[tokio::test]
async fn a_slow_reader_makes_the_upstream_wait() {
    let mut upstream = Upstream::playing([head(), flood()]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut page = Page::chat_with_little_room(server.address).await;
    let connection = upstream.connection().await;
    let written = stall(&server, &connection).await;
    assert!(written < 32 * 1024 * 1024, "{written} bytes were written to nobody"); // nearly all in the kernel's buffers
    assert_eq!(server.registry.live(), 1, "a slow reader is still a reader");

    // The page reads on, and the task goes on.
    while connection.written() == written {
        page.delta().await;
    }
    page.leave(Farewell::Rst).await;
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_reader_stalled_for_15_minutes_is_dropped() {
    let mut upstream = Upstream::playing([head(), flood()]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let page = Page::chat_with_little_room(server.address).await;
    let connection = upstream.connection().await;
    stall(&server, &connection).await;
    advance(Duration::from_mins(14)).await;
    for _ in 0..20 {
        get(server.address, "/healthz").await; // the server has come by everything that is due
    }
    assert_eq!(server.registry.live(), 1, "it may read on yet");
    advance(Duration::from_mins(2)).await;
    connection.closed_by_peer().await;
    assert_eq!(server.ended(&page.task).await, Reason::Killed);
}

#[tokio::test]
async fn leaving_a_flood_kills_the_task() {
    for farewell in FAREWELLS {
        let mut upstream = Upstream::playing([head(), flood()]).await;
        let server = Server::with_upstream(&upstream.url()).await;
        let page = Page::chat_with_little_room(server.address).await;
        let connection = upstream.connection().await;
        stall(&server, &connection).await;
        at_once(killed(&server, page, &connection, farewell)).await;
    }
}

#[tokio::test]
async fn shutdown_ends_every_task_and_tells_every_page() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let fates = server.registry.clone();
    let mut pages = Vec::new();
    for _ in 0..3 {
        let mut page = Page::chat(server.address).await;
        assert_eq!(page.delta().await, "Hel");
        pages.push((page, upstream.connection().await));
    }
    let running = server.shut_down();
    at_once(async {
        for (mut page, connection) in pages {
            assert_eq!(page.exit().await.reason, Reason::Shutdown);
            connection.closed_by_peer().await;
        }
        running.await.unwrap().unwrap();
    })
    .await;
    assert_eq!((fates.live(), fates.exits(Reason::Shutdown)), (0, 3));
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_stalled_reader() {
    let mut upstream = Upstream::playing([head(), flood()]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let fates = server.registry.clone();
    let _page = Page::chat_with_little_room(server.address).await;
    let connection = upstream.connection().await;
    stall(&server, &connection).await;
    let _idle = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let running = server.shut_down();
    connection.closed_by_peer().await;
    assert!(!running.is_finished(), "the task dies at once, not when the server gives up waiting");
    at_once(running).await.unwrap().unwrap();
    assert_eq!((fates.live(), fates.exits(Reason::Shutdown)), (0, 1));
}

#[tokio::test]
async fn an_unknown_task_has_no_fate() {
    let server = Server::without_upstream().await;
    assert_eq!(get(server.address, "/api/fate?task=nobody").await.json(), json!({ "state": "unknown" }));
}

/// Asks an upstream that plays this script, and checks that the task fails after these deltas.
async fn failed_by(script: impl Into<Vec<Step>>, deltas: &[&str]) -> Exit {
    let upstream = Upstream::playing(script).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut page = Page::chat(server.address).await;
    for delta in deltas {
        assert_eq!(page.delta().await, *delta);
    }
    failed(&server, page).await
}

/// Checks that the page's next event is the exit `failed`.
async fn failed(server: &Server, mut page: Page) -> Exit {
    let exit = page.exit().await;
    assert_eq!(exit.reason, Reason::Failed, "{exit:?}");
    assert!(exit.message.is_some(), "a person is told why");
    assert_eq!(server.ended(&page.task).await, Reason::Failed);
    exit
}

/// Asks an upstream that plays this script, leaves after these deltas, and checks that the task is killed.
async fn killed_by(script: impl Into<Vec<Step>>, deltas: &[&str], farewell: Farewell) {
    let mut upstream = Upstream::playing(script).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut page = Page::chat(server.address).await;
    let connection = upstream.connection().await;
    for delta in deltas {
        assert_eq!(page.delta().await, *delta);
    }
    killed(&server, page, &connection, farewell).await;
}

/// Leaves, and checks that the server closes the upstream connection.
async fn killed(server: &Server, page: Page, connection: &Connection, farewell: Farewell) {
    assert!(connection.is_open());
    let task = page.task.clone();
    let _left = page.leave(farewell).await;
    connection.closed_by_peer().await;
    assert_eq!(server.ended(&task).await, Reason::Killed);
}

/// Waits for something that needs no timer of the server's. The limit leaves room for a busy machine. It is less than the 10 s
/// between two keep-alives, whose failed write is the next event that would end a task.
async fn at_once<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(8), future).await.expect("it happens before the next keep-alive")
}

/// Deltas without end.
fn flood() -> Step {
    let Step::Send(one) = delta(&"x".repeat(16 * 1024)) else { unreachable!() };
    Step::Flood(one)
}

/// Waits until the upstream can write no more, and returns the number of bytes that it has written. An upstream counts
/// as stalled if it wrote nothing while the same server answered twenty other requests.
async fn stall(server: &Server, connection: &Connection) -> u64 {
    soon("the upstream has to wait", async {
        loop {
            connection.stalled().await;
            let written = connection.written();
            for _ in 0..20 {
                get(server.address, "/healthz").await;
            }
            if connection.written() == written {
                return written;
            }
        }
    })
    .await
}
