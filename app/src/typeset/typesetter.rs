//! What the page needs of a typesetter. The server supplies one through context.

use super::{Item, LONGEST, LONGEST_TOGETHER, MOST_ITEMS};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Something that typesets.
pub trait Typesetter: Send + Sync {
    /// Gives HTML for each item, in their order; none for what it can't typeset, or not in time. It stops when it is
    /// dropped.
    fn typeset(&self, items: Vec<Item>) -> BoxFuture<'static, Vec<Option<String>>>;
}

/// The typesetter as it is found in context.
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
