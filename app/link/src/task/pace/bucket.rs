//! A token bucket: bytes flow in at a constant rate, up to a burst, and each write takes out its own.
//!
//! One time says how full it is, as in the [generic cell rate algorithm](https://www.itu.int/rec/T-REC-I.371).

use super::Pace;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Bucket {
    pace: Pace,
    /// When it is full again, if nothing is taken out.
    full_at: Instant,
}

impl Bucket {
    pub(super) fn full(pace: Pace) -> Self {
        Self { pace, full_at: Instant::now() }
    }

    /// The number of bytes that may leave in one write: at least those of one tick.
    pub(super) fn level(&self, now: Instant) -> usize {
        let missing = self.inflow(self.full_at.saturating_duration_since(now));
        self.pace.burst.saturating_sub(missing).max(self.pace.bytes)
    }

    /// Takes out the bytes of a write. They may be more than there are. Returns when the next write may leave: after a tick,
    /// and when nothing is owed.
    pub(super) fn take(&mut self, bytes: usize, now: Instant) -> Instant {
        self.full_at = self.full_at.max(now) + self.time(bytes);
        let is_paid = self.full_at.checked_sub(self.time(self.pace.burst)).unwrap_or(now);
        is_paid.max(now + self.pace.tick)
    }

    /// The number of bytes that flow in during this time.
    fn inflow(&self, time: Duration) -> usize {
        let bytes = time.as_nanos() * self.pace.bytes as u128 / self.pace.tick.as_nanos().max(1);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// The time in which this many bytes flow in.
    fn time(&self, bytes: usize) -> Duration {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.pace.tick.saturating_mul(bytes) / u32::try_from(self.pace.bytes.max(1)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { tick: Duration::from_millis(10), bytes: 100, burst: 500 };

    fn after(ms: u64, since: Instant) -> Instant {
        since + Duration::from_millis(ms)
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_is_covered_is_followed_by_the_next_after_a_tick() {
        let (mut bucket, now) = (Bucket::full(PACE), Instant::now());
        assert_eq!(bucket.level(now), 500);
        assert_eq!(bucket.take(500, now), after(10, now));
        assert_eq!(bucket.level(now), 100, "a tick's at least");
    }

    #[tokio::test(start_paused = true)]
    async fn a_debt_of_bytes_delays_the_next_write() {
        let (mut bucket, now) = (Bucket::full(PACE), Instant::now());
        assert_eq!(bucket.take(900, now), after(40, now));
        assert_eq!(bucket.take(100, after(40, now)), after(50, now));
        assert_eq!(bucket.take(1000, after(50, now)), after(150, now));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_fills_it_up_to_the_burst() {
        let (mut bucket, now) = (Bucket::full(PACE), Instant::now());
        bucket.take(500, now);
        assert_eq!(bucket.level(after(20, now)), 200);
        assert_eq!(bucket.level(after(49, now)), 490);
        assert_eq!(bucket.level(after(10_000, now)), 500);
    }
}
