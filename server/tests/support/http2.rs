//! An HTTP/2 client with a flow-control window of zero: it asks, and never reads what it is answered.

use super::soon;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http2::{Builder, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

/// One connection, and the answers that it leaves unread.
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

    /// Posts this, keeps the answer unread, and returns its status.
    pub(crate) async fn post(&mut self, path: &str, body: Bytes) -> u16 {
        let request = Request::post(format!("http://{}{path}", self.address)).body(Full::new(body)).unwrap();
        let answer = soon("the head of an answer", self.requests.send_request(request)).await.unwrap();
        let status = answer.status().as_u16();
        self.answers.push(answer);
        status
    }
}
