//! The HTTP surface: every server function, one file or folder per subject. All of it is plain HTTP, usable with curl.
//!
//! | endpoint | file | response |
//! |---|---|---|
//! | `POST /api/chat` | [`chat`] | an answer, as an event stream |
//! | `GET /api/models` | [`chat`] | the models, as OpenAI lists them |
//! | `POST /api/task` | [`task`] | the essay's task, as an event stream |
//! | `POST /api/monitor` | [`monitor`] | the tasks of all pages, as an event stream |
//! | `POST /api/kill` | [`monitor`] | ends one task |
//! | `GET /api/fate` | [`fate`] | the end of one task |
//! | `POST /api/typeset` | [`typeset`] | code with colours, formulas as MathML |
//!
//! [`error`] is every refusal and how the page reads it. [`json`] decodes long requests. `permit` travels with a request to
//! the task that it starts. `raw` is the keep-alive of streams that programs read.

pub mod chat;
pub mod error;
pub mod fate;
pub mod json;
pub mod monitor;
#[cfg(feature = "ssr")]
pub mod permit;
#[cfg(feature = "ssr")]
pub(crate) mod raw;
pub mod task;
pub mod typeset;
