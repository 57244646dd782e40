//! Listening, serving, and going down.

pub mod first_request;
pub mod socket;
pub mod tls;

use crate::{
    config::Config,
    guard::{capacity::Room, quota::Slots},
    http::{readiness::Readiness, tasks::Tasks},
    net::{socket::Sockets, tls::Tls},
    os::pauses::PatientTimer,
    startup::error::Failure,
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

/// How long connections may take to end after every task has. The exits are on their way within a millisecond, so whoever
/// hasn't read theirs by then isn't reading.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long an HTTP/1.1 connection may take over each later question, and be idle before it.
const NEXT_REQUEST: Duration = Duration::from_mins(1);

/// The longest head of a request, in bytes.
const HEAD: usize = 64 * 1024;

/// How often an HTTP/2 connection asks its client whether it is there, and how long that may take. Together they stay below
/// the 20 s in which a client that has vanished is to be noticed.
const PING: Duration = Duration::from_secs(8);

/// What one stream of an HTTP/2 connection may have waiting for a client that is slow to read, in bytes.
const STREAM_BUFFER: usize = 64 * 1024;

/// What one HTTP/2 connection may have sent that nobody has read yet, in bytes: of one stream, and of all of them. These bytes
/// are counted nowhere else.
const WINDOW: u32 = 256 * 1024;

/// How to serve.
#[derive(Debug)]
pub struct Terms {
    /// With which certificate. Without one, in the clear.
    pub tls: Option<Tls>,
    /// How many.
    pub room: Room,
    /// How long to go on after having been asked to stop, so that a load balancer sees it and sends nobody any more.
    pub drain: Duration,
    /// What a load balancer is told.
    pub readiness: Readiness,
}

/// Listens where `config` says, and says which address that is: port 0 becomes one that is free.
///
/// # Errors
/// Why not, and what to do about it.
pub async fn listen(config: &Config) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(&config.listen).await.map_err(|error| cannot_listen(&config.listen, &error))?;
    let address = listener.local_addr().map_err(Failure::runtime)?;
    config.allow(address)?;
    Ok((listener, address))
}

fn cannot_listen(address: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::AddrInUse => "the port is taken",
        ErrorKind::PermissionDenied => "this port needs more rights than the program has",
        ErrorKind::AddrNotAvailable => "this machine doesn't have that address",
        ErrorKind::InvalidInput => "that is not an address and a port, such as 127.0.0.1:3000",
        _ => &error.to_string(),
    };
    Failure::runtime(format!("can't listen on {address}: {why}. Choose another with --listen."))
}

/// Serves `app` until `shutdown` is over, and then for as long as it drains. Then every task ends at once, each page is told,
/// and what hasn't closed its connection within 1 s is left behind.
///
/// # Errors
/// None that are known: a connection that can't be accepted is tried again.
pub async fn run(
    listener: TcpListener,
    app: Router,
    tasks: Tasks,
    terms: Terms,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let handle = Handle::new();
    let going_down = async {
        shutdown.await;
        terms.readiness.drain();
        tracing::info!(tasks = tasks.registry.live(), drain = ?terms.drain, "shutting down");
        sleep(terms.drain).await;
        tasks.links.supervisor().shut_down();
        handle.graceful_shutdown(Some(PATIENCE));
        future::pending().await
    };
    tokio::select! {
        served = serve(listener, app, handle.clone(), terms.tls, terms.room.connections) => served,
        never = going_down => never,
        never = terms.room.unread.sweep() => match never {},
    }
}

async fn serve(
    listener: TcpListener,
    app: Router,
    handle: Handle<SocketAddr>,
    tls: Option<Tls>,
    connections: Arc<Slots>,
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
