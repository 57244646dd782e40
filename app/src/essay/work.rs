//! What the essay's task does.

use crate::{
    chat::message::Delta,
    link::{Deltas, Exit, Reason},
};
use std::time::Duration;

pub(super) async fn chunks(chunks: u32, interval: Duration, crash_at: Option<u32>, deltas: Deltas<Delta>) -> Exit {
    for n in 1..=chunks {
        tokio::time::sleep(interval).await;
        assert!(crash_at != Some(n), "asked to crash in place of chunk {n}");
        deltas.send(Delta::Text(format!("Async work chunk {n}"))).await;
    }
    Exit::new(Reason::Normal)
}
