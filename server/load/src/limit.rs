//! The rate of deltas that is too much for one core. The server has one core to itself, this program has the others,
//! and the rate rises until deltas are late.

use crate::{
    Fallible,
    args::Limit,
    clients::{client::Farewell, crowd::Crowd},
    fake_model::Model,
    hold::{LATE, ms},
    open_files,
    percentiles::Percentiles,
    proc::Process,
    server_process::{Program, Setting},
};
use std::{net::Ipv4Addr, path::Path, process::Command, thread, time::Duration};
use tokio::time::{Instant, sleep};

/// The factor from one rate to the next.
const STEP: f64 = 1.25;

/// The time for which a rate settles before it is measured.
const SETTLE: Duration = Duration::from_secs(2);

/// A process that works for this share of the time counts as busy.
const BUSY: f64 = 0.85;

/// The measurement of one rate.
#[derive(Debug)]
struct Rate {
    /// Deltas per second, requested and received.
    wanted: f64,
    came: f64,
    delays: Percentiles,
    /// The CPU time of the server and of this program, as a share of one core.
    server: f64,
    own: f64,
}

/// Leaves the last core to the server. Must be called before this program has started threads.
///
/// # Errors
/// There is only one core, or `taskset` is missing.
pub(crate) fn reserve_server_core() -> Fallible<()> {
    let last = cores()? - 1;
    if last == 0 {
        return Err("limit needs two cores, since the server has one to itself".into());
    }
    let own = std::process::id().to_string();
    let output = Command::new("taskset").args(["--cpu-list", "--pid", &format!("0-{}", last - 1), &own]).output()?;
    if output.status.success() { Ok(()) } else { Err("taskset failed".into()) }
}

fn cores() -> Fallible<usize> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo")?;
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    Ok(if count == 0 { thread::available_parallelism()?.get() } else { count })
}

/// Measures one rate after another, and prints a table.
pub(crate) async fn run(binary: &Path, options: &Limit) -> Fallible<Vec<String>> {
    let streams = open_files::for_streams(options.streams, false)?;
    let model = Model::start().await?;
    let core = Some(cores()? - 1);
    let setting = Setting { binary, listen: Ipv4Addr::LOCALHOST.into(), tasks: streams + 1, core };
    let program = Program::start(&setting, &model).await?;
    let crowd = Crowd::connect(program.address, streams, Farewell::Fin).await?;
    model.beat.rest(false);

    println!("| deltas a second | came | p50 | p99 | max | server, of its core | this program, of its own |");
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    let mut best = None;
    let mut wanted = f64::from(options.from);
    let stopped = loop {
        model.beat.set(Duration::from_secs_f64(f64::from(streams) / wanted));
        let rate = measure(wanted, &program, &crowd, options).await?;
        println!("{}", rate.row());
        if let Some(why) = rate.is_too_much() {
            break why;
        }
        best = Some(rate);
        wanted *= STEP;
    };
    let faults = crowd.disconnect().await.faults;
    println!("\n{stopped}");
    if let Some(Rate { came, server, .. }) = &best {
        println!("One core did {came:.0} deltas a second, and was at work for {:.0} % of the time.", server * 100.0);
    }
    program.end(faults.sum() > 0).await?;
    Ok(if faults.sum() == 0 { Vec::new() } else { vec![format!("nothing lost, doubled or late: {faults}")] })
}

async fn measure(wanted: f64, program: &Program, crowd: &Crowd, options: &Limit) -> Fallible<Rate> {
    sleep(SETTLE).await;
    crowd.heard.take_delays();
    let (began, deltas) = (Instant::now(), crowd.heard.deltas());
    let (server, own) = (program.process.cpu_time()?, Process::own().cpu_time()?);
    sleep(Duration::from_secs(options.seconds.into())).await;
    let took = began.elapsed();
    let deltas = u32::try_from(crowd.heard.deltas() - deltas).unwrap_or(u32::MAX);
    Ok(Rate {
        wanted,
        came: f64::from(deltas) / took.as_secs_f64(),
        delays: crowd.heard.take_delays(),
        server: program.process.cpu_time()?.saturating_sub(server).div_duration_f64(took),
        own: Process::own().cpu_time()?.saturating_sub(own).div_duration_f64(took),
    })
}

impl Rate {
    fn row(&self) -> String {
        let Self { wanted, came, delays, server, own } = self;
        let [p50, p99, max] = [delays.percentile(50), delays.percentile(99), delays.max()].map(ms);
        let [server, own] = [server, own].map(|share| share * 100.0);
        format!("| {wanted:.0} | {came:.0} | {p50} | {p99} | {max} | {server:.0} % | {own:.0} % |")
    }

    /// The reason to stop at this rate, if there is one.
    fn is_too_much(&self) -> Option<&'static str> {
        let is_late = self.delays.percentile(99) > LATE;
        let is_behind = self.came < self.wanted * 0.95;
        match (is_late || is_behind, self.server > BUSY, self.own > BUSY) {
            (false, ..) => None,
            (true, true, _) => Some("That was too much for the server."),
            (true, false, true) => Some("That was too much for this program, while the server had time left."),
            (true, false, false) => Some("Neither was at its limit, so something else on this machine was."),
        }
    }
}
