//! A server with linked streams, and the observer of their tasks.

use axum::{Router, extract::ConnectInfo, routing::get};
use leptos::prelude::*;
use starcrossed::{
    EventStream, Gone, LinkServer, Observer, Reason, Sender, Sse, Watch, spawn_linked,
    task::{Spawn, Started},
};
use std::{
    future::pending,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::{JoinHandle, spawn_blocking},
};

/// Says one thing, and waits.
#[server(endpoint = "wait", output = Sse)]
pub(crate) async fn wait() -> Result<EventStream<u32>, ServerFnError> {
    Ok(spawn_linked(async |out: Sender<u32>| {
        out.send(1).await?;
        pending().await
    }))
}

/// Says as much as is read.
#[server(endpoint = "flood", output = Sse)]
pub(crate) async fn flood() -> Result<EventStream<String>, ServerFnError> {
    Ok(spawn_linked(async |out: Sender<String>| {
        loop {
            out.send("x".repeat(16 * 1024)).await?;
        }
    }))
}

/// The same on a thread.
#[server(endpoint = "work", output = Sse)]
pub(crate) async fn work() -> Result<EventStream<String>, ServerFnError> {
    Ok(spawn_linked(async |out: Sender<String>| {
        let working = spawn_blocking(move || -> Result<(), Gone> {
            loop {
                out.blocking_send("x".repeat(16 * 1024))?;
            }
        });
        Ok(working.await??)
    }))
}

/// Says one thing, and works on a thread that never ends.
#[server(endpoint = "hang", output = Sse)]
pub(crate) async fn hang() -> Result<EventStream<u32>, ServerFnError> {
    Ok(spawn_linked(async |out: Sender<u32>| {
        out.send(1).await?;
        spawn_blocking(|| {
            loop {
                thread::park();
            }
        })
        .await?
    }))
}

/// The app of the tests. Server functions find no supervisor but that of their request.
pub(crate) fn app() -> Router {
    let client = async |ConnectInfo(client): ConnectInfo<SocketAddr>| client.to_string();
    let server_functions = axum::routing::post(leptos_axum::handle_server_fns);
    Router::new().route("/client", get(client)).route("/api/{*function}", server_functions)
}

/// Starts a task of this server without a reader.
pub(crate) fn spawn(links: &LinkServer) -> EventStream<u32> {
    Spawn::new().under(links.supervisor().clone()).spawn(async |_| pending().await)
}

/// A server on a port of its own. It goes down when it is told to, or with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) links: LinkServer,
    pub(crate) tasks: Tasks,
    stop: oneshot::Sender<()>,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub(crate) async fn at(address: &str) -> Self {
        let (links, tasks) = observed();
        let tcp = TcpListener::bind(address).await.unwrap();
        let address = tcp.local_addr().unwrap();
        let (stop, asked) = oneshot::channel::<()>();
        let server = links.clone();
        let running = tokio::spawn(async move { server.serve_until(tcp, app(), asked).await });
        Self { address, links, tasks, stop, running }
    }

    /// Tells it to go down.
    pub(crate) fn shut_down(self) -> (JoinHandle<io::Result<()>>, Tasks) {
        self.stop.send(()).unwrap();
        (self.running, self.tasks)
    }
}

/// A server's links, and what is known of their tasks.
pub(crate) fn observed() -> (LinkServer, Tasks) {
    let (end, ends) = mpsc::channel(100);
    let sent = Arc::default();
    let observer = Seen { end, sent: Arc::clone(&sent) };
    (LinkServer::observed_by(observer), Tasks { ends, sent })
}

/// The ends of tasks, and what they have sent.
pub(crate) struct Tasks {
    ends: mpsc::Receiver<Reason>,
    sent: Arc<AtomicU64>,
}

impl Tasks {
    /// Waits for the next end of a task, for as long as it takes.
    pub(crate) async fn ended(&mut self) -> Reason {
        self.ends.recv().await.unwrap()
    }

    /// Whether no task has ended since.
    pub(crate) fn go_on(&self) -> bool {
        self.ends.is_empty()
    }

    /// The number of items that all tasks have sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }
}

#[derive(Clone, Debug)]
struct Seen {
    end: mpsc::Sender<Reason>,
    sent: Arc<AtomicU64>,
}

impl Observer for Seen {
    fn started(&self, _: Started) -> Arc<dyn Watch> {
        Arc::new(self.clone())
    }
}

impl Watch for Seen {
    fn sent(&self, _: &str) {
        self.sent.fetch_add(1, Ordering::SeqCst);
    }

    fn ended(&self, reason: Reason, _: Option<&str>) {
        _ = self.end.try_send(reason); // a test may have seen enough
    }
}
