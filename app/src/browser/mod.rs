//! Thin wrappers over browser APIs, without product logic. Everything that would change with the browser is here.
//!
//! | file | content |
//! |---|---|
//! | [`before_hydration`] | input and notices before the page's code runs |
//! | `clipboard` | copying text |
//! | `clock` | clocks and timers |
//! | `file` | reading picked files, and downloads |
//! | `focus` | finding elements, and the keyboard's focus |
//! | [`follow_scroll`] | a list that follows its end unless the reader has scrolled up |
//! | `next_frame` | waits for a frame, a paint or a macrotask |
//! | `random_id` | ids that no other tab uses |
//! | `reflect` | APIs that the bindings don't have |
//! | [`router`] | the address, and navigation without a page load |
//! | [`selection`] | the Selection API |
//! | [`theme`] | light or dark |

pub mod before_hydration;
mod clipboard;
mod clock;
mod file;
mod focus;
pub mod follow_scroll;
pub(crate) mod next_frame;
mod random_id;
mod reflect;
pub mod router;
pub mod selection;
pub mod theme;

pub use clipboard::copy;
pub use clock::{after, every_second, now_ms, unix_ms};
pub use file::{bytes_of, save};
pub use focus::{COMPOSER_SELECTOR, focus_composer, is_composing, query};
pub use random_id::random_id;
pub use reflect::{call, is_http_1};
