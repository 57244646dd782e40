//! Why a server gave no list of models.

/// Whether a server that gave no list is there, and whether one may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It loads its model.
    Loading,
    /// It is connected, and was silent for too long.
    Silent,
    /// It writes an answer of ours, which nothing may disturb.
    Busy,
    /// It wants a key, or another.
    Locked,
    /// It has no such list, or must not be asked for it, but may answer.
    NoList,
    /// It isn't there, or it is something else.
    Gone,
}

impl Absence {
    /// Whether there may be a list soon.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Self::Loading | Self::Silent | Self::Busy)
    }
}
