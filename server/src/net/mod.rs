//! Listening, serving, and shutting down.
//!
//! | module | what it does |
//! |---|---|
//! | [`socket`] | a connection: its place in the quota, and its time limit |
//! | [`first_request`] | the time limit on a connection's first request |
//! | [`tls`] | the certificate, which is read again when it changes |

pub mod first_request;
pub mod socket;
pub mod tls;

use crate::{
    config::Config,
    guard::{capacity::Capacity, quota::Quota},
    http::{readiness::Readiness, tasks::Tasks},
    net::{socket::Sockets, tls::Tls},
    os::pauses::PatientTimer,
    startup::error::StartupError,
};
use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsAcceptor};
use hyper_util::{rt::TokioExecutor, server::conn::auto::Builder};
use std::{
    future,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, time::sleep};

/// The time that connections have to close after all tasks have ended. Exits are sent within a millisecond, so a client that
/// hasn't read its exit by then isn't reading.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// The time for each later request head on an HTTP/1.1 connection, the idle time before it included.
const NEXT_REQUEST: Duration = Duration::from_mins(1);

/// The longest request head, in bytes.
const HEAD: usize = 64 * 1024;

/// The interval of HTTP/2 pings, and the time for the reply. Their sum stays below the 20 s within which a vanished client must be
/// noticed.
const PING: Duration = Duration::from_secs(8);

/// The send buffer of one HTTP/2 stream, in bytes.
const STREAM_BUFFER: usize = 64 * 1024;

/// The receive windows of an HTTP/2 connection, in bytes: of one stream, and of all of them. Nothing else counts these bytes.
const WINDOW: u32 = 256 * 1024;

/// The settings of the listening socket and of the shutdown.
#[derive(Debug)]
pub struct ServeOptions {
    /// The certificate. Without one, the server speaks plain HTTP.
    pub tls: Option<Tls>,
    /// The quotas of connections and unread responses.
    pub room: Capacity,
    /// The time between a request to stop and the end of all tasks. It lets a load balancer notice.
    pub drain: Duration,
    /// Tells load balancers when the server drains.
    pub readiness: Readiness,
}

/// Listens where `config` says. Returns the actual address too, since port 0 becomes a free port.
///
/// # Errors
/// The address can't be listened on, or `config` doesn't allow it: the reason, and what to do.
pub async fn listen(config: &Config) -> Result<(TcpListener, SocketAddr), StartupError> {
    let listener = TcpListener::bind(&config.listen).await.map_err(|error| cannot_listen(&config.listen, &error))?;
    let address = listener.local_addr().map_err(StartupError::runtime)?;
    config.allow(address)?;
    Ok((listener, address))
}

fn cannot_listen(address: &str, error: &io::Error) -> StartupError {
    let why = match error.kind() {
        ErrorKind::AddrInUse => "the port is taken",
        ErrorKind::PermissionDenied => "this port needs more rights than the program has",
        ErrorKind::AddrNotAvailable => "this machine doesn't have that address",
        ErrorKind::InvalidInput => "that is not an address and a port, such as 127.0.0.1:3000",
        _ => &error.to_string(),
    };
    StartupError::runtime(format!("can't listen on {address}: {why}. Choose another with --listen."))
}

/// Serves `app` until `shutdown` is ready, and then drains. Then every task ends at once, and each page is told. Connections
/// that are open 1 s later are dropped.
///
/// # Errors
/// None that are known: a connection that can't be accepted is tried again.
pub async fn run(
    listener: TcpListener,
    app: Router,
    tasks: Tasks,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let handle = Handle::new();
    let going_down = async {
        shutdown.await;
        options.readiness.drain();
        tracing::info!(tasks = tasks.registry.live(), drain = ?options.drain, "shutting down");
        sleep(options.drain).await;
        tasks.links.supervisor().shut_down();
        handle.graceful_shutdown(Some(SHUTDOWN_GRACE));
        future::pending().await
    };
    tokio::select! {
        served = serve(listener, app, handle.clone(), options.tls, options.room.connections) => served,
        never = going_down => never,
        never = options.room.unread.sweep() => match never {},
    }
}

async fn serve(
    listener: TcpListener,
    app: Router,
    handle: Handle<SocketAddr>,
    tls: Option<Tls>,
    connections: Arc<Quota>,
) -> io::Result<()> {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = Server::from_listener(listener).handle(handle);
    set_limits(server.http_builder());
    let sockets = Sockets::new(connections);
    let Some(tls) = tls else { return server.acceptor(sockets).serve(app).await };
    let acceptor = RustlsAcceptor::new(tls.config.clone()).acceptor(sockets);
    tokio::select! {
        ended = server.acceptor(acceptor).serve(app) => ended,
        () = tls.keep_fresh() => Ok(()),
    }
}

fn set_limits(http: &mut Builder<TokioExecutor>) {
    http.http1().timer(PatientTimer).header_read_timeout(NEXT_REQUEST).max_buf_size(HEAD);
    let mut http = http.http2();
    http.timer(PatientTimer).keep_alive_interval(PING).keep_alive_timeout(PING).max_send_buf_size(STREAM_BUFFER);
    http.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW);
    http.max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX));
}
