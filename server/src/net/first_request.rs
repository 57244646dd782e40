//! The time limit on the first request of a connection. Without it, an attacker could hold all connections by sending a byte now
//! and then.
//!
//! axum-server has such a limit, too, but it looks at the clock before it reads, and so ends connections whose request arrived
//! while the process was paused.

use crate::os::pauses::wait_until;
use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;
use tower_service::Service;

/// The time for the first request, the TLS handshake included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts the time limit of a connection that `service` answers.
pub(crate) fn expect<S>(service: S) -> (Deadline, FirstRequest<S>) {
    let asked = Arc::new(AtomicBool::new(false));
    let wait = Box::pin(wait_until(Instant::now() + PATIENCE));
    (Deadline { asked: asked.clone(), wait: Some(wait) }, FirstRequest { service, asked })
}

/// The time limit, for the connection.
pub(crate) struct Deadline {
    asked: Arc<AtomicBool>,
    /// None after the first request.
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
}

impl Deadline {
    /// Whether the time is over without a request. Call this when there is nothing to read.
    pub(crate) fn poll_missed(&mut self, cx: &mut Context<'_>) -> bool {
        if self.asked.load(Ordering::Relaxed) {
            self.wait = None;
        }
        let is_missed = self.wait.as_mut().is_some_and(|wait| wait.as_mut().poll(cx).is_ready());
        if is_missed {
            self.wait = None; // a future that is done can't be polled again
        }
        is_missed
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline").field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// The service, which notes the first request.
#[derive(Clone, Debug)]
pub struct FirstRequest<S> {
    service: S,
    asked: Arc<AtomicBool>,
}

impl<S: Service<R>, R> Service<R> for FirstRequest<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.asked.store(true, Ordering::Relaxed);
        self.service.call(request)
    }
}
