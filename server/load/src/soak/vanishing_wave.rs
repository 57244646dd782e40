//! Now and then some clients vanish without closing their connections.

use super::{Network, Stage, vanishing::LIVE};
use crate::Fallible;
use starcrossed::Reason;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
    time::{Instant, sleep, timeout},
};

/// The number of clients that vanish each time.
pub(super) const CLIENTS: u32 = 20;

/// The time from one wave to the next.
const PAUSE: Duration = Duration::from_mins(1);

/// The promised time until the model notices.
const PROMISE: Duration = Duration::from_secs(20);

/// The longest start, until all streams are live.
const START: Duration = Duration::from_secs(15);

const NOT_STARTED: &str = "the vanishing clients did not start within 15 s";

/// Repeats waves for this time. Without a network it does nothing.
pub(super) async fn run(stage: &Stage, network: Option<&Network>, length: Duration) -> Fallible<()> {
    let Some(network) = network else { return Ok(()) };
    let began = Instant::now();
    while began.elapsed() + START + PROMISE <= length {
        let next = Instant::now() + PAUSE;
        wave(stage, network).await?;
        sleep(next.saturating_duration_since(Instant::now()).min(length.saturating_sub(began.elapsed()))).await;
    }
    Ok(())
}

async fn wave(stage: &Stage, network: &Network) -> Fallible<()> {
    let mut clients = start(stage, network).await?;
    stage.book.start(CLIENTS);
    stage.book.end(Reason::Killed, CLIENTS);
    network.cut()?;
    let cut = Instant::now();
    let is_noticed = stage.model.ledger.until_vanishing(0, PROMISE).await;
    stage.book.vanished(is_noticed.then(|| cut.elapsed()));
    clients.kill().await?; // while the cable is cut, so that no FIN arrives
    network.mend()
}

/// Starts the clients, and waits until their streams are live.
async fn start(stage: &Stage, network: &Network) -> Fallible<Child> {
    let mut command = network.within();
    command.arg(std::env::current_exe()?).args(["vanishing", &stage.program.address.to_string()]);
    command.args([CLIENTS, stage.number(CLIENTS)].map(|number| number.to_string()));
    let mut clients = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut said = BufReader::new(clients.stdout.take().ok_or("no standard output")?).lines();
    let first = timeout(START, said.next_line()).await.map_err(|_| NOT_STARTED)??;
    let is_there = first.as_deref() == Some(LIVE) && stage.model.ledger.until_vanishing(CLIENTS as usize, START).await;
    if is_there { Ok(clients) } else { Err(NOT_STARTED.into()) }
}
