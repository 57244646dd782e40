//! Pieces of an answer: the text that arrived since its record was written.
//!
//! Writing a whole long answer many times a second would cost more than drawing it. So the record is written seldom, and the
//! text in between is saved as pieces. A reader of the record appends them. The last piece of a long answer has its end. So
//! the end is saved at once, and the record can be written in slices.

use super::Message;
use crate::chat::protocol::answer::Exit;
use serde::{Deserialize, Serialize};

/// The length of an answer, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// The length of its text.
    pub text: usize,
    /// The length of its reasoning.
    pub reasoning: usize,
}

/// The part of an answer that arrived between two saves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Piece {
    /// The id of the answer.
    #[serde(rename = "of")]
    pub answer_id: String,
    /// The id of the tab that writes it.
    pub writer: String,
    /// The length of the answer before this piece.
    pub after: Extent,
    /// The text that was added.
    pub text: String,
    /// The reasoning that was added.
    pub reasoning: String,
    /// The time of this save, in milliseconds since 1970. The other times and the count are those of [`Message`].
    pub saved_ms: u64,
    /// See [`Message::first_ms`].
    pub first_ms: u64,
    /// See [`Message::thought_ms`].
    pub thought_ms: u64,
    /// See [`Message::took_ms`].
    pub took_ms: u64,
    /// See [`Message::deltas`].
    pub deltas: u64,
    /// The answer's end, if this is its last piece. An older version of this page shows such an answer as interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
    /// See [`Message::tokens`]. Set in the last piece alone.
    pub tokens: u64,
}

impl Piece {
    /// Whether the piece adds nothing to the answer except its times.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.exit.is_none()
    }

    /// The sort key among the pieces of one answer. Text is only ever appended, so it grows from piece to piece.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.after.text + self.after.reasoning
    }
}

impl Message {
    /// The length of this message.
    #[must_use]
    pub const fn extent(&self) -> Extent {
        Extent { text: self.text.len(), reasoning: self.reasoning.len() }
    }

    /// The piece after `kept`. None if the message is shorter than that.
    #[must_use]
    pub fn piece_after(&self, kept: Extent, now_ms: u64) -> Option<Piece> {
        let text = self.text.get(kept.text..)?;
        let reasoning = self.reasoning.get(kept.reasoning..)?;
        Some(Piece {
            answer_id: self.id.clone(),
            writer: self.writer.clone(),
            after: kept,
            text: text.to_owned(),
            reasoning: reasoning.to_owned(),
            saved_ms: now_ms,
            first_ms: self.first_ms,
            thought_ms: self.thought_ms,
            took_ms: self.took_ms,
            deltas: self.deltas,
            tokens: if self.exit.is_some() { self.tokens } else { 0 },
            exit: self.exit.clone(),
        })
    }

    /// Appends a saved piece. A piece that doesn't fit is left out: the one before it is missing, or another tab has taken
    /// over the answer since.
    pub fn add_piece(&mut self, piece: Piece) {
        let fits = piece.answer_id == self.id && piece.writer == self.writer && piece.after == self.extent();
        if !fits || self.exit.is_some() {
            return;
        }
        self.text.push_str(&piece.text);
        self.reasoning.push_str(&piece.reasoning);
        self.saved_ms = piece.saved_ms;
        self.first_ms = piece.first_ms;
        self.thought_ms = piece.thought_ms;
        self.took_ms = piece.took_ms;
        self.deltas = piece.deltas;
        if piece.exit.is_some() {
            self.tokens = piece.tokens;
            self.exit = piece.exit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{
        conversation::Provenance,
        protocol::{
            answer::{AnswerItem, Event, Exit},
            message::Delta,
        },
    };
    use starcrossed::Reason;

    fn answer() -> Message {
        let stamp = Provenance { id: "a".into(), writer: "here".into(), now_ms: 1000 };
        Message::answer(stamp, None, "demo".into())
    }

    fn text(text: &str) -> Event {
        Event::Item(AnswerItem::Delta(Delta::Text(text.into())))
    }

    fn thought(text: &str) -> Event {
        Event::Item(AnswerItem::Delta(Delta::Reasoning(text.into())))
    }

    /// An answer as it grows, its record as it began, and a piece for each step.
    fn grown() -> (Message, Message, Vec<Piece>) {
        let (mut message, record) = (answer(), answer());
        let mut kept = record.extent();
        let mut pieces = Vec::new();
        let steps = [(1100, thought("hm")), (1300, text("Grüße")), (1400, thought("!")), (1500, text(", you"))];
        for (now_ms, event) in steps {
            message.apply(event, now_ms);
            pieces.extend(message.piece_after(kept, now_ms));
            kept = message.extent();
        }
        (message, record, pieces)
    }

    #[test]
    fn a_record_and_its_pieces_are_the_whole_answer() {
        let (message, mut record, pieces) = grown();
        let places: Vec<usize> = pieces.iter().map(Piece::place).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        for piece in pieces {
            let written = serde_json::to_string(&piece).unwrap();
            record.add_piece(serde_json::from_str(&written).unwrap());
        }
        assert_eq!(record, Message { saved_ms: 1500, ..message });
    }

    #[test]
    fn the_last_piece_has_the_end_of_the_answer() {
        let (mut message, mut record, pieces) = grown();
        let kept = message.extent();
        message.apply(text("."), 1600);
        message.apply(Event::Exit(Exit::new(Reason::Killed)), 1700);
        let last = message.piece_after(kept, 1700).unwrap();
        let empty = message.piece_after(message.extent(), 1700).unwrap();
        assert!(!last.is_empty() && !empty.is_empty());
        for piece in pieces.iter().chain([&last, &empty]) {
            let written = serde_json::to_string(piece).unwrap();
            record.add_piece(serde_json::from_str(&written).unwrap());
        }
        assert_eq!(record, Message { saved_ms: 1700, ..message });
    }

    #[test]
    fn nothing_new_makes_an_empty_piece() {
        let (message, ..) = grown();
        let piece = message.piece_after(message.extent(), 2000).unwrap();
        assert!(piece.is_empty());
        let mut later = message.clone();
        later.add_piece(piece);
        assert_eq!(later, Message { saved_ms: 2000, ..message.clone() });
        assert_eq!(message.piece_after(Extent { text: 1000, reasoning: 0 }, 2000), None);
    }

    #[test]
    fn after_a_missing_piece_nothing_is_added() {
        let (_, mut record, mut pieces) = grown();
        pieces.remove(1);
        for piece in pieces {
            record.add_piece(piece);
        }
        assert_eq!((record.text.as_str(), record.reasoning.as_str()), ("", "hm"));
    }

    #[test]
    fn a_piece_that_is_in_the_record_already_is_not_added_again() {
        let (message, _, pieces) = grown();
        let mut record = message.clone();
        for piece in pieces {
            record.add_piece(piece);
        }
        assert_eq!(record, message);
    }

    #[test]
    fn what_has_ended_or_was_taken_over_takes_no_piece() {
        let (_, record, pieces) = grown();
        let ended = Message { exit: Some(Exit::new(Reason::Killed)), ..record.clone() };
        let taken = Message { writer: "there".into(), ..record };
        for mut record in [ended, taken] {
            record.add_piece(pieces[0].clone());
            assert_eq!(record.reasoning, "");
        }
    }

    #[test]
    fn a_piece_is_no_message_to_who_knows_no_pieces() {
        let (.., pieces) = grown();
        let read: Message = serde_json::from_str(&serde_json::to_string(&pieces[0]).unwrap()).unwrap();
        assert_eq!(read.id, "", "a record without an id is skipped");
    }
}
