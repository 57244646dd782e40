//! A page's end of a connection.

use super::soon;
use std::{collections::HashMap, net::SocketAddr};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
};

/// A response that is being read.
pub(crate) struct Page {
    pub(crate) headers: HashMap<String, String>,
    stream: BufReader<TcpStream>,
}

impl Page {
    /// Starts a task. Over HTTP/1.0 the events come without a frame around them.
    pub(crate) async fn start(address: SocketAddr, function: &str) -> Self {
        Self::on(TcpStream::connect(address).await.unwrap(), function).await
    }

    /// The same, with little room for what isn't read.
    pub(crate) async fn with_little_room(address: SocketAddr, function: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        Self::on(socket.connect(address).await.unwrap(), function).await
    }

    /// The same, on a connection that is there.
    pub(crate) async fn on(stream: TcpStream, function: &str) -> Self {
        Self::request(stream, &format!("POST /api/{function} HTTP/1.0\r\ncontent-length: 0\r\n\r\n")).await
    }

    /// Sends this request, and reads the head of the response.
    pub(crate) async fn request(mut stream: TcpStream, request: &str) -> Self {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = Self { headers: HashMap::new(), stream: BufReader::new(stream) };
        let head = page.block().await;
        let mut lines = head.lines();
        let status = lines.next().unwrap();
        assert!(status.contains(" 200 "), "{status}");
        page.headers = lines.filter_map(|line| line.split_once(": ")).map(|(a, b)| (a.into(), b.into())).collect();
        page
    }

    /// Lines up to an empty one: a head, or an event. Empty at the end.
    pub(crate) async fn block(&mut self) -> String {
        soon("lines", async {
            let mut block = String::new();
            while self.stream.read_line(&mut block).await.unwrap() > 2 {}
            block
        })
        .await
    }

    /// Everything that is still to come.
    pub(crate) async fn rest(mut self) -> String {
        let mut rest = String::new();
        soon("the end", self.stream.read_to_string(&mut rest)).await.unwrap();
        rest
    }

    /// Waits for the task's first item.
    pub(crate) async fn has_begun(&mut self) {
        assert!(self.block().await.starts_with("event: start\n"));
        assert!(self.block().await.starts_with("event: delta\n"));
    }

    /// Waits until something can be read, and reads it.
    pub(crate) async fn read_some(&mut self) -> usize {
        self.stream.read(&mut [0; 1024]).await.unwrap()
    }
}
