//! Between task and page: what an event is, how it is encoded, and what stands between the two.

pub mod decoder;
#[cfg(feature = "ssr")]
pub mod http;
pub mod item;
mod refusal;
pub mod sse;

pub use decoder::Decoder;
pub use item::Item;
pub use sse::{Event, EventStream, Sse, TaskId};
