//! Where a block is cut that is too large to be parsed and drawn as one: a list of a hundred thousand items, a paragraph of
//! megabytes. Its parts become blocks of their own, which look the same but for the space between them.

use super::reopen::reopen;
use crate::markdown::source::line::{fence, is_blank, line_at, line_start, prefix, run};

/// A block that is longer than this, in bytes, is cut. WebKit lays out a growing table of 64 KiB in 300 ms a frame, and
/// hears no Stop meanwhile; one of 16 KiB takes 80 ms.
pub(crate) const GIANT: usize = 16 * 1024;

/// The length of a part.
pub(crate) const PART: usize = 8 * 1024;

/// A longer head of a table isn't repeated: there has to be room for rows beside it.
const LONGEST_HEAD: usize = PART / 8;

/// The place of a cut.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seam {
    /// So many bytes after its beginning.
    pub(crate) at: usize,
    /// The text that the second part begins with: the head of a table, or the result of [`reopen`].
    pub(crate) head: String,
}

/// The seam of a block that is longer than [`GIANT`]. The same block always has the same.
pub(crate) fn seam(block: &str) -> Seam {
    let part = block.get(..block.floor_char_boundary(PART)).unwrap_or_default();
    let table = table_head(part);
    // What the part before has put there is in this part, with something of the block after it.
    let least = if opens(line_at(part, 0)) { line_at(part, 0).len() + 1 } else { table.len() };
    let is_better = |at: &usize| !table.is_empty() || begins_a_block(line_at(block, *at));
    let starts = || part.rmatch_indices('\n').map(|(end, _)| end + 1).filter(|at| *at > least);
    // After a fence there would be no telling whether it has opened a code block or closed one. Before a blank line there is
    // none what the block goes on with.
    let is_clear = |at: &usize| !is_fence(line_at(part, line_start(part, at - 1))) && !is_blank(line_at(block, *at));
    let lines = || starts().filter(is_clear);
    let at = lines()
        .find(is_better)
        .or_else(|| lines().next())
        .or_else(|| part.rfind(' ').map(|at| at + 1).filter(|at| *at > least))
        .unwrap_or(part.len());
    let head = if table.is_empty() { reopen(part.get(..at).unwrap_or_default(), line_at(block, at)) } else { table };
    Seam { at, head }
}

/// Whether a line may be what [`reopen`] has written.
fn opens(line: &str) -> bool {
    is_fence(line) || prefix(line, usize::MAX).len == line.len()
}

/// Whether a line opens or closes a code block, in whatever block.
fn is_fence(line: &str) -> bool {
    let prefix = prefix(line, usize::MAX);
    fence(line.get(prefix.len..).unwrap_or_default()).is_some()
}

/// Whether a line can begin a part: an item or a quote at the margin.
fn begins_a_block(line: &str) -> bool {
    let prefix = prefix(line, 1);
    run(line, b' ') == 0 && prefix.quotes + prefix.items > 0
}

/// The first two lines of a table.
fn table_head(block: &str) -> String {
    let head: String = block.split_inclusive('\n').take(2).collect();
    let is_rule =
        |line: &str| line.contains('-') && line.contains('|') && line.bytes().all(|byte| b"|:- \t\n".contains(&byte));
    let is_head = head.len() <= LONGEST_HEAD && head.lines().nth(1).is_some_and(is_rule);
    if is_head { head } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_before_an_item_and_a_table_keeps_its_head() {
        let list = "- one\n  more\n- two\n\n  text\n".repeat(GIANT / 20);
        let Seam { at, head } = seam(&list);
        assert!(list[at..].starts_with("- ") && head.is_empty() && at > PART - 40);
        let table = ["| a | b |\n|---|:-:|\n", &"| 1 | 2 |\n".repeat(GIANT / 10)].concat();
        let Seam { at, head } = seam(&table);
        assert!(table[at..].starts_with("| 1") && head == "| a | b |\n|---|:-:|\n");
    }

    #[test]
    fn whatever_else_is_cut_between_lines_or_words_or_letters() {
        for (text, next) in [("a line\n", "a line"), ("word ", "word"), ("é", "é")] {
            let Seam { at, .. } = seam(&text.repeat(GIANT));
            assert!(at > PART / 2 && text.repeat(GIANT)[at..].starts_with(next), "{text:?}");
        }
    }
}
