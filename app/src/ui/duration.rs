//! Durations as text. All figures are whole numbers, because formatting a float would add its code to the download.

/// A short duration with two digits: `400 ms`, `1.2 s`, `12 s`.
pub(crate) fn seconds(ms: u64) -> String {
    match ms {
        0..1000 => [ms.to_string().as_str(), " ms"].concat(),
        1000..10_000 => tenths(ms / 100, " s"),
        _ => [(ms / 1000).to_string().as_str(), " s"].concat(),
    }
}

/// A number of tenths with one decimal: `1.2` and the unit.
pub(crate) fn tenths(tenths: u64, unit: &str) -> String {
    [(tenths / 10).to_string().as_str(), ".", &(tenths % 10).to_string(), unit].concat()
}

/// A duration of any length in its largest unit: `400 ms`, `90 s`, `5 min`, `3 h`.
pub(crate) fn largest_unit(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..100_000 => format!("{} s", ms / 1000),
        100_000..6_000_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

/// The browser's clock counts milliseconds as a float. Negative values and values that are not a number become 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
pub(crate) fn round_ms(ms: f64) -> u32 {
    ms.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_digits_of_a_second() {
        assert_eq!([999, 1000, 9_999, 10_000].map(seconds), ["999 ms", "1.0 s", "9.9 s", "10 s"]);
    }

    #[test]
    fn long_durations_change_their_unit() {
        let durations = [999, 99_999, 100_000, 5_999_999, 6_000_000].map(largest_unit);
        assert_eq!(durations, ["999 ms", "99 s", "1 min", "99 min", "1 h"]);
    }

    #[test]
    fn a_clock_that_runs_backwards_gives_zero() {
        assert_eq!([-1.0, f64::NAN, 1.5].map(round_ms), [0, 0, 2]);
    }
}
