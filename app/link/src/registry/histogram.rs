//! A histogram of durations, with the buckets of a Prometheus histogram.

use std::time::Duration;

/// The upper bounds of the buckets, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Durations, counted by length.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: [u64; BOUNDS.len()],
    /// The number of durations.
    pub count: u64,
    /// The sum of them.
    pub sum: Duration,
}

impl Histogram {
    /// Adds a duration.
    pub(super) fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        for (count, _) in self.counts.iter_mut().zip(BOUNDS).filter(|(_, bound)| seconds <= *bound) {
            *count += 1;
        }
        self.count += 1;
        self.sum += took;
    }

    /// Each bound in seconds, and the number of durations up to it.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        BOUNDS.into_iter().zip(self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_holds_all_that_took_no_longer() {
        let mut histogram = Histogram::default();
        for ms in [0, 1, 7, 60_000, 3_600_000] {
            histogram.add(Duration::from_millis(ms));
        }
        let counts: Vec<u64> = histogram.buckets().map(|(_, count)| count).collect();
        assert_eq!(counts, [2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
        assert_eq!((histogram.count, histogram.sum), (5, Duration::from_millis(3_660_008)));
    }
}
