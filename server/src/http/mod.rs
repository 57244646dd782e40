//! Routes and responses. Nothing here asks who may send a request: that is [`guard`](crate::guard).
//!
//! | module | what it does |
//! |---|---|
//! | [`api_errors`] | refusals under `/api`, as JSON with a sentence |
//! | [`assets`] | the site's files: WebAssembly, style, icons |
//! | [`headers`], [`csp`] | headers that every response has, and the Content Security Policy of pages |
//! | [`metrics`], [`sent_bytes`] | `GET /metrics`, and the bytes that streams have sent |
//! | [`readiness`] | `GET /readyz`, for load balancers |
//! | [`tasks`] | the tasks of this server: what ends them, and what is known of them |

pub mod api_errors;
pub mod assets;
pub mod csp;
pub mod headers;
pub mod metrics;
pub mod readiness;
pub mod sent_bytes;
pub mod tasks;
