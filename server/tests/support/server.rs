//! The whole program on a port of its own, but for its command line.

use super::{client, soon};
use app::link::{Fate, Fates, Reason};
use server::{
    clients::Proxies,
    config,
    front::Front,
    hosts::Hosts,
    models::Models,
    openai::{Client, Upstream, parse_url},
    readiness::Readiness,
    router,
    serve::{self, Terms},
    slots::Slots,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A server, which goes down when it is told to, or with the test.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) fates: Arc<Fates>,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Asks the model server at this URL.
    pub(crate) async fn asking(url: &str) -> Self {
        Self::patient(url, Duration::from_mins(1)).await
    }

    /// The same; the model server may be silent for `patience`.
    pub(crate) async fn patient(url: &str, patience: Duration) -> Self {
        let mut upstream = Upstream::new(parse_url(url).unwrap());
        upstream.idle_timeout = patience;
        Self::start(Models::new([Client::new(upstream).unwrap()], None)).await
    }

    /// Has no model server.
    pub(crate) async fn alone() -> Self {
        Self::start(Models::new([], None)).await
    }

    /// Has these models.
    pub(crate) async fn start(models: Models) -> Self {
        Self::with_room(models, &Slots::new(1000, 1000), Slots::new(1000, 1000)).await
    }

    /// Has these models, and so much room for tasks and for connections.
    pub(crate) async fn with_room(models: Models, tasks: &Arc<Slots>, connections: Arc<Slots>) -> Self {
        let readiness = Readiness::default();
        Self::under(Terms { tls: None, connections, drain: Duration::ZERO, readiness }, models, tasks).await
    }

    /// Serves under these terms.
    pub(crate) async fn under(terms: Terms, models: Models, tasks: &Arc<Slots>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fates = Arc::new(Fates::default());
        let app = router::app(config::leptos_options(), fates.clone(), Arc::new(models), terms.readiness.clone());
        let front = Front { proxies: Proxies::default(), hosts: Hosts::of(address, Vec::new()), tasks: tasks.clone() };
        let (shutdown, asked) = oneshot::channel();
        let asked = async { _ = asked.await };
        let running = tokio::spawn(serve::run(listener, front.guard(app), fates.clone(), terms, asked));
        Self { address, fates, shutdown, running }
    }

    /// Tells it to go down.
    pub(crate) fn shut_down(self) -> JoinHandle<std::io::Result<()>> {
        _ = self.shutdown.send(());
        self.running
    }

    /// Waits until a task has ended, and makes sure that everybody who is asked says the same about it.
    pub(crate) async fn ended(&self, task: &str) -> Reason {
        let reason = soon("the task ends", async {
            loop {
                match client::fate(self.address, task).await {
                    Fate::Running => {}
                    Fate::Ended { reason, .. } => break reason,
                    Fate::Unknown => panic!("nothing is known of the task"),
                }
            }
        })
        .await;
        assert_eq!(client::metric(self.address, "starcrossed_tasks_live").await, 0);
        let exits = format!("starcrossed_exits_total{{reason=\"{}\"}}", reason.as_str());
        assert_eq!(client::metric(self.address, &exits).await, self.fates.exits(reason));
        reason
    }
}
