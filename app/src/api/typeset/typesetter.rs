//! The interface to the typesetter. The server implements it and supplies it through context.

use super::{Item, LONGEST, LONGEST_TOGETHER, MOST_ITEMS};
use crate::api::error::ApiError;
use futures::future::BoxFuture;
use http::StatusCode;
use std::sync::Arc;

/// Typesets code and formulas.
pub trait Typesetter: Send + Sync {
    /// Returns HTML for each item, in their order; none for an item that it can't typeset, or not in time. The work stops when
    /// the future is dropped.
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

/// The [`Typesetter`] in the context, for the client that sent the current request.
pub type SharedTypesetter = Arc<dyn Typesetter>;

/// A sentence that says which limit the items exceed. None if they exceed none.
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
