//! `GET /metrics`: how many tasks live, how those that don't ended, what all of them have sent, and how long that took, for
//! Prometheus. Nothing in it is anybody's: no words, no names.

use crate::{http::sent_bytes::Traffic, os::memory, startup::output::Output};
use axum::{http::header::CONTENT_TYPE, response::IntoResponse};
use starcrossed::{
    Reason,
    registry::{Histogram, Metrics},
};
use std::fmt::{Display, Write};

/// The reasons that the server itself gives; the others are for pages.
const REASONS: [Reason; 5] = [Reason::Normal, Reason::Failed, Reason::Crashed, Reason::Killed, Reason::Shutdown];

/// The metrics in Prometheus' text format.
pub fn metrics(counts: &Metrics, traffic: &Traffic, output: &Output) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(counts, traffic.bytes(), output.lost()))
}

fn text(counts: &Metrics, bytes: u64, lost: u64) -> String {
    let mut text = Text::default();
    text.family("tasks_live", "gauge", "Tasks that are at work now.");
    text.sample("tasks_live", counts.live);
    text.family("exits_total", "counter", "Tasks that have ended, by reason.");
    for reason in REASONS {
        text.sample(&format!("exits_total{{reason=\"{}\"}}", reason.as_str()), counts.exits(reason));
    }
    text.family("deltas_total", "counter", "Deltas that tasks have sent.");
    text.sample("deltas_total", counts.deltas);
    text.family("sent_bytes_total", "counter", "Bytes that the streams of tasks have sent.");
    text.sample("sent_bytes_total", bytes);
    let first = "From the beginning of a task to its first delta.";
    text.histogram("first_delta_seconds", first, &counts.first_delta);
    let last = "From the end of a stream to the end of its task, all that it held included.";
    text.histogram("last_breath_seconds", last, &counts.stop_latency);
    text.family("log_lines_lost_total", "counter", "Lines of the log that could not be written.");
    text.sample("log_lines_lost_total", lost);
    if let Some(bytes) = memory::in_use() {
        text.family("memory_in_use_bytes", "gauge", "Memory in use, without what the allocator keeps for later.");
        text.sample("memory_in_use_bytes", bytes);
    }
    text.0
}

/// The text as it is being written.
#[derive(Default)]
struct Text(String);

impl Text {
    /// What is said of the samples that follow.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        _ = writeln!(self.0, "# HELP starcrossed_{name} {help}\n# TYPE starcrossed_{name} {kind}");
    }

    fn sample(&mut self, name: &str, value: impl Display) {
        _ = writeln!(self.0, "starcrossed_{name} {value}");
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.family(name, "histogram", help);
        for (bound, count) in histogram.buckets() {
            self.sample(&format!("{name}_bucket{{le=\"{bound}\"}}"), count);
        }
        self.sample(&format!("{name}_bucket{{le=\"+Inf\"}}"), histogram.count);
        self.sample(&format!("{name}_sum"), histogram.sum.as_secs_f64());
        self.sample(&format!("{name}_count"), histogram.count);
    }
}
