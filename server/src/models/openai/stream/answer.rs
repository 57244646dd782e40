//! The bytes of one answer as deltas, and as an end.

use crate::models::openai::{
    chunk::{
        self, Parsed,
        beyond::Beyond,
        choices::Choices,
        finish_reason::{Ended, Shortfall, is_at_limit, is_bad, is_error, is_known, is_visible},
        piece::Piece,
        repeat::{Came, Repeat},
        think_tags::Think,
    },
    connection::upstream::Upstream,
    error::{Failure, word},
    wire::{
        body::{Body, Unit, has_strays},
        surrogates::{Joiner, Marks},
    },
};
use app::chat::protocol::{
    answer::{Completion, Exit},
    message::{Delta, Was},
    usage::Usage,
};
use starcrossed::{Reason, wire::TooLong};
use std::mem;

/// The most bytes that are kept from the start of a body without an answer. They may have to be quoted.
const BEGINNING: usize = 16 * 1024;

/// An answer while it is coming in. Knows nothing of sockets and clocks.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    body: Body,
    /// The beginning of the body, until something is heard in it.
    beginning: Vec<u8>,
    think: Think,
    repeat: Repeat,
    text_halves: Joiner,
    thought_halves: Joiner,
    finish_reason: Option<String>,
    usage: Option<Usage>,
    choices: Choices,
    stage: Stage,
    heard: bool,
    length: usize,
    seen: Seen,
    beyond: Option<Beyond>,
    /// The percentage of the prompt that has been read, if it is new.
    read: Option<u8>,
    /// The name of the compression that the body is said to have.
    pub(crate) encoding: Option<String>,
    /// Whether the name of the model that answers is still to be looked for.
    pub(crate) wants_name: bool,
    name: Option<String>,
}

/// The stage of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// It may have more to say. A reason beside the first words counts if nothing follows, but may stand beside all others too.
    #[default]
    Open,
    /// Only usage can follow.
    Finished,
    /// More was said after the model had said that its answer is complete.
    GoneOn,
}

/// The kinds of content so far.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Text that can be seen, in this answer or in the one that it goes on with.
    text: bool,
    /// A thought that can be seen.
    thought: bool,
    /// JSON that is no part of an answer.
    unknown: bool,
}

impl Answer {
    /// The answer to a question whose last message is the answer's own beginning: to add nothing is to say that it is whole.
    pub(crate) fn going_on(&mut self) {
        self.seen.text = true;
    }

    /// Takes in what has arrived, and puts what it completes into `units`, to be heard one after the other.
    pub(crate) fn feed(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<(), TooLong> {
        if !self.heard {
            let more = bytes.len().min(BEGINNING - self.beginning.len());
            self.beginning.extend_from_slice(&bytes[..more]);
        }
        self.body.feed(bytes, units)
    }

    /// Ends the body, and closes what is open.
    pub(crate) fn feed_end(&mut self, units: &mut Vec<Unit>) -> Result<(), TooLong> {
        self.body.finish(units)
    }

    /// Hears all that one part of the body says, puts what a person is to be told into `out`, and tells whether that was the end.
    pub(crate) fn hear_all(&mut self, said: Vec<Parsed>, unit: &Unit, out: &mut Vec<Delta>) -> Result<bool, Failure> {
        for said in said {
            if self.hear(said, unit, out)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Hears one thing, puts what a person is to be told into `out`, and tells whether that was the end.
    fn hear(&mut self, said: Parsed, unit: &Unit, out: &mut Vec<Delta>) -> Result<bool, Failure> {
        if let Parsed::Piece(piece) = &said {
            if mem::take(&mut self.wants_name) {
                self.name = chunk::model_in(unit.text());
            }
            self.read = piece.read.or(self.read);
            if piece.is_progress() {
                return Ok(false);
            }
        }
        match said {
            Parsed::Nothing => return Ok(false),
            Parsed::Unknown => {
                self.seen.unknown = true;
                return Ok(false);
            }
            _ if self.heard => {}
            _ => (self.heard, self.beginning) = (true, Vec::new()),
        }
        match said {
            Parsed::Piece(piece) => self.add(piece, out),
            Parsed::Done => return Ok(true),
            Parsed::Error(words) => return Err(Failure::Reported(words)),
            Parsed::Unrecognized(_) if self.body.is_over() && self.has_begun() => {} // half an event: the answer was cut in the middle of it
            Parsed::Unrecognized(text) => return Err(Failure::Unrecognized(text)),
            Parsed::Nothing | Parsed::Unknown => {}
        }
        Ok(false)
    }

    /// Ends the answer, however reading it went: held-back text comes out. Returns the exit for the page.
    pub(crate) fn end(mut self, read: Result<(), Failure>, upstream: &Upstream, out: &mut Vec<Delta>) -> Exit {
        if let Some(held) = self.choices.rest() {
            self.take(held, out);
        }
        let (thought, text) = (self.thought_halves.rest(), self.text_halves.rest());
        self.flush(thought, text, out);
        let told = out.len();
        self.think.finish(out);
        self.look_at(&out[told..]);
        let reason = self.finish_reason.clone().map(|reason| word(&reason, upstream));
        let finish_reason = reason.map(|reason| if is_at_limit(&reason) { "length".into() } else { reason });
        let usage = self.usage;
        let exit = match self.outcome(read) {
            Ok(()) => Exit::new(Reason::Normal),
            Err(failure) => failure.exit(upstream),
        };
        Exit { result: Completion { finish_reason, usage, ..exit.result }, ..exit }
    }

    /// Whether the model has said that its answer is complete. Usage may still follow.
    pub(crate) fn is_finished(&self) -> bool {
        self.stage == Stage::Finished
    }

    /// Whether the model has ended its answer before it has said anything. It may have more to say.
    pub(crate) const fn is_empty(&self) -> bool {
        self.finish_reason.is_some() && !self.has_said_something()
    }

    /// Whether something was said, by this answer or by the one that it goes on with.
    const fn has_said_something(&self) -> bool {
        self.length > 0 || self.seen.text
    }

    /// Whether the model has begun to answer, or to think aloud.
    pub(crate) const fn has_begun(&self) -> bool {
        self.length > 0
    }

    /// The percentage of the prompt that has been read, if it has changed since the last call.
    pub(crate) fn take_progress(&mut self) -> Option<u8> {
        self.read.take()
    }

    /// The name of the model that answers, once, if that was wanted and is known.
    pub(crate) fn take_name(&mut self) -> Option<String> {
        self.name.take()
    }

    /// The bytes of text and reasoning, including those that aren't shown.
    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    /// The outcome of the answer, given the outcome of reading it. Once the answer is complete, a later error changes nothing.
    fn outcome(self, read: Result<(), Failure>) -> Result<(), Failure> {
        let (has_text, has_thought) = (self.seen.text, self.seen.thought);
        let failure = match (self.finish_reason, read) {
            (Some(_), Err(failure)) if self.stage == Stage::GoneOn => failure,
            (Some(reason), _) if is_error(&reason) => Failure::Reported(String::new()),
            (Some(reason), _) => {
                let ended = Ended { reason, has_text, has_thought, beyond: self.beyond };
                let Some(shortfall) = ended.shortfall() else { return Ok(()) };
                Failure::Short(shortfall)
            }
            (None, Err(failure)) if self.length > 0 => return Err(Failure::Part(Box::new(failure))),
            (None, Err(failure)) => return Err(failure),
            (None, Ok(())) if has_text || has_thought => return Err(Failure::Incomplete),
            (None, Ok(())) => match self.beyond {
                Some(beyond) => Failure::Short(Shortfall::Beyond(beyond)),
                None => match unheard(&self.beginning, self.seen.unknown) {
                    Failure::Unrecognized(words) => {
                        self.encoding.map_or(Failure::Unrecognized(words), Failure::Encoded)
                    }
                    failure => failure,
                },
            },
        };
        Err(if has_text { Failure::Part(Box::new(failure)) } else { failure })
    }

    fn add(&mut self, piece: Piece, out: &mut Vec<Delta>) {
        self.usage = piece.usage.or(self.usage);
        for piece in self.choices.next(piece).into_iter().flatten() {
            self.take(piece, out);
        }
    }

    /// Takes in a piece of the answer that is read.
    fn take(&mut self, mut piece: Piece, out: &mut Vec<Delta>) {
        let (was_ended, has_begun) = (self.finish_reason.is_some(), self.length > 0);
        let has_reason = piece.finish_reason.as_deref().is_some_and(|reason| is_known(reason) || is_error(reason));
        let came = Came { is_message: piece.is_message, is_last: piece.finish_reason.is_some() };
        if !self.finish_reason.as_deref().is_some_and(is_bad) {
            self.finish_reason = piece.finish_reason.take().or(self.finish_reason.take());
        }
        self.beyond = Beyond::first(self.beyond.take(), piece.beyond);
        let marks = Marks { halves: piece.has_halves, bytes: self.body.has_strays() };
        let mut thought = self.thought_halves.join(piece.reasoning, marks);
        let text = self.text_halves.join(piece.text, marks);
        if thought.is_empty() && !text.is_empty() {
            thought = self.thought_halves.rest(); // the thought is over
        }
        let (text, thought) = self.repeat.fresh(text, thought, came);
        let has_words = !(text.is_empty() && thought.is_empty());
        self.stage = match self.stage {
            _ if has_words && has_begun && was_ended => Stage::GoneOn,
            _ if has_reason && (has_begun || !has_words && self.has_said_something()) => Stage::Finished,
            stage => stage,
        };
        self.flush(thought, text, out);
    }

    fn flush(&mut self, thought: String, text: String, out: &mut Vec<Delta>) {
        self.length += text.len() + thought.len();
        let told = out.len();
        if !thought.is_empty() {
            self.think.thinks_elsewhere();
            out.push(Delta::Reasoning(thought));
        }
        self.think.push(text, out);
        self.look_at(&out[told..]);
    }

    /// Looks whether something can be seen of what a person is told.
    fn look_at(&mut self, told: &[Delta]) {
        for delta in told {
            match delta {
                Delta::Text(text) => self.seen.text = self.seen.text || is_visible(text),
                Delta::Reasoning(thought) => self.seen.thought = self.seen.thought || is_visible(thought),
                Delta::TextWas(Was::Reasoning) => {
                    self.seen.thought |= self.seen.text;
                    self.seen.text = false;
                }
            }
        }
    }
}

/// Why there is no answer in a body that began like this.
fn unheard(beginning: &[u8], has_unknown: bool) -> Failure {
    let beginning = String::from_utf8_lossy(beginning).into_owned();
    if has_unknown || has_strays(&beginning) {
        return Failure::Unrecognized(beginning);
    }
    Failure::Short(Shortfall::Nothing { is_cut: false })
}

impl From<TooLong> for Failure {
    fn from(_: TooLong) -> Self {
        Self::TooLong
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use crate::models::openai::replay;

    /// A stream that has in it what can go wrong at a split: characters of several bytes, line ends of every kind,
    /// comments, a thought in tags, and no blank line at its end.
    const STREAM: &str = concat!(
        ": ping\r\n\r\n",
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n",
        "data:{\"choices\":[{\"delta\":{\"content\":\"<thi\"}}]}\r\r",
        "data: {\"choices\":[{\"delta\":{\"content\":\"nk>Grüße\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"?</think>\\n\\nHallo 🌟\"}}]}\n\n",
        "data:\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
    );

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (String, String, Exit) {
        let (out, exit) = replay::stream(&upstream(), pieces);
        let (mut text, mut reasoning) = (String::new(), String::new());
        for delta in out {
            match delta {
                Delta::Text(more) => text += &more,
                Delta::Reasoning(more) => reasoning += &more,
                Delta::TextWas(Was::Reasoning) => reasoning += &mem::take(&mut text),
            }
        }
        (text, reasoning, exit)
    }

    fn upstream() -> Upstream {
        Upstream::new("http://127.0.0.1/v1".parse().unwrap())
    }

    #[test]
    fn an_answer_is_the_same_wherever_its_bytes_were_split() {
        let bytes = STREAM.as_bytes();
        let whole = read([bytes]);
        let usage = Some(Usage { prompt_tokens: 1, completion_tokens: 2 });
        let result = Completion { finish_reason: Some("stop".into()), usage, ..Completion::default() };
        let exit = Exit { result, ..Exit::new(Reason::Normal) };
        assert_eq!(whole, ("Hallo 🌟".into(), "Grüße?".into(), exit));
        assert_eq!(read(bytes.chunks(1)), whole, "byte by byte");
        for first in 0..bytes.len() {
            for second in [first + 1, first + 2, first + 3, first + 40].map(|at| at.min(bytes.len())) {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(read(pieces), whole, "split at {first} and {second}");
            }
        }
    }

    /// Hears a stream of these deltas.
    fn heard(deltas: &[&str], finish_reason: Option<&str>) -> (Answer, Vec<Delta>) {
        let (mut answer, mut units, mut out) = (Answer::default(), Vec::new(), Vec::new());
        for content in deltas {
            let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{content}\"}}}}]}}\n\n");
            answer.feed(event.as_bytes(), &mut units).unwrap();
        }
        if let Some(reason) = finish_reason {
            let event = format!("data: {{\"choices\":[{{\"finish_reason\":\"{reason}\"}}]}}\n\n");
            answer.feed(event.as_bytes(), &mut units).unwrap();
        }
        for unit in units {
            answer.hear_all(chunk::read(&unit), &unit, &mut out).unwrap();
        }
        (answer, out)
    }

    #[test]
    fn what_nobody_is_shown_counts_too() {
        let (answer, out) = heard(&["<think>Hm</think>", "\\n\\n", "\\n"], None);
        assert_eq!((answer.length(), out), (20, vec![Delta::Reasoning("Hm".into())]));
    }

    #[test]
    fn an_answer_without_a_finish_reason_is_incomplete() {
        let (answer, _) = heard(&["Hi"], None);
        assert!(matches!(answer.outcome(Ok(())), Err(Failure::Incomplete)));
        let nothing = Shortfall::Nothing { is_cut: false };
        assert!(matches!(Answer::default().outcome(Ok(())), Err(Failure::Short(what)) if what == nothing));
    }

    #[test]
    fn an_answer_that_goes_on_may_have_nothing_to_add() {
        let (mut answer, _) = heard(&[], Some("stop"));
        answer.going_on();
        assert!(answer.outcome(Ok(())).is_ok());
    }
}
