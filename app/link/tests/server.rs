//! The parts of [`LinkServer`], over real connections.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

#[path = "server/links.rs"]
mod links;
#[cfg(target_os = "linux")]
#[path = "server/network.rs"]
mod network;
#[path = "server/page.rs"]
mod page;
#[cfg(unix)]
#[path = "server/signals.rs"]
mod signals;
#[cfg(target_os = "linux")]
#[path = "server/vanished.rs"]
mod vanished;

use axum::http::Request;
use futures::StreamExt;
use leptos::prelude::{Owner, provide_context};
use links::{Server, Tasks, app, observed, spawn};
use page::Page;
use starcrossed::{Event, LinkServer, Reason, Supervisor, server::SETTLED};
use std::{
    net::SocketAddr,
    pin::pin,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::oneshot,
    time::timeout,
};

/// As long as connections may take to close.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for something that happens at once if it happens at all: a hanging test would give no reason.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), future).await.unwrap_or_else(|_| panic!("never happened: {what}"))
}

#[tokio::test]
async fn a_client_that_closes_its_connection_ends_its_task() {
    let mut server = Server::start().await;
    let mut page = Page::start(server.address, "wait").await;
    page.has_begun().await;
    assert!(server.tasks.go_on());
    drop(page);
    assert_eq!(soon("its end", server.tasks.ended()).await, Reason::Killed);
}

#[tokio::test]
async fn a_shutdown_tells_every_page_and_waits_for_no_reader() {
    let server = Server::start().await;
    let mut page = Page::start(server.address, "wait").await;
    page.has_begun().await;
    let _reads_nothing = Page::with_little_room(server.address, "flood").await;
    stalled(server.address, &server.tasks).await;

    let (links, asked) = (server.links.clone(), Instant::now());
    let (running, mut tasks) = server.shut_down();
    assert!(page.rest().await.starts_with("event: exit\ndata: {\"reason\":\"shutdown\""));
    assert_eq!(soon("two ends", two_ends(&mut tasks)).await, [Reason::Shutdown; 2]);
    soon("the server is gone", running).await.unwrap().unwrap();
    let took = asked.elapsed();
    assert!((PATIENCE..2 * PATIENCE).contains(&took), "{took:?}");

    let late = soon("it ends", spawn(&links).collect::<Vec<_>>()).await;
    assert!(matches!(&late[..], [Event::Start { .. }, Event::Exit(exit)] if exit.reason == Reason::Shutdown));
}

#[tokio::test]
async fn a_server_whose_clients_read_is_gone_at_once() {
    let server = Server::start().await;
    let mut page = Page::start(server.address, "wait").await;
    page.has_begun().await;
    let _idle = TcpStream::connect(server.address).await.unwrap();
    let asked = Instant::now();
    soon("the server is gone", server.shut_down().0).await.unwrap().unwrap();
    assert!(asked.elapsed() < PATIENCE, "{:?}", asked.elapsed());
    assert!(page.rest().await.contains("shutdown"), "it was written before");
}

#[tokio::test]
async fn a_server_that_is_dropped_serves_nobody_any_more() {
    let (links, tasks) = observed();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    {
        let mut serving = pin!(links.serve_until(tcp, app(), std::future::pending::<()>()));
        let mut page = None;
        tokio::select! {
            _ = &mut serving => unreachable!(),
            () = async { page = Some(Page::start(address, "wait").await) } => {}
        }
        assert!(page.is_some() && tasks.go_on());
    }
    soon("nobody listens", async { while TcpStream::connect(address).await.is_ok() {} }).await;
}

#[tokio::test]
async fn one_piece_at_a_time_does_the_same() {
    let (links, mut tasks) = observed();
    let listener = links.listener(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = axum::serve::Listener::local_addr(&listener).unwrap();
    let service = links.around(app()).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, asked) = oneshot::channel::<()>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(links.shutdown_on(asked));
    let running = tokio::spawn(serving.into_future());
    let mut page = Page::start(address, "wait").await;
    page.has_begun().await;
    stop.send(()).unwrap();
    assert!(page.rest().await.contains("shutdown"));
    assert_eq!(soon("its end", tasks.ended()).await, Reason::Shutdown);
    soon("the server is gone", running).await.unwrap().unwrap();
}

#[tokio::test]
async fn handlers_know_the_address_of_their_client() {
    let server = Server::start().await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let own = stream.local_addr().unwrap().to_string();
    assert_eq!(Page::request(stream, "GET /client HTTP/1.0\r\n\r\n").await.rest().await, own);
}

#[tokio::test]
async fn only_stream_headers_forbid_buffering() {
    let server = Server::start().await;
    let request = async |line: &str| {
        let stream = TcpStream::connect(server.address).await.unwrap();
        Page::request(stream, &format!("{line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")).await.headers
    };
    let stream = request("POST /api/wait").await;
    assert_eq!(stream["content-type"], "text/event-stream");
    assert_eq!(stream["cache-control"], "no-cache, no-transform");
    assert_eq!(stream["x-accel-buffering"], "no");
    assert_eq!(stream["connection"], "close");
    let other = request("GET /client").await;
    assert!(["cache-control", "x-accel-buffering", "connection"].iter().all(|name| !other.contains_key(*name)));
}

#[tokio::test]
async fn a_proxied_answer_waits_for_the_request_to_settle() {
    let server = Server::start().await;
    for header in ["x-forwarded-for: 192.0.2.1", "via: 1.1 Caddy", "forwarded: for=192.0.2.1", "x-real-ip: 192.0.2.1"] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let asked = Instant::now();
        let head = format!("POST /api/wait HTTP/1.1\r\nhost: localhost\r\n{header}\r\ncontent-length: 0\r\n\r\n");
        Page::request(stream, &head).await;
        assert!(asked.elapsed() >= SETTLED, "{header}: {:?}", asked.elapsed());
    }
}

/// A supervisor in the context of Leptos comes first.
#[tokio::test]
async fn a_supervisor_of_ones_own_comes_before_that_of_the_request() {
    let (own, of_request) = (LinkServer::new(), LinkServer::new());
    let mut request = Request::new(());
    request.extensions_mut().insert(of_request.supervisor().clone());
    let request = request.into_parts().0;
    own.supervisor().shut_down();
    let ends_at_once = async |provide: &dyn Fn()| {
        let supervisor = Owner::new().with(|| {
            provide();
            Supervisor::of_context()
        });
        let events = starcrossed::Spawn::new().under(supervisor).spawn(async |_: starcrossed::Sender<u32>| Ok(()));
        let events: Vec<Event<u32>> = events.collect().await;
        matches!(events.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown)
    };
    let both = || {
        provide_context(request.clone());
        provide_context(own.supervisor().clone());
    };
    assert!(ends_at_once(&both).await);
    assert!(!ends_at_once(&|| provide_context(request.clone())).await);
    of_request.supervisor().shut_down();
    assert!(ends_at_once(&|| provide_context(request.clone())).await);
    assert!(!ends_at_once(&|| {}).await, "without either, nothing ends it");
}

/// The program's threads, one of which works for a page that reads and one for a page that doesn't, have to end as well.
#[test]
fn a_shutdown_ends_work_on_threads_and_the_runtime_with_it() {
    let (gone, is_gone) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let server = Server::start().await;
            let mut reads = Page::start(server.address, "work").await;
            reads.has_begun().await;
            let mut reads_nothing = Page::with_little_room(server.address, "work").await;
            reads_nothing.has_begun().await;
            let reading = tokio::spawn(async move { while reads.read_some().await > 0 {} });
            let (running, mut tasks) = server.shut_down();
            soon("the server is gone", running).await.unwrap().unwrap();
            assert_eq!(soon("two ends", two_ends(&mut tasks)).await, [Reason::Shutdown; 2]);
            soon("the page has read all", reading).await.unwrap();
        });
        drop(runtime); // it waits for all threads
        gone.send(()).unwrap();
    });
    is_gone.recv_timeout(Duration::from_secs(10)).expect("the runtime is gone");
}

async fn two_ends(tasks: &mut Tasks) -> [Reason; 2] {
    [tasks.ended().await, tasks.ended().await]
}

/// Waits until a task can't send any more. It can't if it didn't while the server has answered twenty other requests.
async fn stalled(address: SocketAddr, tasks: &Tasks) {
    soon("the buffers are full", async {
        let mut sent = 0;
        while sent != tasks.sent() {
            sent = tasks.sent();
            for _ in 0..20 {
                let stream = TcpStream::connect(address).await.unwrap();
                Page::request(stream, "GET /client HTTP/1.0\r\n\r\n").await.rest().await;
            }
        }
    })
    .await;
}
