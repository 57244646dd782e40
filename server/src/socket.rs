//! How an accepted connection is set up, so that a client that vanished without a farewell (a cable, a Wi-Fi, a phone gone
//! to sleep) is gone for us too, within 20 s.

use socket2::{SockRef, TcpKeepalive};
use std::time::Duration;
use tokio::net::TcpStream;

/// A silent connection is probed after this long, and then as often. Notices who vanishes while a model thinks.
const PROBE: Duration = Duration::from_secs(5);

/// How long what was sent may stay unanswered. Notices who vanishes while being written to. A stream is written to every
/// 10 s at least, so this must not be longer than 10 s for the two to come to 20.
const UNANSWERED: Duration = Duration::from_secs(10);

/// Sets it up. A socket that refuses is used as it is: it works, only its end is noticed later.
pub fn tune(stream: &mut TcpStream) {
    let socket = SockRef::from(&*stream);
    let keepalive = TcpKeepalive::new().with_time(PROBE).with_interval(PROBE);
    let outcome = socket
        .set_tcp_nodelay(true) // a delta is small, and is not to wait for the next one
        .and_then(|()| socket.set_tcp_keepalive(&keepalive))
        .and_then(|()| socket.set_tcp_user_timeout(Some(UNANSWERED)));
    if let Err(error) = outcome {
        tracing::debug!(%error, "can't set up a connection");
    }
}
