//! An accepted connection, with its part of the quota of connections and a time limit for its first request.

use crate::{
    guard::quota::{Permit, Quota},
    http::client_addr::ClientAddr,
    net::first_request::{self, Deadline, FirstRequest},
};
use axum_server::accept::Accept;
use starcrossed::server::Connection;
use std::{
    future::{Ready, ready},
    io::{Error, ErrorKind, IoSlice, Result},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The response to a connection beyond the quota, before its request is read.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Accepts connections within the quota as [`Socket`]s.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Quota>);

impl Sockets {
    /// Accepts within this quota.
    pub const fn new(connections: Arc<Quota>) -> Self {
        Self(connections)
    }

    fn take(&self, stream: TcpStream, first_request: Deadline) -> Result<Socket> {
        let peer = stream.peer_addr()?;
        match self.0.take(ClientAddr::at(peer.ip())) {
            Ok(slot) => Ok(Socket { connection: Connection::new(stream), first_request, _slot: slot }),
            Err(full) => {
                _ = stream.try_write(BUSY); // over TLS the client can't read it, and the connection just ends
                Err(Error::other(format!("the quota of connections is exhausted: {full:?}")))
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
    connection: Connection,
    first_request: Deadline,
    _slot: Permit,
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let read = Pin::new(&mut self.connection).poll_read(cx, buffer);
        if read.is_pending() && self.first_request.poll_missed(cx) {
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client sent no request in time")));
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.connection).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.connection).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}
