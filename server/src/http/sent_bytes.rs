//! Counts the bytes that the streams of tasks send.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header::CONTENT_TYPE,
    response::Response,
};
use http_body_util::BodyExt;
use server_fn::ContentType;
use starcrossed::Sse;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The counter. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct SentBytes(Arc<AtomicU64>);

impl SentBytes {
    /// The number of bytes sent so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: &Bytes) {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
}

/// Middleware: counts the bytes of a response if it is an event stream. For [`axum::middleware::map_response_with_state`].
pub async fn count(State(traffic): State<SentBytes>, response: Response) -> Response {
    if response.headers().get(CONTENT_TYPE).is_none_or(|is| is != Sse::CONTENT_TYPE) {
        return response;
    }
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            frame.data_ref().into_iter().for_each(|bytes| traffic.add(bytes));
            frame
        }))
    })
}
