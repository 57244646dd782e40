//! A fake model server, scripted down to the byte.
//!
//! It implements only as much HTTP as one request needs, so that it can answer as wrongly as real servers do. Each
//! connection plays one script and records the side that ended it.
//!
//! ```ignore
//! let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()]).await;
//! // … ask the model at upstream.url() …
//! let connection = upstream.connection().await; // the request has been read
//! connection.go(); // past Step::Wait
//! connection.closed_by_peer().await;
//! ```

use super::soon;
use bytes::Bytes;
use serde_json::{Value, json};
use socket2::SockRef;
use std::{
    collections::HashMap,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{Notify, mpsc, watch},
    task::AbortHandle,
    time::timeout,
};

/// A write that takes longer than this counts as stalled.
const STALLED: Duration = Duration::from_millis(500);

/// One step of a script, which begins when the request has been read. The end of a script closes the connection.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Writes these bytes.
    Send(Bytes),
    /// Does nothing until [`Connection::go`].
    Wait,
    /// Writes these bytes again and again, as fast as they are taken.
    Flood(Bytes),
    /// Ends the connection with a FIN.
    Close,
    /// Ends the connection with a RST.
    Reset,
    /// Does nothing more, for ever.
    Hang,
}

/// The way in which a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The client closed it while the script was still going on.
    ClosedByPeer,
    /// The script came to its end.
    ClosedByUs,
    /// Another request ended it.
    Interrupted,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// By name, in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// Null if there was none, or if it wasn't JSON.
    pub(crate) body: Value,
}

/// One connection, as the test sees it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) request: Request,
    gate: Arc<Notify>,
    written: Arc<AtomicU64>,
    stalled: Arc<Notify>,
    end: watch::Receiver<Option<End>>,
}

impl Connection {
    /// Lets the script pass one [`Step::Wait`]: the current one, or else the next.
    pub(crate) fn go(&self) {
        self.gate.notify_one();
    }

    /// The number of bytes that the socket has accepted so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Waits until a write stalls, because the client has stopped reading.
    pub(crate) async fn stalled(&self) {
        soon("the client stops reading", self.stalled.notified()).await;
    }

    /// Waits until the connection has ended, and returns the way in which it did.
    pub(crate) async fn ended(&self) -> End {
        let mut end = self.end.clone();
        let ended = soon("the upstream connection ends", end.wait_for(Option::is_some)).await.map(|end| *end);
        ended.ok().flatten().expect("the fake upstream is gone")
    }

    /// Waits until the connection has ended. Panics if this side closed it.
    pub(crate) async fn closed_by_peer(&self) {
        assert_eq!(self.ended().await, End::ClosedByPeer);
    }

    /// Whether the connection is still open on both sides.
    pub(crate) fn is_open(&self) -> bool {
        self.end.borrow().is_none()
    }
}

/// The fake server. Its listener ends when this is dropped; its connections may live longer.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    connections: mpsc::UnboundedReceiver<Connection>,
    lists: mpsc::UnboundedReceiver<Connection>,
    requests: Arc<Mutex<Vec<Request>>>,
    plan: Arc<Plan>,
    listener: AbortHandle,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// The answer at `/openapi.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Description {
    /// Nothing.
    None,
    /// The answer of llama-cpp-python. Any request ends the answers that such a server is writing.
    LlamaCppPython,
    /// Silence.
    Silence,
}

/// The scripts, and who gets them.
#[derive(Debug)]
struct Plan {
    /// One for each request other than for the models; the last one repeats.
    scripts: Mutex<Vec<Vec<Step>>>,
    /// For `GET …/models`.
    models: Vec<Step>,
    description: Mutex<Description>,
    /// Notified at each request for the description.
    asked_who: Notify,
    interruption: Notify,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: mpsc::UnboundedSender<Connection>,
    lists: mpsc::UnboundedSender<Connection>,
}

impl Upstream {
    /// Plays this script to every question. Its list holds one model, `fake`.
    pub(crate) async fn playing(script: impl Into<Vec<Step>>) -> Self {
        Self::start(vec![script.into()], vec![models(&["fake"])], Description::None).await
    }

    /// Plays this script to every question, like llama-cpp-python: any request except for the description ends the
    /// current answer.
    pub(crate) async fn interrupting(script: impl Into<Vec<Step>>) -> Self {
        Self::start(vec![script.into()], vec![models(&["fake"])], Description::LlamaCppPython).await
    }

    /// Plays this script to every question, and never answers a request for its description.
    pub(crate) async fn silent_about_itself(script: impl Into<Vec<Step>>) -> Self {
        Self::start(vec![script.into()], vec![models(&["fake"])], Description::Silence).await
    }

    /// Plays the first script to the first question, and so on. The last one repeats.
    pub(crate) async fn playing_in_turn(scripts: impl IntoIterator<Item = Vec<Step>>) -> Self {
        Self::start(scripts.into_iter().collect(), vec![models(&["fake"])], Description::None).await
    }

    /// Plays this script when it is asked for its models, and hangs on every question.
    pub(crate) async fn listing(models: impl Into<Vec<Step>>) -> Self {
        Self::start(vec![vec![Step::Hang]], models.into(), Description::None).await
    }

    /// Lists these models, and plays this script to every question.
    pub(crate) async fn listing_and_playing(models: impl Into<Vec<Step>>, script: impl Into<Vec<Step>>) -> Self {
        Self::start(vec![script.into()], models.into(), Description::None).await
    }

    /// Lists these models, and plays the first script to the first question, and so on.
    pub(crate) async fn listing_and_playing_in_turn(models: impl Into<Vec<Step>>, scripts: Vec<Vec<Step>>) -> Self {
        Self::start(scripts, models.into(), Description::None).await
    }

    async fn start(scripts: Vec<Vec<Step>>, models: Vec<Step>, description: Description) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, connections) = mpsc::unbounded_channel();
        let (lists_sender, lists) = mpsc::unbounded_channel();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let plan = Arc::new(Plan {
            scripts: Mutex::new(scripts),
            models,
            description: Mutex::new(description),
            asked_who: Notify::new(),
            interruption: Notify::new(),
            requests: requests.clone(),
            connections: sender,
            lists: lists_sender,
        });
        let listener = tokio::spawn(listen(listener, plan.clone())).abort_handle();
        Self { address, connections, lists, requests, plan, listener }
    }

    /// Turns it into llama-cpp-python, as if another server had been started in its place.
    pub(crate) fn become_interrupting(&self) {
        *self.plan.description.lock().unwrap() = Description::LlamaCppPython;
    }

    /// Waits until its description is requested.
    pub(crate) async fn asked_who(&self) {
        soon("the upstream is asked who it is", self.plan.asked_who.notified()).await;
    }

    /// Its base URL, for `--upstream`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection whose question has been read whole. Requests for the models don't count.
    pub(crate) async fn connection(&mut self) -> Connection {
        soon("the upstream is asked", self.connections.recv()).await.expect("the fake upstream is gone")
    }

    /// The next connection with a request for the models.
    pub(crate) async fn list(&mut self) -> Connection {
        soon("the upstream is asked for its models", self.lists.recv()).await.expect("the fake upstream is gone")
    }

    /// The number of requests for the models.
    pub(crate) fn times_listed(&self) -> usize {
        self.requests().iter().filter(|request| request.is_for_models()).count()
    }

    /// All requests so far, except those for the description.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn listen(listener: TcpListener, plan: Arc<Plan>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, plan.clone()));
    }
}

async fn serve(mut stream: TcpStream, plan: Arc<Plan>) {
    let Some(request) = read_request(&mut stream).await else { return };
    if request.path.ends_with("/openapi.json") {
        plan.asked_who.notify_one();
        if *plan.description.lock().unwrap() == Description::Silence {
            return closed(stream.split().0).await;
        }
        let Step::Send(description) = plan.description() else { return };
        _ = stream.write_all(&description).await;
        return;
    }
    plan.interruption.notify_waiters();
    let (end, ended) = watch::channel(None);
    let connection = Connection {
        request: request.clone(),
        gate: Arc::default(),
        written: Arc::default(),
        stalled: Arc::default(),
        end: ended.clone(),
    };
    let script = plan.script(&request);
    plan.requests.lock().unwrap().push(request.clone());
    let taken_by = if request.is_for_models() { &plan.lists } else { &plan.connections };
    _ = taken_by.send(connection.clone());
    let who = tokio::select! {
        () = plan.interruption.notified(), if plan.interrupts() => End::Interrupted,
        who = play_until_closed(&mut stream, &script, &connection) => who,
    };
    drop(stream);
    end.send_replace(Some(who));
}

impl Request {
    fn is_for_models(&self) -> bool {
        self.method == "GET" && self.path.ends_with("/models")
    }
}

impl Plan {
    /// The answer to `GET /openapi.json`, as FastAPI writes it.
    fn description(&self) -> Step {
        if !self.interrupts() {
            return answer(404, &[], "not found");
        }
        let title = "\u{1f999} llama.cpp Python API";
        answer_json(200, &json!({ "openapi": "3.1.0", "info": { "title": title, "version": "0.3.36" } }))
    }

    fn interrupts(&self) -> bool {
        *self.description.lock().unwrap() == Description::LlamaCppPython
    }

    fn script(&self, request: &Request) -> Vec<Step> {
        if request.is_for_models() {
            return self.models.clone();
        }
        let mut scripts = self.scripts.lock().unwrap();
        if scripts.len() > 1 { scripts.remove(0) } else { scripts[0].clone() }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let first = read_line(&mut reader).await?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let line = read_line(&mut reader).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    Some(Request { method, path, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
}

async fn read_line(reader: &mut BufReader<&mut TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// Plays the script, and watches for the client's close meanwhile.
async fn play_until_closed(stream: &mut TcpStream, script: &[Step], connection: &Connection) -> End {
    let (reader, mut writer) = stream.split();
    let played = tokio::select! {
        biased;
        () = closed(reader) => return End::ClosedByPeer,
        played = play(&mut writer, script, connection) => played,
    };
    if matches!(played, Ok(Step::Reset)) {
        _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
    }
    // A write fails only because the client has gone.
    if played.is_ok() { End::ClosedByUs } else { End::ClosedByPeer }
}

/// Waits for the client's FIN or RST.
async fn closed(mut reader: ReadHalf<'_>) {
    let mut rest = [0; 1024];
    while reader.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

/// Plays a script to its end, and returns the step that ended it.
async fn play(writer: &mut WriteHalf<'_>, script: &[Step], connection: &Connection) -> std::io::Result<Step> {
    for step in script {
        match step {
            Step::Send(bytes) => write(writer, bytes, connection).await?,
            Step::Wait => connection.gate.notified().await,
            Step::Flood(bytes) => loop {
                write(writer, bytes, connection).await?;
            },
            Step::Close | Step::Reset => return Ok(step.clone()),
            Step::Hang => std::future::pending().await,
        }
    }
    Ok(Step::Close)
}

async fn write(writer: &mut WriteHalf<'_>, mut bytes: &[u8], connection: &Connection) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let mut write = pin!(writer.write(bytes));
        let written = if let Ok(written) = timeout(STALLED, &mut write).await {
            written?
        } else {
            connection.stalled.notify_one();
            write.await?
        };
        connection.written.fetch_add(written as u64, Ordering::Relaxed);
        bytes = &bytes[written..];
    }
    Ok(())
}

/// The bytes of a [`Step::Send`].
pub(crate) fn sent(step: Step) -> Bytes {
    let Step::Send(bytes) = step else { panic!("{step:?} sends nothing") };
    bytes
}

/// A step that writes this text unchanged.
pub(crate) fn raw(text: impl Into<String>) -> Step {
    Step::Send(text.into().into())
}

/// The head of an event stream that ends with the connection.
pub(crate) fn head() -> Step {
    raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
}

/// The head of a chunked event stream, in which a cut differs from an end. Its chunks are made by [`chunk`].
pub(crate) fn chunked_head() -> Step {
    raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
}

/// A [`Step::Send`] as one chunk of a chunked body.
pub(crate) fn chunk(step: Step) -> Step {
    let Step::Send(bytes) = step else { panic!("only bytes can be a chunk") };
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(&bytes);
    chunk.extend_from_slice(b"\r\n");
    Step::Send(chunk.into())
}

/// The end of a chunked body.
pub(crate) fn last_chunk() -> Step {
    raw("0\r\n\r\n")
}

/// A whole answer that is no stream, such as a refusal. `headers` are lines without line ends.
pub(crate) fn answer(status: u16, headers: &[&str], body: &str) -> Step {
    let length = format!("content-length: {}", body.len());
    let status = format!("HTTP/1.1 {status} Whatever");
    let head = [&[status.as_str()], headers, &[&length]].concat().join("\r\n");
    raw(format!("{head}\r\n\r\n{body}"))
}

/// The same with a JSON body.
pub(crate) fn answer_json(status: u16, body: &Value) -> Step {
    answer(status, &["content-type: application/json"], &body.to_string())
}

/// A list of models.
pub(crate) fn models(names: &[&str]) -> Step {
    let data = names.iter().map(|name| json!({ "id": name, "object": "model" })).collect::<Vec<_>>();
    answer_json(200, &json!({ "object": "list", "data": data }))
}

/// One event with this JSON as its data.
pub(crate) fn sse(data: &Value) -> Step {
    raw(format!("data: {data}\n\n"))
}

/// A delta of the text.
pub(crate) fn delta(text: &str) -> Step {
    sse(&chunk_of(&json!({ "content": text }), None))
}

/// A delta of the reasoning.
pub(crate) fn reasoning(text: &str) -> Step {
    sse(&chunk_of(&json!({ "reasoning_content": text }), None))
}

/// The end of the answer, with this finish reason.
pub(crate) fn finish(reason: &str) -> Step {
    sse(&chunk_of(&json!({}), Some(reason)))
}

/// The usage.
pub(crate) fn usage(prompt_tokens: u64, completion_tokens: u64) -> Step {
    let usage = json!({ "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens });
    sse(&json!({ "object": "chat.completion.chunk", "choices": [], "usage": usage }))
}

/// `data: [DONE]`.
pub(crate) fn done() -> Step {
    raw("data: [DONE]\n\n")
}

fn chunk_of(delta: &Value, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
    })
}
