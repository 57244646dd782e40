//! The changes that a document asks the page to make.

/// The changes to the page, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Whether to remove all existing content first, including the tail's.
    pub rewrite: bool,
    /// HTML to insert before the tail. It won't change unless there is a rewrite.
    pub frozen: String,
    /// The change to the tail.
    pub tail: Tail,
}

/// The new content of the tail element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// The content stays the same.
    #[default]
    Unchanged,
    /// It is replaced by this HTML.
    Html(String),
    /// This text (no HTML) is appended to the text of its `code` element.
    Code(String),
}
