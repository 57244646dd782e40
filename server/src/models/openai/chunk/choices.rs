//! Finds the pieces that belong to the answer that is read. One answer is asked for, so the index of each piece should be 0. Some servers
//! send several answers all the same. Others count tokens in the index: TGI before its pull request 1648, Foundry Local.

use crate::models::openai::chunk::piece::Piece;

/// Pieces in, and out come those of one answer: of several, the first that says something.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// The index of the answer that is read.
    read: Option<u64>,
    /// The index of the last piece.
    last: Option<u64>,
    /// The first piece with a higher index. The next piece shows whether it is more of the answer.
    held: Option<Piece>,
    /// Whether another index is another answer.
    is_several: bool,
    /// Whether the index counts tokens: then every piece is read.
    is_counted: bool,
}

impl Choices {
    /// The pieces that are to be read now that this one has come.
    pub(crate) fn next(&mut self, piece: Piece) -> [Option<Piece>; 2] {
        let Some(index) = piece.choice else { return [None, Some(piece)] };
        let goes_back = self.last.replace(index).is_some_and(|last| index < last);
        self.is_several |= piece.is_one_of_several;
        let says_something = piece.says_something();
        let Some(read) = self.read else {
            self.is_several |= goes_back || says_something && piece.finish_reason.is_some();
            self.read = says_something.then_some(index);
            let is_read = says_something || index == 0 || piece.finish_reason.is_none();
            return [None, is_read.then_some(piece)];
        };
        if self.is_counted {
            if goes_back && says_something {
                (self.read, self.is_counted, self.is_several) = (Some(index), false, true);
            }
            return [None, Some(piece)];
        }
        if index == read {
            self.is_several |= goes_back || says_something;
            self.drop_others();
            return [None, Some(piece)];
        }
        self.is_several |= index < read;
        self.drop_others();
        if self.is_several || !(says_something || piece.finish_reason.is_some()) {
            return [None, None];
        }
        self.count(index, piece)
    }

    /// The piece that was held to the end of the answer. Nothing has shown that it belongs to another.
    pub(crate) const fn rest(&mut self) -> Option<Piece> {
        self.held.take()
    }

    /// Looks whether the index goes on as if it counted tokens.
    fn count(&mut self, index: u64, piece: Piece) -> [Option<Piece>; 2] {
        match self.held.take() {
            None => self.held = Some(piece),
            Some(held) if held.choice < Some(index) => {
                self.is_counted = true;
                return [Some(held), Some(piece)];
            }
            Some(held) if !piece.says_something() => {
                let finish_reason = held.finish_reason.or(piece.finish_reason);
                self.held = Some(Piece { finish_reason, ..held });
            }
            Some(_) => self.is_several = true,
        }
        [None, None]
    }

    fn drop_others(&mut self) {
        if self.is_several {
            self.held = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text and the finish reason that come of these pieces.
    fn read(pieces: &[(u64, &str, bool)]) -> (String, bool) {
        let mut choices = Choices::default();
        let piece = |(choice, text, is_last): &(u64, &str, bool)| Piece {
            choice: Some(*choice),
            text: (*text).into(),
            finish_reason: is_last.then(|| "stop".into()),
            ..Piece::default()
        };
        let mut read = pieces.iter().flat_map(|next| choices.next(piece(next))).flatten().collect::<Vec<_>>();
        read.extend(choices.rest());
        (read.iter().map(|piece| piece.text.as_str()).collect(), read.iter().any(|piece| piece.finish_reason.is_some()))
    }

    #[test]
    fn an_index_that_counts_tokens_leaves_nothing_out() {
        for pieces in [
            &[(1, "I", false), (2, "'", false), (3, "m", true)][..],
            &[(0, "I", false), (1, "'", false), (2, "m", true)],
            &[(0, "", false), (0, "I", false), (1, "'", false), (2, "", false), (3, "m", false), (0, "", true)],
            &[(0, "I'", false), (1, "m", true)],
            &[(0, "I'm", false), (1, "", true)],
            &[(0, "I'", false), (1, "m", false), (1, "", true)],
            &[(4, "I'", false), (6, "m", false), (9, "", true)],
        ] {
            assert_eq!(read(pieces), ("I'm".into(), true), "{pieces:?}");
        }
    }

    #[test]
    fn of_several_answers_the_first_is_read() {
        for pieces in [
            &[(0, "He", false), (1, "XX", false), (0, "llo", false), (1, "", true), (0, "", true)][..],
            &[(0, "He", false), (0, "llo", true), (1, "X", false), (2, "X", false), (3, "X", true)],
            &[(0, "", false), (1, "", false), (0, "Hello", false), (1, "X", false), (2, "X", false), (0, "", true)],
            &[(0, "Hello", true), (1, "X", true), (2, "X", true)],
            &[(1, "He", false), (0, "X", false), (2, "X", false), (1, "llo", false), (0, "", true), (1, "", true)],
            &[(0, "Hello", false), (1, "X", false), (1, "X", true), (0, "", true)],
        ] {
            assert_eq!(read(pieces), ("Hello".into(), true), "{pieces:?}");
        }
    }
}
