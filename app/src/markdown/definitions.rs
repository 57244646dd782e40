//! Whether the text is complete as far as definitions of links and footnotes go.

/// Whether the definition of a used label may still arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Definitions {
    /// It may arrive. `[text][label]` and `[^note]` show no brackets, as if it had arrived.
    Awaited,
    /// None will arrive. An undefined label is text.
    Complete,
}
