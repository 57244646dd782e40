//! Guards that live as long as the task, or as long as the response, of a request.

use app::api::permit::Permit;
use axum::{body::Body, http::Extensions, response::Response};
use http_body_util::BodyExt;

/// Gives a guard to the task that the request starts. What the request's guards are left in is returned: until the task takes
/// them, they can be taken from there.
pub(crate) fn hold(extensions: &mut Extensions, guard: impl Send + 'static) -> Permit {
    let permit = extensions.remove::<Permit>().unwrap_or_default().with(guard);
    extensions.insert(permit.clone());
    permit
}

/// Holds a guard until the response body is dropped, which can be long after its task has ended.
pub(crate) fn hold_until_body_ends(response: Response, held: impl Send + 'static) -> Response {
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &held;
            frame
        }))
    })
}
