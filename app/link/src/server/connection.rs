//! An accepted connection that ends when its client has vanished without a word: a pulled cable, lost Wi-Fi, a phone gone
//! to sleep. hyper hears only of those who say farewell.
//!
//! `TCP_USER_TIMEOUT` would do this in one line, but it counts a reader that is merely slow among the vanished: it runs
//! on while the client's window is shut, even as the client's kernel answers that it is there. So the connection asks the
//! kernel itself, once a second.

use super::{unsent, vanished::Vanished};
use socket2::{SockRef, TcpKeepalive};
use std::{
    io::{Error, ErrorKind, IoSlice, Result},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

/// The time between two looks at whether the client is still there.
const LOOK: Duration = Duration::from_secs(1);

/// A connection on which nothing happens is probed after this long. No task hangs on those: a stream is written to every
/// 10 s at least.
const PROBE: Duration = Duration::from_secs(30);

/// A client that reads slowly is waited for. One that takes not a single byte for this long has forgotten that it asked,
/// though its kernel still answers.
const STALLED: Duration = Duration::from_mins(15);

/// A TCP connection that a client may not abandon in silence. Reads and writes go to the socket as they are, until:
///
/// - The client has vanished. Every read and write then fails with [`ErrorKind::TimedOut`]. Between the loss of the client
///   and the failure lie less than 20 s if something is written at least every 10 s, as the link's streams do. It takes
///   longer if the client had stopped reading before: the kernel probes its window ever more rarely, every two minutes in
///   the end. All that takes Linux, whose kernel says what it has heard of a client (`TCP_INFO`); elsewhere only the
///   kernel's own timeouts apply.
/// - The client has stopped reading: bytes wait, and for 15 min it has taken none of them. Reads and writes fail in the
///   same way.
///
/// A client that reads slowly, or that is suspended for less than 15 min, keeps its connection. The connection has to be
/// polled, as hyper does: nothing looks after one that nobody reads from and nobody writes to. Dropping it closes it.
///
/// [`LinkServer::listener`](super::LinkServer::listener) makes one of each accepted socket. Make them yourself where
/// something else accepts, such as a TLS acceptor: the TLS session goes around the connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    look: Interval,
    vanished: Vanished,
    /// Since when it has taken nothing of what there is to write.
    stalled_since: Option<Instant>,
}

impl Connection {
    /// Looks after `stream` from now on. It sets `TCP_NODELAY`, since an event is small and is not to wait for the next one,
    /// TCP keep-alive probes every 30 s, and on Linux `TCP_NOTSENT_LOWAT` to 128 KiB. A socket that refuses these options is
    /// used as it is.
    ///
    /// # Panics
    /// Outside of a Tokio runtime with time enabled.
    pub fn new(stream: TcpStream) -> Self {
        _ = stream.set_nodelay(true);
        _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(PROBE).with_interval(PROBE));
        unsent::limit(&stream);
        let mut look = interval_at(Instant::now() + LOOK, LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { stream, look, vanished: Vanished::default(), stalled_since: None }
    }

    /// Looks, when it is time. Whatever hyper waits for, it comes by here: it reads nothing while something that it has
    /// read is left over, and writes nothing while nothing happens.
    fn poll_look(&mut self, cx: &mut Context<'_>) -> Result<()> {
        while self.look.poll_tick(cx).is_ready() {
            if self.vanished.look(&self.stream) {
                return Err(Error::new(ErrorKind::TimedOut, "the client has vanished"));
            }
            // If it takes bytes again, it has read in a pause of this process.
            if self.stalled_since.is_some_and(|since| since.elapsed() >= STALLED)
                && self.stream.poll_write_ready(cx).is_pending()
            {
                return Err(Error::new(ErrorKind::TimedOut, "the client has stopped reading"));
            }
        }
        Ok(())
    }

    fn note(&mut self, written: &Poll<Result<usize>>) {
        self.stalled_since = written.is_pending().then(|| self.stalled_since.unwrap_or_else(Instant::now));
    }
}

impl AsyncRead for Connection {
    /// hyper mostly has a read waiting, as that is how it hears a farewell.
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        self.poll_look(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.poll_look(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.poll_look(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
