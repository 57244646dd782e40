//! The bytes of one answer as deltas, and as an end.

use super::{
    dialect::{self, Piece, Said},
    failure::{Failure, word},
    think::Think,
    upstream::Upstream,
};
use app::{
    chat::message::Delta,
    link::{
        Exit, Reason, Usage,
        decode::{Decoder, Frame, TooLong},
    },
};
use std::mem;

/// An answer while it is coming in. Knows nothing of sockets and clocks.
#[derive(Debug, Default)]
pub(super) struct Answer {
    decoder: Decoder,
    think: Think,
    finish_reason: Option<String>,
    usage: Option<Usage>,
    heard: bool,
    length: usize,
    /// How much of the prompt has been read, in percent, if that is news.
    read: Option<u8>,
    /// Whether the name of the model that answers is still to be looked for.
    pub(super) wants_name: bool,
    name: Option<String>,
}

impl Answer {
    /// Takes in what has arrived, puts what it says into `out`, and tells whether that was the end of it.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<Delta>) -> Result<bool, Failure> {
        self.decoder.feed(bytes);
        while let Some(frame) = self.decoder.next()? {
            if self.take(&frame, out)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Nothing more will arrive, so what was not closed is.
    pub(super) fn feed_end(&mut self, out: &mut Vec<Delta>) -> Result<(), Failure> {
        match self.decoder.finish()? {
            Some(frame) => self.take(&frame, out).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Takes in an answer that came in one piece: what it says, and its body.
    pub(super) fn take_whole(&mut self, said: Said, body: &str, out: &mut Vec<Delta>) -> Result<(), Failure> {
        self.hear(said, body, out).map(|_| ())
    }

    /// The answer is over, however reading it went: what was held back comes out, and this is what a person is told.
    pub(super) fn end(mut self, read: Result<(), Failure>, upstream: &Upstream, out: &mut Vec<Delta>) -> Exit {
        self.think.finish(out);
        let exit = self.outcome(read).unwrap_or_else(|failure| failure.exit(upstream));
        Exit { finish_reason: exit.finish_reason.map(|reason| word(&reason, upstream)), ..exit }
    }

    /// Whether the model has said that its answer is complete. Usage may still follow.
    pub(super) const fn is_finished(&self) -> bool {
        self.finish_reason.is_some()
    }

    /// Whether the model has begun to answer, or to think aloud.
    pub(super) const fn has_begun(&self) -> bool {
        self.length > 0
    }

    /// How much of the prompt has been read, if something was said of that since this was asked last.
    pub(super) fn take_progress(&mut self) -> Option<u8> {
        self.read.take()
    }

    /// The name of the model that answers, once, if that was wanted and is known.
    pub(super) fn take_name(&mut self) -> Option<String> {
        self.name.take()
    }

    /// How many bytes the model has said or thought, those included that nobody is shown.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// How the answer ended, given how reading it did. Once the model has said that it is complete, nothing that goes
    /// wrong later changes that.
    fn outcome(self, read: Result<(), Failure>) -> Result<Exit, Failure> {
        match (self.finish_reason, read) {
            (Some(reason), _) if reason == "error" => Err(Failure::Said(String::new())),
            (Some(reason), _) => {
                Ok(Exit { finish_reason: Some(reason), usage: self.usage, ..Exit::new(Reason::Normal) })
            }
            (None, Err(failure)) if self.length > 0 => Err(Failure::Part(Box::new(failure))),
            (None, Err(failure)) => Err(failure),
            (None, Ok(())) if self.heard => Err(Failure::Incomplete),
            (None, Ok(())) => Err(Failure::Empty),
        }
    }

    fn take(&mut self, frame: &Frame, out: &mut Vec<Delta>) -> Result<bool, Failure> {
        let said = dialect::read(frame);
        self.hear(said, &frame.data, out)
    }

    fn hear(&mut self, said: Said, words: &str, out: &mut Vec<Delta>) -> Result<bool, Failure> {
        if let Said::Piece(piece) = &said {
            if mem::take(&mut self.wants_name) {
                self.name = dialect::model_in(words);
            }
            self.read = piece.read.or(self.read);
            if piece.is_progress() {
                return Ok(false);
            }
        }
        self.heard |= said != Said::Nothing;
        match said {
            Said::Nothing => {}
            Said::Piece(piece) => self.add(piece, out),
            Said::Done => return Ok(true),
            Said::Error(words) => return Err(Failure::Said(words)),
            Said::Rubbish => return Err(Failure::Rubbish(words.to_owned())),
        }
        Ok(false)
    }

    fn add(&mut self, piece: Piece, out: &mut Vec<Delta>) {
        self.length += piece.text.len() + piece.reasoning.len();
        out.extend((!piece.reasoning.is_empty()).then_some(Delta::Reasoning(piece.reasoning)));
        self.think.push(piece.text, out);
        self.finish_reason = piece.finish_reason.or(self.finish_reason.take());
        self.usage = piece.usage.or(self.usage);
    }
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
        let (mut answer, mut out) = (Answer::default(), Vec::new());
        for piece in pieces {
            assert!(!answer.feed(piece, &mut out).unwrap());
        }
        answer.feed_end(&mut out).unwrap();
        let exit = answer.end(Ok(()), &upstream(), &mut out);
        let (mut text, mut reasoning) = (String::new(), String::new());
        for delta in out {
            match delta {
                Delta::Text(more) => text += &more,
                Delta::Reasoning(more) => reasoning += &more,
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
        let exit = Exit { finish_reason: Some("stop".into()), usage, ..Exit::new(Reason::Normal) };
        assert_eq!(whole, ("Hallo 🌟".into(), "Grüße?".into(), exit));
        assert_eq!(read(bytes.chunks(1)), whole, "byte by byte");
        for first in 0..bytes.len() {
            for second in [first + 1, first + 2, first + 3, first + 40].map(|at| at.min(bytes.len())) {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(read(pieces), whole, "split at {first} and {second}");
            }
        }
    }

    #[test]
    fn what_nobody_is_shown_counts_too() {
        let (mut answer, mut out) = (Answer::default(), Vec::new());
        for content in ["<think>Hm</think>", "\\n\\n", "\\n"] {
            let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{content}\"}}}}]}}\n\n");
            answer.feed(event.as_bytes(), &mut out).unwrap();
        }
        assert_eq!((answer.length(), out), (20, vec![Delta::Reasoning("Hm".into())]));
    }

    #[test]
    fn an_answer_without_a_finish_reason_is_incomplete() {
        let (mut answer, mut out) = (Answer::default(), Vec::new());
        answer.feed(b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n", &mut out).unwrap();
        assert!(answer.feed(b"data: [DONE]\n\n", &mut out).unwrap());
        assert!(matches!(answer.outcome(Ok(())), Err(Failure::Incomplete)));
        assert!(matches!(Answer::default().outcome(Ok(())), Err(Failure::Empty)));
    }
}
