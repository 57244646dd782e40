//! One wave: all clients connect, read for a while, and leave at once.

use crate::{
    Fallible,
    clients::{
        client::Farewell,
        crowd::{Crowd, Left},
    },
    fake_model::Model,
    percentiles::Percentiles,
    proc::{Files, Memory},
    server_process::Program,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The longest wait for the last delta, and for the last connection to close.
const PATIENCE: Duration = Duration::from_secs(10);

/// The settings of a wave.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// The number of streams.
    pub(super) streams: u32,
    /// The interval of one stream's deltas.
    pub(super) interval: Duration,
    /// The time for which all are held.
    pub(super) hold: Duration,
    /// The way in which the clients leave.
    pub(super) farewell: Farewell,
}

/// The results of a wave.
#[derive(Debug)]
pub(super) struct Wave {
    /// The time until all were open.
    pub(super) opened: Duration,
    /// The time for which they were held, the server's CPU time meanwhile, and the deltas' delays.
    pub(super) lasted: Duration,
    pub(super) worked: Duration,
    pub(super) delays: Percentiles,
    /// The server's memory, its memory in use in KiB, and its open files at that time.
    pub(super) memory: Memory,
    pub(super) in_use: u64,
    pub(super) files: Files,
    /// The number of deltas written and received until the model paused.
    pub(super) written: u64,
    pub(super) heard: u64,
    /// The clients' results.
    pub(super) left: Left,
    /// The time from the clients' leave until the model saw each connection close.
    pub(super) closed: Percentiles,
}

pub(super) async fn run(program: &Program, model: &Model, terms: &Terms) -> Fallible<Wave> {
    let before = model.ledger.written();
    let began = Instant::now();
    let crowd = Crowd::connect(program.address, terms.streams, terms.farewell).await?;
    let opened = began.elapsed();

    if !model.ledger.until_open(terms.streams as usize, PATIENCE).await {
        return Err(format!("only {} streams have reached the model", model.ledger.open()).into());
    }
    model.beat.set(terms.interval);
    model.beat.rest(false);
    let (began, had_worked) = (Instant::now(), program.process.cpu_time()?);
    sleep(terms.hold).await;
    let (lasted, worked) = (began.elapsed(), program.process.cpu_time()?.saturating_sub(had_worked));
    let in_use = program.metrics().await?.in_use / 1024;
    let (memory, files) = (program.process.memory()?, program.process.files()?);

    // Every written delta has to arrive. A stream that lags gets time for that.
    model.beat.rest(true);
    let written = || model.ledger.written() - before;
    let until = Instant::now() + PATIENCE;
    sleep(terms.interval.min(PATIENCE) / 10).await; // writes that had begun at the pause are done
    while crowd.heard.deltas() != written() && Instant::now() < until {
        sleep(Duration::from_millis(10)).await;
    }
    let (written, heard) = (written(), crowd.heard.deltas());
    let delays = crowd.heard.take_delays();

    // The clients leave mid-stream.
    model.beat.rest(false);
    sleep(terms.interval).await;
    model.ledger.take_closed();
    let left_at = Instant::now();
    let left = crowd.disconnect().await;
    model.ledger.until_open(0, PATIENCE).await;
    let closed =
        Percentiles::new(model.ledger.take_closed().into_iter().map(|at| at.saturating_duration_since(left_at)));
    model.beat.rest(true);
    Ok(Wave { opened, lasted, worked, delays, memory, in_use, files, written, heard, left, closed })
}
