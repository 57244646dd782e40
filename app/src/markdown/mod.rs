//! Markdown to HTML, while it arrives.
//!
//! A [`Document`] takes an answer as it streams in and says what to do to the page: which blocks have become final, and what
//! to show of the one that is still growing. [`to_html`] gives the same for a text that is there as a whole; whatever the
//! pieces an answer came in, what a [`Document`] has put together in the end is what [`to_html`] gives, byte for byte.
//!
//! | where | what |
//! |---|---|
//! | `document`, `patch` | what is final, what is the tail, and when to look |
//! | `split` | blocks that are too large for one frame, cut at a seam; code blocks that are still open |
//! | `references` | links and footnotes that are defined after they are used |
//! | `mend` | the tail as if it were complete: `**bo` is bold; and what can't be told yet, held back |
//! | `outline` | headings that leave a level out |
//! | `formula`, `source` | the text as the parser shall see it |
//! | `definitions` | whether a definition may still arrive |
//! | `parse`, `render` | the parser (pulldown-cmark), and its events as HTML |
//!
//! The HTML is ours alone: raw HTML in an answer is text (but `<br>` in a cell of a table), a link goes to `http:`, `https:`
//! or `mailto:` or is text, an image is a link. There are no styles, no scripts and no event handlers in it.
//!
//! # What it costs
//! - [`Document::push`] appends.
//! - [`Document::render`] costs what has arrived, plus the block that is still growing while that is smaller than
//!   [`EAGER`]: it is parsed twice at most, for the tail and to see whether it has ended. A larger one is looked at again only
//!   after it has grown by 1/32, or after a fifth of a second, at 1.3 MB parsed in a second at most. A code block at the top
//!   level isn't parsed before it is closed: each character of it is looked at once.
//! - The definitions so far are parsed again with each of those, up to 4 KB of them.
//! - A block of more than 16 KiB is cut into parts of some 8 KiB, which become blocks of their own; the parts of a code block
//!   look like one. What is defined in a text of more than 256 KiB has no effect on what was final before.
//! - A definition that changes what is final makes a rewrite. All the rewrites but the last cost at most eight times the
//!   length of the text; a definition that comes when that is spent has its effect when the answer ends.

mod definitions;
mod document;
mod formula;
mod mend;
mod outline;
mod parse;
mod patch;
mod references;
mod render;

pub mod source;
pub mod split;
#[cfg(test)]
mod tests;

pub use document::{Document, EAGER};
pub use outline::Outline;
pub use patch::{Patch, Tail};

/// The whole of `source` as HTML. `ids` starts every id in it, and must be another for every text of a page.
pub fn to_html(ids: &str, source: &str) -> String {
    let mut document = Document::new(ids);
    document.push(source);
    document.finish();
    document.render(0).frozen
}
