//! Limits on what a model server may take.

use super::args::seconds;
use clap::{Args, builder::TypedValueParser, value_parser};
use std::time::Duration;

/// The defaults, in the units of the options: seconds, and MiB.
const CONNECT: &str = "10";
const HEADER: &str = "1800";
const IDLE: &str = "120";
const ANSWER: &str = "7200";
const MAX_ANSWER: &str = "8";

const MIB: usize = 1024 * 1024;

/// The limits on one answer of a model server.
#[derive(Args, Clone, Debug)]
pub struct UpstreamLimits {
    /// The longest time to connect to the model server, in seconds
    #[arg(long, env = "STARCROSSED_CONNECT_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = CONNECT)]
    pub connect_timeout: Duration,

    /// The longest time from the question to the start of the answer, in seconds
    ///
    /// Long, since a model server sends nothing at all while it loads a model or while all its slots are taken.
    #[arg(long, env = "STARCROSSED_HEADER_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = HEADER)]
    pub header_timeout: Duration,

    /// The longest silence within an answer, in seconds
    #[arg(long, env = "STARCROSSED_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = IDLE)]
    pub idle_timeout: Duration,

    /// The longest time for an answer, waiting and thinking included, in seconds
    #[arg(long, env = "STARCROSSED_ANSWER_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = ANSWER)]
    pub answer_timeout: Duration,

    /// The longest answer, in MiB of text, thoughts included. A longer answer is ended; its text stays
    #[arg(long, env = "STARCROSSED_MAX_ANSWER", value_name = "MIB", value_parser = value_parser!(u32).range(1..=4096).map(bytes), default_value = MAX_ANSWER)]
    pub max_answer: usize,
}

const fn bytes(mib: u32) -> usize {
    mib as usize * MIB
}

impl Default for UpstreamLimits {
    /// The same as on a command line that says nothing.
    fn default() -> Self {
        let time = |text| seconds(text).unwrap_or_default();
        Self {
            connect_timeout: time(CONNECT),
            header_timeout: time(HEADER),
            idle_timeout: time(IDLE),
            answer_timeout: time(ANSWER),
            max_answer: MAX_ANSWER.parse().map(bytes).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_read() {
        let limits = UpstreamLimits::default();
        let UpstreamLimits { connect_timeout, header_timeout, idle_timeout, answer_timeout, .. } = limits;
        let times = [connect_timeout, header_timeout, idle_timeout, answer_timeout].map(|time| time.as_secs());
        assert_eq!((times, limits.max_answer), ([10, 1800, 120, 7200], 8 * MIB));
    }
}
