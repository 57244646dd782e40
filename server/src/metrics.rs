//! `GET /metrics`: how many tasks live, and how those that don't ended, for Prometheus.

use app::link::{Fates, Reason};
use axum::{http::header::CONTENT_TYPE, response::IntoResponse};
use std::fmt::Write;

/// The reasons that the server itself gives; the others are for pages.
const REASONS: [Reason; 5] = [Reason::Normal, Reason::Failed, Reason::Crashed, Reason::Killed, Reason::Shutdown];

/// The metrics in Prometheus' text format.
pub fn metrics(fates: &Fates) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(fates))
}

fn text(fates: &Fates) -> String {
    let mut text = format!(
        "# HELP starcrossed_tasks_live Tasks that are at work now.\n\
         # TYPE starcrossed_tasks_live gauge\n\
         starcrossed_tasks_live {}\n\
         # HELP starcrossed_exits_total Tasks that have ended, by reason.\n\
         # TYPE starcrossed_exits_total counter\n",
        fates.live()
    );
    for reason in REASONS {
        _ = writeln!(text, "starcrossed_exits_total{{reason=\"{}\"}} {}", reason.as_str(), fates.exits(reason));
    }
    text
}
