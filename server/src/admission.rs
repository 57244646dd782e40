//! Limits on tasks and on the answers that they leave behind: in all, and for one client. A request over a limit is refused
//! with `Retry-After`; running tasks are never affected.

use crate::{
    api::{hold, refuse, while_answered},
    bodies::discard,
    clients::Client,
    slots::{Full, Slot, Slots},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// The server functions that start a task.
const TASKS: [&str; 2] = ["/api/chat", "/api/task"];

/// How many answers may be unread beside those of running tasks, and how many of one client. Each can hold a buffer of
/// deltas in memory.
const UNREAD: usize = 16_384;
const UNREAD_EACH: usize = UNREAD / 2;

/// What a task needs a place in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// A place is taken until the task ends.
    tasks: Arc<Slots>,
    /// A place is taken until the response is read or dropped. An HTTP/2 client may leave the answers of ended tasks unread.
    answers: Arc<Slots>,
}

impl Admission {
    /// Room for these tasks.
    #[must_use]
    pub fn new(tasks: Arc<Slots>) -> Self {
        let answers = Slots::new(tasks.most() + UNREAD, tasks.most() + UNREAD_EACH);
        Self { tasks, answers }
    }

    fn take(&self, client: Client) -> Result<(Slot, Slot), Full> {
        Ok((self.tasks.take(client)?, self.answers.take(client)?))
    }
}

/// Middleware: gives each request that starts a task a place for the task and one for the answer.
pub async fn admit(State(admission): State<Admission>, mut request: Request, next: Next) -> Response {
    if !TASKS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match admission.take(Client::of(&request)) {
        Ok((task, answer)) => {
            hold(request.extensions_mut(), task);
            while_answered(next.run(request).await, answer)
        }
        Err(full) => {
            discard(request.into_body()).await;
            too_many(full)
        }
    }
}

fn too_many(full: Full) -> Response {
    match full {
        Full::ForAll => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "The server is answering as many questions as it may at once. Try again in a moment.",
        ),
        Full::ForThisClient => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "As many answers as one client may have at once are running for you. Stop one, or wait for it, and try again.",
        ),
    }
}
