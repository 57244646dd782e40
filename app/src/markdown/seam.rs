//! Where a block is cut that is too large to be parsed and drawn as one: a list of a hundred thousand items, a paragraph of
//! megabytes. Its parts become blocks of their own, which look the same but for the space between them.

use super::line::{lead, line_at, run};

/// A block that is longer than this, in bytes, is cut.
pub(super) const GIANT: usize = 64 * 1024;

/// How long its parts are.
const PART: usize = 16 * 1024;

/// Where a block is cut.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seam {
    /// So many bytes after its beginning.
    pub(super) at: usize,
    /// What the second part has to begin with: the head of a table.
    pub(super) head: String,
}

/// The seam of a block that is longer than [`GIANT`]. The same block always has the same.
pub(super) fn seam(block: &str) -> Seam {
    let part = block.get(..block.floor_char_boundary(PART)).unwrap_or_default();
    let head = table_head(part);
    let is_better = |at: &usize| *at > head.len() && (!head.is_empty() || begins_a_block(line_at(block, *at)));
    let starts = || part.rmatch_indices('\n').map(|(end, _)| end + 1);
    let at = starts()
        .find(is_better)
        .or_else(|| starts().find(|at| *at > head.len()))
        .or_else(|| part.rfind(' ').map(|at| at + 1))
        .filter(|at| *at > 0);
    Seam { at: at.unwrap_or(part.len()), head }
}

/// Whether a line can begin a part: an item or a quote at the margin.
fn begins_a_block(line: &str) -> bool {
    let lead = lead(line, 1);
    run(line, b' ') == 0 && lead.quotes + lead.items > 0
}

/// The first two lines of a table.
fn table_head(block: &str) -> String {
    let head: String = block.split_inclusive('\n').take(2).collect();
    let is_rule =
        |line: &str| line.contains('-') && line.contains('|') && line.bytes().all(|byte| b"|:- \t\n".contains(&byte));
    if head.lines().nth(1).is_some_and(is_rule) { head } else { String::new() }
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
