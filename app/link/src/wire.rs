//! Between task and page: what an event is, how it is encoded, and what stands between the two.

mod decoder;
mod item;
#[cfg(feature = "ssr")]
mod keep_alive;
mod refusal;
mod sse;

pub use decoder::{Decoder, Frame, LIMIT, TooLong};
pub use item::{Item, cut, json_length};
#[cfg(feature = "ssr")]
pub(crate) use keep_alive::{KEEP_ALIVE, keep_alive};
#[cfg(all(test, feature = "ssr", feature = "registry"))]
pub(crate) use sse::encode;
pub use sse::{Event, EventStream, Sse, TaskId};
