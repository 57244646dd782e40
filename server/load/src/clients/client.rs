//! A client, on a connection of its own, which is closed when this is dropped. All of it is in the hands of whoever
//! polls it: who doesn't ask for the next event, doesn't read.

use crate::Fallible;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use socket2::SockRef;
use starcrossed::wire::{Decoder, Frame};
use std::{future, net::SocketAddr, time::Duration};
use tokio::net::TcpStream;

type Connection = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

/// How a client leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// As a browser does whose tab is closed.
    Fin,
    /// As a machine does whose program was killed.
    Rst,
}

/// A request, and the response to it.
#[derive(Debug)]
struct Exchange {
    /// None when it has done its work.
    connection: Option<Connection>,
    /// Without it, hyper would take the exchange for the last.
    _sender: SendRequest<Full<Bytes>>,
    body: Incoming,
}

impl Exchange {
    /// Sends it on a new connection, and takes only yes for an answer.
    async fn begin(address: SocketAddr, request: Request<Full<Bytes>>, farewell: Farewell) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        if farewell == Farewell::Rst {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
        let (mut sender, mut connection) = http1::handshake(TokioIo::new(stream)).await?;
        let response = tokio::select! {
            response = sender.send_request(request) => response?,
            ended = &mut connection => return Err(format!("no response: {ended:?}").into()),
        };
        let (head, body) = Response::into_parts(response);
        let mut exchange = Self { connection: Some(connection), _sender: sender, body };
        if !head.status.is_success() {
            return Err(format!("{}: {}", head.status, exchange.text().await?).into());
        }
        Ok(exchange)
    }

    /// What comes next of the body. None at its proper end; a body that is cut off is an error.
    async fn chunk(&mut self) -> Fallible<Option<Bytes>> {
        loop {
            let frame = tokio::select! {
                biased;
                frame = self.body.frame() => frame,
                ended = drive(&mut self.connection) => {
                    ended?;
                    self.connection = None;
                    continue;
                }
            };
            match frame.transpose()?.map(hyper::body::Frame::into_data) {
                Some(Ok(bytes)) => return Ok(Some(bytes)),
                Some(Err(_)) => {} // trailers, which nobody sends
                None => return Ok(None),
            }
        }
    }

    async fn text(&mut self) -> Fallible<String> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8(bytes)?)
    }
}

/// Reads and writes, for as long as there is anything to read or write.
async fn drive(connection: &mut Option<Connection>) -> hyper::Result<()> {
    match connection {
        Some(connection) => connection.await,
        None => future::pending().await,
    }
}

/// What is at this address, whole.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Fallible<String> {
    let request = request(Method::GET, address, path).body(Full::default())?;
    Exchange::begin(address, request, Farewell::Fin).await?.text().await
}

/// A stream of events that lives on the server as a task.
#[derive(Debug)]
pub(crate) struct Stream {
    exchange: Exchange,
    decoder: Decoder,
    /// The task's name.
    pub(crate) task: String,
}

impl Stream {
    /// Posts this, and reads as far as the start.
    pub(crate) async fn open(address: SocketAddr, path: &str, body: &Value, farewell: Farewell) -> Fallible<Self> {
        let request = request(Method::POST, address, path).header("content-type", "application/json");
        let exchange = Exchange::begin(address, request.body(body.to_string().into())?, farewell).await?;
        let mut stream = Self { exchange, decoder: Decoder::default(), task: String::new() };
        let start = stream.event().await?.filter(|event| event.event == "start").ok_or("no start")?;
        let start = serde_json::from_str::<Value>(&start.data)?;
        start["task"].as_str().ok_or("no task")?.clone_into(&mut stream.task);
        Ok(stream)
    }

    /// The next event; none at the end of the stream.
    pub(crate) async fn event(&mut self) -> Fallible<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.next().map_err(|_| "an event is too long")? {
                return Ok(Some(frame));
            }
            match self.exchange.chunk().await? {
                Some(bytes) => self.decoder.feed(&bytes),
                None => return Ok(None),
            }
        }
    }
}

fn request(method: Method, address: SocketAddr, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("host", address.to_string())
}
