//! Errors of the browser's storage.

use crate::work::job::Cancelled;
use leptos::{
    wasm_bindgen::{JsCast, JsValue},
    web_sys::DomException,
};

/// The reason why something could not be saved or read. The page goes on in memory, and shows the [message](Self::message).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// The browser stores nothing for this page, as some do in private windows.
    Refused,
    /// The browser's storage is full.
    Full,
    /// Another tab has an older or a newer version of this page open.
    Blocked,
    /// The connection is closed: a newer version of this page was opened elsewhere, or the browser cleared its data.
    Closed,
    /// Any other error, most likely a damaged database.
    Broken,
    /// The person has cancelled, or the work became pointless. Nothing is wrong.
    Cancelled,
}

impl StorageError {
    /// A message for the person: what happened, and what they can do.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Refused => {
                "This browser keeps nothing for this page, as in a private window: conversations are gone when it is closed."
            }
            Self::Full => {
                "There is no room left in this browser's storage: what is said now is not kept. Delete conversations, \
                 or export what you want to keep."
            }
            Self::Blocked => {
                "Another version of this page is open in another tab. Close the other tabs, and reload this one."
            }
            Self::Closed => {
                "The connection to this browser's storage was closed. Reload the page to keep what is said now."
            }
            Self::Broken => {
                "This browser's storage failed: what is said now is not kept. Export what you want to keep, and restart \
                 the browser."
            }
            Self::Cancelled => "Cancelled.",
        }
    }

    /// The error with this `DOMException` name.
    fn from_name(name: &str) -> Self {
        match name {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::Blocked,
            "SecurityError" | "NotAllowedError" => Self::Refused,
            "InvalidStateError" | "AbortError" => Self::Closed,
            _ => Self::Broken,
        }
    }
}

impl From<Cancelled> for StorageError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<DomException> for StorageError {
    fn from(error: DomException) -> Self {
        Self::from_name(&error.name())
    }
}

impl From<JsValue> for StorageError {
    /// Converts a thrown value.
    fn from(thrown: JsValue) -> Self {
        thrown.dyn_into().map_or(Self::Broken, |error: DomException| error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_known_by_its_browser_name() {
        assert_eq!(StorageError::from_name("QuotaExceededError"), StorageError::Full);
        assert_eq!(StorageError::from_name("SecurityError"), StorageError::Refused);
        assert_eq!(StorageError::from_name("VersionError"), StorageError::Blocked);
        assert_eq!(StorageError::from_name("InvalidStateError"), StorageError::Closed);
        assert_eq!(StorageError::from_name("UnknownError"), StorageError::Broken);
    }
}
