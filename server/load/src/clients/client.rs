//! A client on a connection of its own, which is closed on drop. It reads only while the caller polls it: a caller that
//! asks for no event reads no byte.

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

/// The way in which a client closes its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// A FIN, as from a browser whose tab is closed.
    Fin,
    /// A RST, as from a program that was killed.
    Rst,
}

/// A request, and the response to it.
#[derive(Debug)]
struct Exchange {
    /// None after it has completed.
    connection: Option<Connection>,
    /// Without the sender, hyper would close the connection.
    _sender: SendRequest<Full<Bytes>>,
    body: Incoming,
}

impl Exchange {
    /// Sends the request on a new connection. Any status except success is an error.
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

    /// The next bytes of the body. None at its end. A body that is cut off is an error.
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
                Some(Err(_)) => {} // trailers, which the server never sends
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

/// Drives the connection, for ever if there is none.
async fn drive(connection: &mut Option<Connection>) -> hyper::Result<()> {
    match connection {
        Some(connection) => connection.await,
        None => future::pending().await,
    }
}

/// GETs a path, and returns the whole body.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Fallible<String> {
    let request = request(Method::GET, address, path).body(Full::default())?;
    Exchange::begin(address, request, Farewell::Fin).await?.text().await
}

/// A stream of events that lives on the server as a task.
#[derive(Debug)]
pub(crate) struct Stream {
    exchange: Exchange,
    decoder: Decoder,
    /// The task's id.
    pub(crate) task: String,
}

impl Stream {
    /// POSTs this body, and reads up to the start event.
    pub(crate) async fn open(address: SocketAddr, path: &str, body: &Value, farewell: Farewell) -> Fallible<Self> {
        let request = request(Method::POST, address, path).header("content-type", "application/json");
        let exchange = Exchange::begin(address, request.body(body.to_string().into())?, farewell).await?;
        let mut stream = Self { exchange, decoder: Decoder::default(), task: String::new() };
        let start = stream.event().await?.filter(|event| event.event == "start").ok_or("no start")?;
        let start = serde_json::from_str::<Value>(&start.data)?;
        start["task"].as_str().ok_or("no task")?.clone_into(&mut stream.task);
        Ok(stream)
    }

    /// The next event. None at the end of the stream.
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
