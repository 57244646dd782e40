//! The server's CPU time for an event, beside the same with Leptos' `TextStream`. Linux alone says how much a thread has used.
//!
//!     cargo bench -p starcrossed --features ssr

use axum::{Router, body::Body, response::Response, routing::get};
use futures::{future::join_all, stream};
use leptos::prelude::ServerFnError;
use server_fn::codec::{IntoRes, StreamingText, TextStream};
use starcrossed::{EventStream, LinkServer, Sender, Sse, spawn_linked};
use std::{
    fs,
    future::pending,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};
use tokio::{net::TcpListener, runtime, select, sync::mpsc, task::spawn_blocking, time::sleep};
use tokio_util::task::AbortOnDropHandle;

/// An item: a few words.
const WORDS: &str = "a few words of an answer";

/// One kind of load.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    streams: usize,
    events: usize,
    pause: Duration,
}

const LOADS: [Load; 3] = [
    Load { name: "1 stream, as fast as it is read", streams: 1, events: 500_000, pause: Duration::ZERO },
    Load { name: "1 stream, 2 ms apart", streams: 1, events: 2_000, pause: Duration::from_millis(2) },
    Load { name: "100 streams, 20 ms apart", streams: 100, events: 200, pause: Duration::from_millis(20) },
];

fn main() -> io::Result<()> {
    println!("| CPU time of the server for an event | starcrossed | TextStream |\n|---|--:|--:|");
    for load in LOADS {
        let linked = Router::new().route("/", get(move || linked(load)));
        let linked = measure(load, async |tcp| LinkServer::new().serve_until(tcp, linked, pending::<()>()).await)?;
        let text = Router::new().route("/", get(move || text(load)));
        let text = measure(load, async |tcp| axum::serve(tcp, text).await)?;
        println!("| {} | {linked:.2} µs | {text:.2} µs |", load.name);
    }
    Ok(())
}

async fn linked(load: Load) -> Result<Response<Body>, String> {
    let events: EventStream<String> = spawn_linked(async move |out: Sender<String>| {
        for _ in 0..load.events {
            sleep_for(load.pause).await;
            out.send(WORDS.into()).await?;
        }
        Ok(())
    });
    IntoRes::<Sse, _, ServerFnError>::into_res(events).await.map_err(|error| error.to_string())
}

async fn text(load: Load) -> Result<Response<Body>, String> {
    let (out, mut sent) = mpsc::channel::<String>(1024);
    let task = AbortOnDropHandle::new(tokio::spawn(async move {
        for _ in 0..load.events {
            sleep_for(load.pause).await;
            if out.send(format!("{WORDS}\n")).await.is_err() {
                return;
            }
        }
    }));
    let texts = stream::poll_fn(move |cx| {
        _ = &task;
        sent.poll_recv(cx)
    });
    let texts: TextStream = texts.into();
    IntoRes::<StreamingText, _, _>::into_res(texts).await.map_err(|error| error.to_string())
}

async fn sleep_for(pause: Duration) {
    if !pause.is_zero() {
        sleep(pause).await;
    }
}

/// The CPU time of a server for an event, in microseconds. It has one thread, and its clients have others.
fn measure(load: Load, serve: impl AsyncFnOnce(TcpListener) -> io::Result<()>) -> io::Result<f64> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        let address = tcp.local_addr()?;
        let clients = join_all((0..load.streams).map(|_| spawn_blocking(move || read(address))));
        let before = used_ns()?;
        select! {
            served = serve(tcp) => served?,
            bytes = clients => {
                let least = load.events * WORDS.len();
                for bytes in bytes {
                    assert!(bytes?? > least, "a stream broke off");
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a second has 30 bits of nanoseconds")]
        Ok((used_ns()? - before) as f64 / 1000.0 / (load.streams * load.events) as f64)
    })
}

/// Reads a response to its end. Returns how many bytes it has.
fn read(address: SocketAddr) -> io::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let (mut buffer, mut bytes) = (vec![0; 64 * 1024], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(bytes),
            read => bytes += read,
        }
    }
}

/// The CPU time of this thread so far, in nanoseconds: <https://docs.kernel.org/scheduler/sched-stats.html>.
fn used_ns() -> io::Result<u64> {
    let used = fs::read_to_string("/proc/thread-self/schedstat")?;
    used.split(' ').next().and_then(|used| used.parse().ok()).ok_or_else(|| io::Error::other("no such clock here"))
}
