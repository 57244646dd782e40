//! The words for the end of a task. One act has several names, each fixed by the place where it stands:
//!
//! | place | stopped by a person | page left while a task ran |
//! |---|---|---|
//! | button | Stop | |
//! | status line and message | Stopped | Interrupted |
//! | wire, log and metrics: [`Reason::as_str`] | `killed` | `killed` (the page itself says `interrupted`) |
//! | essay page | Cancelled | Interrupted |
//!
//! Each place has a function of its own, because the site is split: a shared one would be downloaded with every first visit.

use starcrossed::Reason;

/// The status line's text after an answer.
pub(crate) const fn status_text(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "Done",
        Reason::Killed => "Stopped",
        Reason::Interrupted => "Interrupted",
        Reason::Failed => "Failed",
        Reason::Crashed => "Crashed",
        Reason::Shutdown => "Shut down",
        Reason::Lost => "Connection lost",
    }
}

/// The text under an answer: empty after a normal end. The status line and the alert name the error, so this only says that
/// the answer is not complete.
pub(crate) const fn message_text(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "",
        Reason::Killed => "Stopped",
        Reason::Interrupted => "Interrupted",
        Reason::Failed | Reason::Lost => "Incomplete",
        Reason::Crashed => "Crashed",
        Reason::Shutdown => "Cut off by a shutdown",
    }
}

/// The status of a demonstration on the essay page.
pub(crate) const fn essay_text(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "Finished",
        Reason::Killed => "Cancelled",
        Reason::Crashed => "Crashed",
        Reason::Failed => "Failed",
        Reason::Shutdown => "The server is shutting down",
        Reason::Interrupted => "Interrupted",
        Reason::Lost => "Connection lost",
    }
}

/// The reason as the essay page prints an exit: its name on the wire, except that a stop is called as on that page's button.
pub(crate) const fn essay_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Killed => "cancelled",
        reason => reason.as_str(),
    }
}

/// The class that draws the line of the [`logo`](super::logo).
pub(super) const fn logo_class(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "closed",
        Reason::Killed | Reason::Interrupted | Reason::Shutdown => "parted",
        Reason::Failed | Reason::Crashed | Reason::Lost => "flared",
    }
}
