//! Parts of an answer that are neither text nor reasoning.

/// A part of an answer that is neither text nor reasoning. The page can show none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// A call of the tool of this name, which may be unknown.
    Tool(String),
    /// A picture.
    Picture,
    /// Something to hear.
    Sound,
    /// Something to watch.
    Video,
    /// Content of this type.
    Other(String),
}

impl Beyond {
    /// The first of two, with the tool's name, which may come later than the call.
    pub(crate) fn first(this: Option<Self>, next: Option<Self>) -> Option<Self> {
        match (this, next) {
            (Some(Self::Tool(name)), Some(Self::Tool(next))) if name.is_empty() => Some(Self::Tool(next)),
            (this, next) => this.or(next),
        }
    }
}
