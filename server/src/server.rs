//! The whole server, assembled in one place: for the program, and for tests.

use crate::{
    config::Config,
    guard::{
        Guards, auth::Auth, capacity::Capacity, host_check::Hosts, kill_permission::KillPermission,
        trusted_proxies::TrustedProxies,
    },
    http::{readiness::Readiness, sent_bytes::SentBytes, tasks::Tasks},
    models::Models,
    net::{self, ServeOptions, tls::Tls},
    routes,
    startup::{error::StartupError, output::Output},
};
use axum::Router;
use ipnet::IpNet;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::spawn_blocking};

/// The settings of a server, apart from its models.
#[derive(Debug)]
pub struct Options {
    /// The certificate. Without one, the server speaks plain HTTP.
    pub tls: Option<Tls>,
    /// The password and the tokens.
    pub auth: Auth,
    /// The host names that it is asked by. Without any, it goes by those of its address.
    pub hosts: Vec<String>,
    /// The proxies that are believed when they name a client.
    pub trusted: Vec<IpNet>,
    /// The quotas of tasks, connections and unread responses.
    pub room: Capacity,
    /// The time between a request to stop and the end of all tasks.
    pub drain: Duration,
    /// Counts lost lines of the log, for the metrics.
    pub output: Output,
}

impl Options {
    /// The options that `config` asks for. The key of a password takes 0.2 s of CPU time, so it is made on a thread of its own.
    ///
    /// # Errors
    /// The certificate can't be used, the system allows too few open files, or there is no thread.
    pub async fn from_config(config: &Config, output: Output) -> Result<Self, StartupError> {
        let tls = match &config.tls {
            Some(files) => Some(Tls::load(files).await?),
            None => None,
        };
        let room = Capacity::of(config)?;
        let (password, tokens) = (config.password.clone(), config.tokens.clone());
        let auth = spawn_blocking(|| Auth::new(password, tokens)).await.map_err(StartupError::runtime)?;
        let (hosts, trusted) = (config.hosts.clone(), config.trusted.clone());
        Ok(Self { tls, auth, hosts, trusted, room, drain: config.drain, output })
    }
}

/// A server that is ready to serve.
#[derive(Debug)]
pub struct Server {
    app: Router,
    tasks: Tasks,
    serve_options: ServeOptions,
}

impl Server {
    /// Assembles the server that listens at `address`.
    #[must_use]
    pub fn build(options: Options, models: Models, address: SocketAddr) -> Self {
        let Options { tls, auth, hosts, trusted, room, drain, output } = options;
        let (tasks, readiness, traffic) = (Tasks::default(), Readiness::default(), SentBytes::default());
        let app = routes::app(tasks.clone(), Arc::new(models), readiness.clone(), traffic.clone(), output);
        let guards = Guards {
            proxies: TrustedProxies::new(&trusted, tls.is_some()),
            hosts: Hosts::of(address, hosts),
            killers: KillPermission::of(address, &auth),
            auth,
            room: room.clone(),
            traffic,
        };
        let app = guards.wrap(app, tasks.links.clone());
        Self { app, tasks, serve_options: ServeOptions { tls, room, drain, readiness } }
    }

    /// The tasks that its requests start.
    #[must_use]
    pub const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Serves on `listener` until `shutdown` is ready, and then drains.
    ///
    /// # Errors
    /// None that are known: a connection that can't be accepted is tried again.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        net::run(listener, self.app, self.tasks, self.serve_options, shutdown).await
    }
}
