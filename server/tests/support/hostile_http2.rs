//! Hostile HTTP/2 clients: one never reads its answers, one never finishes its requests.

use super::soon;
use bytes::Bytes;
use futures::{Stream, stream};
use http_body_util::{Full, StreamBody};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    client::conn::http2::{Builder, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{convert::Infallible, net::SocketAddr, pin::Pin};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

/// One connection, and its unread answers.
#[derive(Debug)]
pub(crate) struct Unread {
    requests: SendRequest<Full<Bytes>>,
    answers: Vec<Response<Incoming>>,
    address: SocketAddr,
    _connection: AbortOnDropHandle<hyper::Result<()>>,
}

impl Unread {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut http = Builder::new(TokioExecutor::new());
        http.initial_stream_window_size(0);
        let (requests, connection) = http.handshake(TokioIo::new(stream)).await.unwrap();
        let connection = AbortOnDropHandle::new(tokio::spawn(connection));
        Self { requests, answers: Vec::new(), address, _connection: connection }
    }

    /// POSTs a body, keeps the answer unread, and returns its status.
    pub(crate) async fn post(&mut self, path: &str, body: Bytes) -> u16 {
        let request = Request::post(format!("http://{}{path}", self.address)).body(Full::new(body)).unwrap();
        let answer = soon("the head of an answer", self.requests.send_request(request)).await.unwrap();
        let status = answer.status().as_u16();
        self.answers.push(answer);
        status
    }
}

/// The pieces of a body.
type Pieces = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

/// One connection with requests whose bodies never end.
#[derive(Debug)]
pub(crate) struct Slow {
    requests: SendRequest<StreamBody<Pieces>>,
    url: String,
    /// The client's address in `x-forwarded-for`.
    client: &'static str,
    _connection: AbortOnDropHandle<hyper::Result<()>>,
}

impl Slow {
    pub(crate) async fn connect(address: SocketAddr, client: &'static str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (requests, connection) = Builder::new(TokioExecutor::new()).handshake(TokioIo::new(stream)).await.unwrap();
        let connection = AbortOnDropHandle::new(tokio::spawn(connection));
        Self { requests, url: format!("http://{address}"), client, _connection: connection }
    }

    /// Begins a POST, and returns the status of the answer, which can only be a refusal.
    pub(crate) fn post(&mut self, path: &str) -> impl Future<Output = u16> + use<> {
        let pieces: Pieces = Box::pin(stream::pending());
        let request = Request::post(format!("{}{path}", self.url)).header("x-forwarded-for", self.client);
        let answer = self.requests.send_request(request.body(StreamBody::new(pieces)).unwrap());
        async move { answer.await.unwrap().status().as_u16() }
    }
}
