//! Checks that memory has stopped growing. A small leak per task shows after ten minutes.

use crate::report::Report;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// Samples of resident memory, in KiB, with their times.
#[derive(Debug, Default)]
pub(super) struct MemoryGrowth(Vec<(Duration, u64)>);

impl MemoryGrowth {
    /// Adds a sample.
    pub(super) fn add(&mut self, after: Duration, kib: u64) {
        self.0.push((after, kib));
    }

    /// The means of the second and of the last minute. The first minute doesn't count, because caches fill in it. None
    /// if there is no minute between the two.
    fn means(&self) -> Option<(u64, u64)> {
        let (end, _) = self.0.last()?;
        let last = end.checked_sub(MINUTE).filter(|last| *last >= 3 * MINUTE)?;
        Some((self.mean(MINUTE, 2 * MINUTE)?, self.mean(last, *end)?))
    }

    fn mean(&self, from: Duration, to: Duration) -> Option<u64> {
        let within = self.0.iter().filter(|(after, _)| *after > from && *after <= to);
        let (sum, count) = within.fold((0, 0), |(sum, count), (_, kib)| (sum + kib, count + 1));
        (count > 0).then(|| sum / count)
    }

    /// Reports the growth.
    pub(super) fn report(&self, report: &mut Report) {
        match self.means() {
            Some((early, late)) => {
                let seen = format!("{early} KiB, {late} KiB");
                report.add_promise(
                    "resident in the second minute, and in the last",
                    seen,
                    "growth < 10 %",
                    late * 10 < early * 11,
                );
            }
            None => report.add("resident", "too short a time to tell growth: it takes 240 s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of broken promises after this many minutes, with one sample each ten seconds.
    fn broken(minutes: u64, kib: impl Fn(u64) -> u64) -> usize {
        let mut growth = MemoryGrowth::default();
        (1..=minutes * 6).for_each(|at| growth.add(Duration::from_secs(at * 10), kib(at)));
        let mut report = Report::default();
        growth.report(&mut report);
        report.broken().len()
    }

    #[test]
    fn a_plateau_after_a_rise_is_no_growth() {
        assert_eq!(broken(10, |_| 100_000), 0);
        assert_eq!(broken(10, |at| if at < 6 { 30_000 } else { 100_000 + at % 7 }), 0);
    }

    #[test]
    fn steady_growth_is_found() {
        assert_eq!(broken(10, |at| 100_000 + 300 * at), 1);
    }

    #[test]
    fn a_short_run_proves_nothing() {
        assert_eq!(broken(3, |at| 100_000 * at), 0);
        assert_eq!(broken(0, |_| 0), 0);
    }
}
