//! The whole program except its command line, on a port of its own.

use super::{raw_client, soon};
use ipnet::IpNet;
use server::{
    config::parse_url,
    guard::{auth::Auth, capacity::Capacity, quota::Quota, unread::Unread},
    models::{
        Models,
        openai::{Client, Upstream},
    },
    net::tls::Tls,
    server::Options,
    startup::output::Output,
};
use starcrossed::{
    Reason,
    registry::{Fate, TaskRegistry},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// The server's rules. By default there is no login, and the limits are out of reach.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) tls: Option<Tls>,
    pub(crate) auth: Auth,
    pub(crate) trusted: Vec<IpNet>,
    pub(crate) tasks: Arc<Quota>,
    pub(crate) connections: Arc<Quota>,
    pub(crate) drain: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            tls: None,
            auth: Auth::new(None, Vec::new()),
            trusted: Vec::new(),
            tasks: Quota::new(1000, 1000),
            connections: Quota::new(1000, 1000),
            drain: Duration::ZERO,
        }
    }
}

/// A server. It ends with [`Self::shut_down`] or with the test.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) registry: TaskRegistry,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// A server whose model server is at this URL.
    pub(crate) async fn with_upstream(url: &str) -> Self {
        Self::with_idle_timeout(url, Duration::from_mins(1)).await
    }

    /// The same, with an idle timeout of `idle_timeout`.
    pub(crate) async fn with_idle_timeout(url: &str, idle_timeout: Duration) -> Self {
        let mut upstream = Upstream::new(parse_url(url).unwrap());
        upstream.limits.idle_timeout = idle_timeout;
        Self::with_models(Models::new([Client::new(upstream).unwrap()], None)).await
    }

    /// A server without a model server: the demo answers.
    pub(crate) async fn without_upstream() -> Self {
        Self::with_models(Models::new([], None)).await
    }

    /// A server with these models.
    pub(crate) async fn with_models(models: Models) -> Self {
        Self::with_rules(Rules::default(), models).await
    }

    /// A server with these models and rules.
    pub(crate) async fn with_rules(rules: Rules, models: Models) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let Rules { tls, auth, trusted, tasks, connections, drain } = rules;
        let room = Capacity { tasks, connections, unread: Unread::default() };
        let options = Options { tls, auth, hosts: Vec::new(), trusted, room, drain, output: Output::default() };
        let server = server::server::Server::build(options, models, address);
        let registry = server.tasks().registry.clone();
        let (shutdown, asked) = oneshot::channel();
        let running = tokio::spawn(server.serve(listener, async { _ = asked.await }));
        Self { address, registry, shutdown, running }
    }

    /// Asks the server to shut down.
    pub(crate) fn shut_down(self) -> JoinHandle<std::io::Result<()>> {
        _ = self.shutdown.send(());
        self.running
    }

    /// Waits until a task has ended. Checks that its fate, the metrics and the registry agree, and returns the reason.
    pub(crate) async fn ended(&self, task: &str) -> Reason {
        let reason = soon("the task ends", async {
            loop {
                match raw_client::fate(self.address, task).await {
                    Fate::Running => {}
                    Fate::Ended { reason, .. } => break reason,
                    Fate::Unknown => panic!("nothing is known of the task"),
                }
            }
        })
        .await;
        assert_eq!(raw_client::metric(self.address, "starcrossed_tasks_live").await, 0);
        let exits = format!("starcrossed_exits_total{{reason=\"{}\"}}", reason.as_str());
        assert_eq!(raw_client::metric(self.address, &exits).await, self.registry.exits(reason));
        reason
    }
}
