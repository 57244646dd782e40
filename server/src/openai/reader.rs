//! An answer as it comes in over its connection: what is read is passed on, and somebody looks at the clock.

use super::{answer::Answer, dialect, endpoint::Endpoint, failure::Failure, parse::parsed, upstream::Upstream};
use crate::patience::{LAST, timeout_at};
use app::{
    chat::message::Delta,
    link::{Deltas, Exit, Progress, decode::LIMIT},
};
use bytes::Bytes;
use reqwest::{Response, header::CONTENT_TYPE};
use std::{mem, time::Duration};
use tokio::time::Instant;

/// How long to read on after the answer is complete, for what it cost.
const AFTERWORD: Duration = Duration::from_secs(3);

/// How much is read of an answer that isn't a stream, in bytes.
const WHOLE: usize = 4 * LIMIT;

/// How many bytes are decoded before their deltas are passed on. A chunk from the socket can be hundreds of KiB long, and its
/// deltas would take more memory still while the page is slow to read.
const SLICE: usize = 16 * 1024;

/// Reads one answer.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    upstream: &'a Upstream,
    endpoint: &'a Endpoint,
    deltas: &'a Deltas<Delta>,
    answer: Answer,
    /// What has been read and not yet been passed on.
    out: Vec<Delta>,
    /// When to stop waiting for more.
    give_up: Instant,
}

impl<'a> Reader<'a> {
    /// `give_up`: when the answer must have begun. A head may have arrived while this process was paused, and `give_up` be
    /// over: its first word then has a second left.
    pub(super) fn new(
        upstream: &'a Upstream,
        endpoint: &'a Endpoint,
        give_up: Instant,
        deltas: &'a Deltas<Delta>,
    ) -> Self {
        let give_up = give_up.max(Instant::now() + LAST);
        Self { upstream, endpoint, deltas, answer: Answer::default(), out: Vec::new(), give_up }
    }

    /// The same, of an answer to a question that named no model. Which one answers is learned from the answer.
    pub(super) fn learning_who_answers(mut self, is_wanted: bool) -> Self {
        self.answer.wants_name = is_wanted;
        self
    }

    /// Reads to the end.
    pub(super) async fn read(&mut self, mut response: Response) -> Result<(), Failure> {
        if is_stream(&response) { self.read_stream(&mut response).await } else { self.read_in_one(&mut response).await }
    }

    /// Whether the model has begun to answer, or to think aloud.
    pub(super) const fn has_begun(&self) -> bool {
        self.answer.has_begun()
    }

    /// Passes on the rest, and says how the answer ended, given how reading it did.
    pub(super) async fn end(mut self, read: Result<(), Failure>) -> Exit {
        let exit = mem::take(&mut self.answer).end(read, self.upstream, &mut self.out);
        self.pass_on().await;
        exit
    }

    async fn read_stream(&mut self, response: &mut Response) -> Result<(), Failure> {
        while let Some(chunk) = self.next_chunk(response).await? {
            for slice in chunk.chunks(SLICE) {
                let is_over = self.answer.feed(slice, &mut self.out);
                self.pass_on().await;
                if is_over? {
                    return Ok(());
                }
                if self.answer.length() >= self.upstream.max_answer {
                    return Err(Failure::TooMuch(self.upstream.max_answer));
                }
            }
            self.tell_progress();
            self.look_at_the_clock();
        }
        self.answer.feed_end(&mut self.out)
    }

    /// The next bytes; none at the end of the stream.
    async fn next_chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Failure> {
        match timeout_at(self.give_up, response.chunk()).await {
            Ok(chunk) => chunk.map_err(Failure::Cut),
            Err(_) => Err(self.silent()),
        }
    }

    async fn read_in_one(&mut self, response: &mut Response) -> Result<(), Failure> {
        let body = timeout_at(self.give_up, read_whole(response)).await.unwrap_or_else(|_| Err(self.silent()))?;
        let (said, body) = parsed(body, dialect::read_whole).await;
        self.answer.take_whole(said, &body, &mut self.out)
    }

    /// Waits while the page is slow to read. Nothing is read meanwhile, so in the end the server has to wait too.
    async fn pass_on(&mut self) {
        if let Some(model) = self.answer.take_name() {
            self.endpoint.learn_answer(&model);
        }
        for delta in self.out.drain(..) {
            self.deltas.send(delta).await;
        }
    }

    /// A server that says how far it has read is alive, however long its prompt is.
    fn tell_progress(&mut self) {
        let Some(percent) = self.answer.take_progress().filter(|_| !self.answer.has_begun()) else { return };
        self.deltas.progress(Progress::reading(percent));
        self.give_up = self.give_up.max(Instant::now() + self.upstream.idle_timeout);
    }

    /// Waiting for the answer to begin has its time from the start; once it has begun, each silence has its own.
    fn look_at_the_clock(&mut self) {
        let now = Instant::now();
        if self.answer.is_finished() {
            self.give_up = self.give_up.min(now + AFTERWORD);
        } else if self.answer.has_begun() {
            self.give_up = now + self.upstream.idle_timeout;
        }
    }

    fn silent(&self) -> Failure {
        let Upstream { idle_timeout, header_timeout, .. } = self.upstream;
        Failure::Silent(if self.answer.has_begun() { *idle_timeout } else { *header_timeout })
    }
}

/// Whether this is the stream that was asked for. What doesn't say what it is is taken for one.
fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !(kind.contains("json") || kind.contains("html"))
}

/// The body as text.
///
/// # Errors
/// The connection broke, or the body is longer than [`WHOLE`].
async fn read_whole(response: &mut Response) -> Result<String, Failure> {
    let body = read_beginning(response, WHOLE + 1).await?;
    if body.len() > WHOLE { Err(Failure::TooLong) } else { Ok(body) }
}

/// The first `most` bytes of the body as text. The rest isn't read.
pub(super) async fn read_beginning(response: &mut Response, most: usize) -> Result<String, Failure> {
    let mut body = Vec::new();
    while body.len() < most
        && let Some(chunk) = response.chunk().await.map_err(Failure::Cut)?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(most);
    Ok(String::from_utf8_lossy(&body).into_owned())
}
