//! One wave: all come, listen for a while, and go at once.

use crate::{
    Fallible,
    clients::{
        client::Farewell,
        crowd::{Crowd, Left},
    },
    fake_model::Model,
    percentiles::Spread,
    proc::{Files, Memory},
    server_process::Program,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long it may take until the last delta that was written is heard, and until the last connection is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is wanted.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// How many streams.
    pub(super) streams: u32,
    /// How often each has a delta.
    pub(super) interval: Duration,
    /// How long all are held.
    pub(super) hold: Duration,
    /// How they leave.
    pub(super) farewell: Farewell,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Wave {
    /// How long it took until all were open.
    pub(super) opened: Duration,
    /// How long they were held, how long the server worked meanwhile, and how late the deltas were.
    pub(super) lasted: Duration,
    pub(super) worked: Duration,
    pub(super) delays: Spread,
    /// What the server had in memory, in use of it in KiB, and open then.
    pub(super) memory: Memory,
    pub(super) in_use: u64,
    pub(super) files: Files,
    /// How many deltas were written and heard until the model rested.
    pub(super) written: u64,
    pub(super) heard: u64,
    /// What the clients said.
    pub(super) left: Left,
    /// How long it took, from the moment at which all left, until the model saw each connection close.
    pub(super) closed: Spread,
}

pub(super) async fn run(program: &Program, model: &Model, terms: &Terms) -> Fallible<Wave> {
    let before = model.ledger.written();
    let began = Instant::now();
    let crowd = Crowd::gather(program.address, terms.streams, terms.farewell).await?;
    let opened = began.elapsed();

    if !model.ledger.until_open(terms.streams as usize, PATIENCE).await {
        return Err(format!("only {} streams have reached the model", model.ledger.open()).into());
    }
    model.beat.set(terms.interval);
    model.beat.rest(false);
    let (began, had_worked) = (Instant::now(), program.process.worked()?);
    sleep(terms.hold).await;
    let (lasted, worked) = (began.elapsed(), program.process.worked()?.saturating_sub(had_worked));
    let in_use = program.metrics().await?.in_use / 1024;
    let (memory, files) = (program.process.memory()?, program.process.files()?);

    // All that was written has to be heard, to the last; a stream that is merely behind has time for it.
    model.beat.rest(true);
    let written = || model.ledger.written() - before;
    let until = Instant::now() + PATIENCE;
    sleep(terms.interval.min(PATIENCE) / 10).await; // whoever was writing when the rest began has written
    while crowd.heard.deltas() != written() && Instant::now() < until {
        sleep(Duration::from_millis(10)).await;
    }
    let (written, heard) = (written(), crowd.heard.deltas());
    let delays = crowd.heard.take_delays();

    // They leave in mid-stream.
    model.beat.rest(false);
    sleep(terms.interval).await;
    model.ledger.take_closed();
    let left_at = Instant::now();
    let left = crowd.scatter().await;
    model.ledger.until_open(0, PATIENCE).await;
    let closed = Spread::of(model.ledger.take_closed().into_iter().map(|at| at.saturating_duration_since(left_at)));
    model.beat.rest(true);
    Ok(Wave { opened, lasted, worked, delays, memory, in_use, files, written, heard, left, closed })
}
