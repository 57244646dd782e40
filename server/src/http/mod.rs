//! Parts of requests and responses. Nothing here asks who may send a request: that is [`guard`](crate::guard).
//!
//! | module | what it does |
//! |---|---|
//! | [`endpoints`] | every endpoint but pages and files, in one table |
//! | [`api_errors`] | everything under `/api` is plain HTTP, and its errors are refusals |
//! | [`refusal`] | a refusal: JSON with a sentence |
//! | [`client_addr`] | who is asking: the address that a request is counted under |
//! | [`assets`] | the site's files: WebAssembly, style, icons |
//! | [`headers`], [`csp`] | headers that every response has, and the Content Security Policy of pages |
//! | [`metrics`], [`sent_bytes`] | `GET /metrics`, and the bytes that streams have sent |
//! | [`readiness`] | `GET /readyz`, for load balancers |
//! | [`tasks`] | the tasks of this server: what ends them, and what is known of them |

pub mod api_errors;
pub mod assets;
pub mod client_addr;
pub mod csp;
pub(crate) mod endpoints;
pub mod headers;
pub mod metrics;
pub mod readiness;
pub(crate) mod refusal;
pub mod sent_bytes;
pub mod tasks;
