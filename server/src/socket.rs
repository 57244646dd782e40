//! An accepted connection that ends when its client has vanished without a word: a pulled cable, lost Wi-Fi, a phone gone
//! to sleep. hyper hears only of those who say farewell.
//!
//! `TCP_USER_TIMEOUT` would do this in one line, but it counts a reader that is merely slow among the vanished: it runs
//! on while the client's window is shut, even as the client's kernel answers that it is there. So the connection asks the
//! kernel itself, once a second.

use crate::{
    clients::Client,
    first_request::{self, Deadline, FirstRequest},
    slots::{Slot, Slots},
};
use app::link::server::vanished::Vanished;
use axum_server::accept::Accept;
use socket2::{SockRef, TcpKeepalive};
use std::{
    future::{Ready, ready},
    io::{Error, ErrorKind, IoSlice, Result},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

/// How often a connection looks whether its client is still there.
const LOOK: Duration = Duration::from_secs(1);

/// A connection on which nothing happens is probed after this long. No task hangs on those: a stream is written to every
/// 10 s at least.
const PROBE: Duration = Duration::from_secs(30);

/// A client that reads slowly is waited for. One that takes not a single byte for this long has forgotten that it asked,
/// though its kernel still answers.
const STALLED: Duration = Duration::from_mins(15);

/// What a connection is told that there is no place for, before anybody has read what it asks.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Makes a [`Socket`] of each connection that there is a place for.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Slots>);

impl Sockets {
    /// As many as there are places.
    pub const fn new(connections: Arc<Slots>) -> Self {
        Self(connections)
    }

    fn take(&self, stream: TcpStream, first_request: Deadline) -> Result<Socket> {
        let peer = stream.peer_addr()?;
        match self.0.take(Client::at(peer.ip())) {
            Ok(slot) => Ok(Socket::new(stream, first_request, slot)),
            Err(full) => {
                _ = stream.try_write(BUSY); // over TLS it isn't understood, and the connection just ends
                Err(Error::other(format!("no place for a connection: {full:?}")))
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Sockets {
    type Stream = Socket;
    type Service = FirstRequest<S>;
    type Future = Ready<Result<(Socket, FirstRequest<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let (deadline, service) = first_request::expect(service);
        ready(self.take(stream, deadline).map(|socket| (socket, service)))
    }
}

/// One connection.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    look: Interval,
    vanished: Vanished,
    /// Since when it has taken nothing of what there is to write.
    stalled_since: Option<Instant>,
    first_request: Deadline,
    _slot: Slot,
}

impl Socket {
    fn new(stream: TcpStream, first_request: Deadline, slot: Slot) -> Self {
        // A socket that refuses is used as it is: it works, a little later.
        _ = stream.set_nodelay(true); // a delta is small, and is not to wait for the next one
        _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(PROBE).with_interval(PROBE));
        let mut look = interval_at(Instant::now() + LOOK, LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { stream, look, vanished: Vanished::default(), stalled_since: None, first_request, _slot: slot }
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

impl AsyncRead for Socket {
    /// hyper mostly has a read waiting, as that is how it hears a farewell.
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        self.poll_look(cx)?;
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() && self.first_request.poll_missed(cx) {
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client has asked nothing")));
        }
        read
    }
}

impl AsyncWrite for Socket {
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
