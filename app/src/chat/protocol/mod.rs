//! The wire of `/api/chat`, and the `Model` trait that the server implements.
//!
//! | file | what it is |
//! |---|---|
//! | [`message`] | the request's body, in OpenAI's format, and the deltas |
//! | `options` | the request's options: which are passed on, and which are refused |
//! | [`progress`] | the wait before the first delta |
//! | [`usage`] | token counts |
//! | [`answer`] | the link's types for an answer |
//! | `model` | the trait; keys and sockets stay on the server's side of it |

pub mod answer;
pub mod message;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod options;
pub mod progress;
pub mod usage;
