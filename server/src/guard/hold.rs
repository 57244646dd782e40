//! Guards that live as long as the task, or as long as the response, of a request.

use app::api::permit::Permit;
use axum::{body::Body, http::Extensions, response::Response};
use http_body_util::BodyExt;

/// Gives a guard to the task that the request starts.
pub(crate) fn hold(extensions: &mut Extensions, guard: impl Send + 'static) {
    let permit = extensions.remove::<Permit>().unwrap_or_default();
    extensions.insert(permit.with(guard));
}

/// Holds a guard until the response body is dropped, which can be long after its task has ended.
pub(crate) fn while_answered(response: Response, held: impl Send + 'static) -> Response {
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &held;
            frame
        }))
    })
}
