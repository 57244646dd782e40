//! Time limits for a process that may be paused: stopped by a signal, frozen in its container, or asleep with its laptop.
//!
//! An ordinary timer counts a pause as silence of the peer, although the peer's data lies unread in a socket. So a time limit here
//! is over only after a last second in which this process ran. In that second, it reads all that arrived before.

use hyper::rt::{Sleep, Timer};
use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant as StdInstant},
};
use tokio::time::{Instant, sleep, sleep_until};

/// The last part of each wait. After a pause, it begins again.
pub(crate) const LAST: Duration = Duration::from_secs(1);

/// The delay of a timer on a busy machine. A longer delay is a pause.
const LATE: Duration = Duration::from_millis(250);

/// The most times that the last second begins again. Beyond that, the machine is too busy for its timers, and not paused.
const TRIES: usize = 8;

/// The time limit is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Awaits `future` for at most `limit`.
///
/// # Errors
/// The time limit is over.
pub async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    timeout_at(Instant::now() + limit, future).await
}

/// Awaits `future` until `deadline`.
///
/// # Errors
/// The deadline has passed.
pub async fn timeout_at<T>(deadline: Instant, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    tokio::select! {
        biased;
        done = &mut future => Ok(done),
        () = wait_until(deadline) => Err(Elapsed),
    }
}

/// Waits until `deadline`, and until all that arrived before it can have been read.
pub(crate) async fn wait_until(deadline: Instant) {
    let last = LAST.min(deadline.saturating_duration_since(Instant::now()));
    sleep_until(deadline - last).await;
    for _ in 0..TRIES {
        let begun = Instant::now();
        sleep(last).await;
        if !was_paused(begun, last) {
            return;
        }
    }
}

/// Whether a timer of `limit` that was set at `begun` is so late now that this process must have been paused.
pub(crate) fn was_paused(begun: Instant, limit: Duration) -> bool {
    begun.elapsed() > limit + LATE
}

/// The timers of hyper's connections: for the head of a request, and for the answer to an HTTP/2 ping.
#[derive(Clone, Copy, Debug)]
pub struct PatientTimer;

impl Timer for PatientTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait(Box::pin(wait_until(Instant::now() + duration))))
    }

    fn sleep_until(&self, deadline: StdInstant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait(Box::pin(wait_until(deadline.into()))))
    }

    fn now(&self) -> StdInstant {
        Instant::now().into()
    }
}

struct Wait(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::{
        sync::oneshot,
        time::{advance, timeout as at_once},
    };

    const LIMIT: Duration = Duration::from_secs(8);

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_nothing_disturbs_takes_as_long_as_it_says() {
        for limit in [Duration::ZERO, Duration::from_millis(300), LIMIT] {
            let begun = Instant::now();
            assert_eq!(timeout(limit, pending::<()>()).await, Err(Elapsed));
            assert!(begun.elapsed() >= limit && begun.elapsed() < limit + Duration::from_millis(10));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_leaves_time_to_read_what_has_arrived() {
        for before in [0, 6, 7] {
            let (answer, arrives) = oneshot::channel();
            let mut waiting = pin!(timeout(LIMIT, arrives));
            assert!(at_once(Duration::from_secs(before), &mut waiting).await.is_err());
            advance(Duration::from_secs(10)).await; // for the runtime, a pause is a jump in time
            assert!(at_once(Duration::from_millis(500), &mut waiting).await.is_err(), "nothing is judged yet");
            answer.send(()).unwrap();
            assert_eq!(waiting.await, Ok(Ok(())));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_even_in_a_process_that_is_always_late() {
        let mut waiting = pin!(timeout(LIMIT, pending::<()>()));
        for _ in 0..20 {
            if at_once(Duration::from_millis(1), &mut waiting).await.is_ok() {
                return;
            }
            advance(Duration::from_secs(5)).await;
        }
        panic!("it waits for ever");
    }
}
