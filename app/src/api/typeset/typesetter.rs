//! What the page needs of a typesetter. The server supplies one through context.

use super::{Item, LONGEST, LONGEST_TOGETHER, MOST_ITEMS};
use crate::api::error::ApiError;
use futures::future::BoxFuture;
use http::StatusCode;
use std::sync::Arc;

/// Something that typesets.
pub trait Typesetter: Send + Sync {
    /// Gives HTML for each item, in their order; none for what it can't typeset, or not in time. It stops when it is
    /// dropped.
    ///
    /// # Errors
    /// Too many requests are waiting, of this client or of all.
    fn typeset(&self, items: Vec<Item>) -> BoxFuture<'static, Result<Vec<Option<String>>, Busy>>;
}

/// The typesetter has too many requests waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl From<Busy> for ApiError {
    fn from(_: Busy) -> Self {
        let message = "Too many requests are waiting to be typeset. Try again in a moment.";
        Self::Denied(StatusCode::TOO_MANY_REQUESTS, message.into())
    }
}

/// The typesetter of the client that is asking, as it is found in context.
pub type SharedTypesetter = Arc<dyn Typesetter>;

/// Why this is too much, as a sentence, if it is.
pub(super) fn fault(items: &[Item]) -> Option<String> {
    let lengths = items.iter().map(|item| item.text.len());
    if items.len() > MOST_ITEMS {
        return Some(format!("That is too much: `items` goes up to {MOST_ITEMS}."));
    }
    if lengths.clone().any(|length| length > LONGEST) || lengths.sum::<usize>() > LONGEST_TOGETHER {
        let (one, all) = (LONGEST / 1024, LONGEST_TOGETHER / 1024);
        return Some(format!("That is too much: an item's text goes up to {one} KiB, all together up to {all} KiB."));
    }
    None
}
