//! Percentiles of durations.

use std::time::Duration;

/// Sorted durations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Percentiles(Vec<Duration>);

impl Percentiles {
    /// Sorts these durations.
    pub(crate) fn new(durations: impl IntoIterator<Item = Duration>) -> Self {
        let mut durations = durations.into_iter().collect::<Vec<_>>();
        durations.sort_unstable();
        Self(durations)
    }

    /// The number of durations.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest duration that at least `percent` of all do not exceed (nearest rank). Zero if there is none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The greatest duration.
    pub(crate) fn max(&self) -> Duration {
        self.percentile(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_durations() {
        let percentiles = Percentiles::new((1..=200).map(|n| Duration::from_millis(n * 77 % 201)));
        let at = |percent| percentiles.percentile(percent).as_millis();
        assert_eq!([at(0), at(1), at(50), at(99), at(100)], [1, 2, 100, 198, 200]);
        assert_eq!(Percentiles::new([Duration::from_secs(3)]).percentile(50), Duration::from_secs(3));
        assert_eq!(Percentiles::default().max(), Duration::ZERO);
    }
}
