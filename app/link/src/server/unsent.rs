//! The bytes that the kernel takes ahead of a slow reader.

use socket2::SockRef;
use tokio::net::TcpStream;

/// The bytes that may wait in the kernel before they are sent. Without a limit it is the send buffer, which grows to 4 MiB,
/// and a socket is writable again only when a third of that has been taken: a client that reads 1 KB a second would seem to
/// take nothing for more than 15 minutes.
const UNSENT: u32 = 128 * 1024;

/// Limits them. Bytes on their way to the client don't count, so a fast client far away gets as many at once as before.
pub(super) fn limit(stream: &TcpStream) {
    _ = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT); // a kernel that refuses takes more
}
