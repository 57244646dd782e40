//! How an accepted connection is set up where `TCP_USER_TIMEOUT` is not to be had.

use socket2::{SockRef, TcpKeepalive};
use std::time::Duration;
use tokio::net::TcpStream;

/// Sets it up. A socket that refuses is used as it is: it works, only its end is noticed later.
pub fn tune(stream: &mut TcpStream) {
    let socket = SockRef::from(&*stream);
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(5));
    if let Err(error) = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_keepalive(&keepalive)) {
        tracing::debug!(%error, "can't set up a connection");
    }
}
