//! An accepted connection, on systems whose kernel isn't asked whether the client is still there. Who vanishes without a
//! word is noticed when the system gives up on it.

use axum::serve::{Listener, ListenerExt};
use socket2::{SockRef, TcpKeepalive};
use std::{net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};

/// A connection on which nothing happens is probed after this long.
const PROBE: Duration = Duration::from_secs(10);

/// Connections as [`axum::serve`] takes them.
pub fn accepting(listener: TcpListener) -> impl Listener<Io = TcpStream, Addr = SocketAddr> {
    // A socket that refuses is used as it is: it works, a little later.
    listener.tap_io(|stream| {
        _ = stream.set_nodelay(true); // a delta is small, and is not to wait for the next one
        _ = SockRef::from(&*stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(PROBE));
    })
}
