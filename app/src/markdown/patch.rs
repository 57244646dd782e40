//! What a document says to the page.

/// What to do to the page, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Throw away all that is there, the tail's content too.
    pub rewrite: bool,
    /// HTML to be put before the tail: it won't change (unless there is a rewrite).
    pub frozen: String,
    /// What becomes of the tail.
    pub tail: Tail,
}

/// What becomes of the content of the tail element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// It stays.
    #[default]
    Unchanged,
    /// It is replaced by this HTML.
    Html(String),
    /// This text (no HTML) is appended to the text of its `code` element.
    Code(String),
}
