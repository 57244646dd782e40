//! `GET /metrics` in Prometheus' text format: the tasks, their exits, bytes and times. It holds no text and no names.
//!
//! Not `prometheus-client`: the registry of the link counts at the event already, and what is left is this formatting.

use crate::{http::sent_bytes::SentBytes, os::memory, startup::output::Output};
use axum::{http::header::CONTENT_TYPE, response::IntoResponse};
use starcrossed::{
    Reason,
    registry::{Histogram, Metrics},
};
use std::fmt::{Display, Write};

/// The exit reasons that a server gives. The others are a page's.
const REASONS: [Reason; 5] = [Reason::Normal, Reason::Failed, Reason::Crashed, Reason::Killed, Reason::Shutdown];

/// The metrics in Prometheus' text format.
pub fn metrics(counts: &Metrics, traffic: &SentBytes, output: &Output) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(counts, traffic.bytes(), output.lost()))
}

fn text(counts: &Metrics, bytes: u64, lost: u64) -> String {
    let mut text = Text::default();
    text.family("tasks_live", "gauge", "Tasks that are running now.");
    text.sample("tasks_live", counts.live);
    text.exits("task_exits_total", "Tasks that have ended, by reason.", counts);
    text.exits("exits_total", "Deprecated, use starcrossed_task_exits_total.", counts);
    text.family("deltas_total", "counter", "Deltas that tasks have sent.");
    text.sample("deltas_total", counts.deltas);
    text.family("sent_bytes_total", "counter", "Bytes that the streams of tasks have sent.");
    text.sample("sent_bytes_total", bytes);
    let help = "From the start of a task to its first delta.";
    text.histogram("time_to_first_delta_seconds", help, &counts.first_delta);
    let deprecated = "Deprecated, use starcrossed_time_to_first_delta_seconds.";
    text.histogram("first_delta_seconds", deprecated, &counts.first_delta);
    let help = "From the end of a stream to the end of its task, with all that the task held.";
    text.histogram("task_teardown_seconds", help, &counts.stop_latency);
    let deprecated = "Deprecated, use starcrossed_task_teardown_seconds.";
    text.histogram("last_breath_seconds", deprecated, &counts.stop_latency);
    text.family("log_lines_lost_total", "counter", "Lines of the log that could not be written.");
    text.sample("log_lines_lost_total", lost);
    if let Some(bytes) = memory::in_use() {
        text.family("allocated_bytes", "gauge", "Allocated memory, without what the allocator keeps for later.");
        text.sample("allocated_bytes", bytes);
        text.family("memory_in_use_bytes", "gauge", "Deprecated, use starcrossed_allocated_bytes.");
        text.sample("memory_in_use_bytes", bytes);
    }
    text.0
}

/// The text so far.
#[derive(Default)]
struct Text(String);

impl Text {
    /// The `HELP` and `TYPE` lines of a metric.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        _ = writeln!(self.0, "# HELP starcrossed_{name} {help}\n# TYPE starcrossed_{name} {kind}");
    }

    fn sample(&mut self, name: &str, value: impl Display) {
        _ = writeln!(self.0, "starcrossed_{name} {value}");
    }

    fn exits(&mut self, name: &str, help: &str, counts: &Metrics) {
        self.family(name, "counter", help);
        for reason in REASONS {
            self.sample(&format!("{name}{{reason=\"{}\"}}", reason.as_str()), counts.exits(reason));
        }
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
