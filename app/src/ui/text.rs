//! Text that changes on the page.

use leptos::prelude::*;

/// A text for `prop:textContent`. Leptos writes a property whenever the signals behind it notify, also the same text again:
/// a screen reader then reads a live region anew, and a browser's translator begins anew. A memo notifies only of another text.
pub fn text<T: PartialEq + Send + Sync + 'static>(words: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    Memo::new(move |_| words())
}
