//! Reads an answer from its connection, passes it on, and keeps the time limits.

use super::answer::Answer;
use crate::{
    models::openai::{
        chunk::{self, Parsed},
        connection::upstream::Upstream,
        endpoint::Endpoint,
        error::Failure,
        wire::{body::Unit, inflate::Inflate, parse::parsed},
    },
    os::pauses::{LAST, timeout_at},
};
use app::chat::protocol::{
    answer::{DeltaSender, Exit},
    message::Delta,
    progress::Progress,
};
use bytes::Bytes;
use reqwest::{Response, header::CONTENT_ENCODING};
use std::{mem, time::Duration};
use tokio::{task, time::Instant};

/// The time to wait for usage after the answer is complete.
const USAGE_GRACE: Duration = Duration::from_secs(3);

/// The most bytes that are decoded before their deltas are passed on. A chunk of the socket can have hundreds of KiB, and its
/// deltas take even more memory while the page reads slowly.
const SLICE: usize = 16 * 1024;

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    upstream: &'a Upstream,
    endpoint: &'a Endpoint,
    deltas: &'a DeltaSender,
    answer: Answer,
    inflate: Inflate,
    /// Events that have arrived and aren't interpreted yet.
    units: Vec<Unit>,
    /// Deltas that aren't passed on yet.
    out: Vec<Delta>,
    /// When to stop waiting for more.
    give_up: Instant,
}

impl<'a> Reader<'a> {
    /// `give_up`: when the answer must have begun. A head may have arrived while this process was paused, and `give_up` be
    /// over: its first word then has a second left.
    pub(crate) fn new(
        upstream: &'a Upstream,
        endpoint: &'a Endpoint,
        give_up: Instant,
        deltas: &'a DeltaSender,
    ) -> Self {
        let give_up = give_up.max(Instant::now() + LAST);
        let (answer, inflate) = (Answer::default(), Inflate::default());
        Self { upstream, endpoint, deltas, answer, inflate, units: Vec::new(), out: Vec::new(), give_up }
    }

    /// The same, of an answer to a question that named no model. Which one answers is learned from the answer.
    pub(crate) fn learning_who_answers(mut self, is_wanted: bool) -> Self {
        self.answer.wants_name = is_wanted;
        self
    }

    /// The same, of an answer that goes on with the last message of its question.
    pub(crate) fn going_on(mut self, goes_on: bool) -> Self {
        if goes_on {
            self.answer.going_on();
        }
        self
    }

    /// Reads to the end.
    pub(crate) async fn read(&mut self, mut response: Response) -> Result<(), Failure> {
        let label = label(&response);
        self.inflate = Inflate::labelled(&label);
        self.answer.encoding = is_foreign(&label).then_some(label);
        let read = self.read_chunks(&mut response).await;
        if matches!(read, Ok(true)) {
            return Ok(());
        }
        let rest = self.inflate.finish();
        let is_over = self.take(&rest).await;
        read?;
        if is_over? {
            return Ok(());
        }
        let fed = self.answer.feed_end(&mut self.units);
        self.hear().await?;
        Ok(fed?)
    }

    /// Reads all that arrives, and tells whether the answer has ended in it.
    async fn read_chunks(&mut self, response: &mut Response) -> Result<bool, Failure> {
        while let Some(chunk) = self.next_chunk(response).await? {
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(self.inflate.piece(SLICE)));
                rest = after;
                if self.read_piece(piece).await? {
                    return Ok(true);
                }
            }
            self.tell_progress();
            self.extend_deadline();
        }
        Ok(false)
    }

    /// Reads one piece, which may be compressed and become much longer.
    async fn read_piece(&mut self, piece: &[u8]) -> Result<bool, Failure> {
        let (content, inflated) = self.inflate.feed(piece);
        for slice in content.chunks(SLICE) {
            if self.take(slice).await? {
                return Ok(true);
            }
        }
        if inflated.is_err() {
            return Err(Failure::Encoded(self.inflate.name().into()));
        }
        if self.inflate.is_at_work() {
            task::yield_now().await;
        }
        Ok(false)
    }

    /// Takes in some of the content, and passes on what it says.
    async fn take(&mut self, slice: &[u8]) -> Result<bool, Failure> {
        let fed = self.answer.feed(slice, &mut self.units);
        let is_over = self.hear().await;
        self.flush().await;
        if is_over? {
            return Ok(true);
        }
        fed?;
        if self.answer.length() >= self.upstream.limits.max_answer {
            return Err(Failure::TooMuch(self.upstream.limits.max_answer));
        }
        Ok(false)
    }

    /// Whether the model has begun to answer, or to think aloud.
    pub(crate) const fn has_begun(&self) -> bool {
        self.answer.has_begun()
    }

    /// Passes on the rest, and says how the answer ended, given how reading it did.
    pub(crate) async fn end(mut self, read: Result<(), Failure>) -> Exit {
        let exit = mem::take(&mut self.answer).end(read, self.upstream, &mut self.out);
        self.flush().await;
        exit
    }

    /// Hears all that has arrived, and tells whether that was the end of the answer.
    async fn hear(&mut self) -> Result<bool, Failure> {
        for unit in self.units.drain(..) {
            let (said, unit) = match unit {
                Unit::Json(json) => read_json(json).await,
                event @ Unit::Event(_) => (chunk::read(&event), event),
            };
            if self.answer.hear_all(said, &unit, &mut self.out)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next bytes; none at the end of the stream.
    async fn next_chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Failure> {
        match timeout_at(self.give_up, response.chunk()).await {
            Ok(chunk) => chunk.map_err(Failure::Cut),
            Err(_) => Err(self.silent()),
        }
    }

    /// Waits while the page is slow to read. Nothing is read meanwhile, so in the end the server has to wait too.
    async fn flush(&mut self) {
        if let Some(model) = self.answer.take_name() {
            self.endpoint.learn_answer(&model);
        }
        for delta in self.out.drain(..) {
            _ = self.deltas.send(delta).await; // without a page, this task is aborted where it waits next
        }
    }

    /// A server that says how far it has read is alive, however long its prompt is.
    fn tell_progress(&mut self) {
        let Some(percent) = self.answer.take_progress().filter(|_| !self.answer.has_begun()) else { return };
        self.deltas.progress(Progress::reading(percent));
        self.give_up = self.give_up.max(Instant::now() + self.upstream.limits.idle_timeout);
    }

    /// Waiting for the answer to begin has its time from the start; once it has begun, each silence has its own.
    fn extend_deadline(&mut self) {
        let now = Instant::now();
        if self.answer.is_finished() {
            self.give_up = self.give_up.min(now + USAGE_GRACE);
        } else if self.answer.has_begun() {
            self.give_up = now + self.upstream.limits.idle_timeout;
        } else if self.answer.is_empty() {
            self.give_up = self.give_up.min(now + self.upstream.limits.idle_timeout);
        }
    }

    fn silent(&self) -> Failure {
        let limits = &self.upstream.limits;
        Failure::Silent(if self.answer.has_begun() { limits.idle_timeout } else { limits.header_timeout })
    }
}

/// The name of the compression that the body is said to have.
fn label(response: &Response) -> String {
    let label = response.headers().get(CONTENT_ENCODING).and_then(|label| label.to_str().ok());
    label.unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether this compression can't be read.
fn is_foreign(label: &str) -> bool {
    !matches!(label, "" | "identity" | "gzip" | "x-gzip")
}

/// Interprets JSON outside of events. An answer in one piece can be long.
async fn read_json(json: String) -> (Vec<Parsed>, Unit) {
    let read = |json: &str| chunk::read_bare(json.trim());
    let (said, json) = parsed(json, read).await;
    (said, Unit::Json(json))
}

/// The first `most` bytes of the body as text. The rest isn't read.
pub(crate) async fn read_beginning(response: &mut Response, most: usize) -> Result<String, Failure> {
    let (mut body, mut inflate) = (Vec::new(), Inflate::labelled(&label(response)));
    while body.len() < most
        && let Some(chunk) = response.chunk().await.map_err(Failure::Cut)?
    {
        let mut rest = &chunk[..];
        while !rest.is_empty() && body.len() < most {
            let (slice, after) = rest.split_at(rest.len().min(inflate.piece(rest.len())));
            rest = after;
            let (content, inflated) = inflate.feed(slice);
            body.extend_from_slice(&content);
            inflated.map_err(|_| Failure::Encoded(inflate.name().into()))?;
        }
    }
    body.extend(inflate.finish());
    body.truncate(most);
    Ok(String::from_utf8_lossy(&body).into_owned())
}
