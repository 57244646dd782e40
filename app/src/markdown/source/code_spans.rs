//! Finds the end of a code span.

use super::line::{breaks_at, run};

/// Longer runs of backticks open no code span. (They do in CommonMark; nobody has ever written one.)
const LONGEST: usize = 16;

/// The code spans of one paragraph. Remembers what it hasn't found, so that ten thousand lone backticks cost no more than
/// one walk through the paragraph for each length.
#[derive(Debug, Default)]
pub(crate) struct CodeSpans {
    /// By length: there is no such run after here.
    none_after: [Option<usize>; LONGEST + 1],
}

impl CodeSpans {
    /// The end of the code span that the run of `len` backticks at `at` opens, unless a break comes first.
    pub(crate) fn end_of_span(&mut self, text: &str, at: usize, len: usize) -> Option<usize> {
        let none_after = self.none_after.get_mut(len)?;
        if none_after.is_some_and(|none| at >= none) {
            return None;
        }
        let end = find(text, at + len, len);
        if end.is_none() {
            *none_after = Some(at);
        }
        end
    }
}

fn find(text: &str, from: usize, len: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'`' => {
                let found = run(text.get(at..)?, b'`');
                at += found;
                if found == len {
                    return Some(at);
                }
            }
            b'\n' if breaks_at(text, at) => return None,
            _ => at += 1,
        }
    }
}
