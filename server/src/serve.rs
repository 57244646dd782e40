//! Listening, serving, and going down.

use crate::{failure::Failure, socket};
use app::link::Fates;
use axum::Router;
use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, time::sleep};

/// How long connections may take to end after every task has. The exits are on their way within a millisecond, so whoever
/// hasn't read theirs by then isn't reading.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Listens on `address`, and says which that is: port 0 becomes one that is free.
///
/// # Errors
/// Why not, and what to do about it.
pub async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))?;
    let address = listener.local_addr().map_err(Failure::runtime)?;
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

/// Serves `app` until `shutdown` is over. Then every task ends at once, each page is told, and what hasn't closed its
/// connection within 1.5 s is left behind.
///
/// # Errors
/// None that are known: a connection that can't be accepted is tried again.
pub async fn run(
    listener: TcpListener,
    app: Router,
    fates: Arc<Fates>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let ending = fates.shutdown.clone();
    let server = axum::serve(socket::accepting(listener), app).with_graceful_shutdown(ending.cancelled_owned());
    let last_call = async {
        shutdown.await;
        tracing::info!(tasks = fates.live(), "shutting down");
        fates.shutdown.cancel();
        sleep(PATIENCE).await;
    };
    tokio::select! {
        drained = server => drained,
        () = last_call => Ok(()),
    }
}
