//! A listener whose connections look after their clients.

use super::Connection;
use axum::serve::Listener;
use std::{io, net::SocketAddr};
use tokio::net::TcpListener;

/// Makes a [`Connection`] of each socket that is accepted.
#[derive(Debug)]
pub(super) struct Accepting(pub(super) TcpListener);

impl Listener for Accepting {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, client) = Listener::accept(&mut self.0).await;
        (Connection::new(stream), client)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
