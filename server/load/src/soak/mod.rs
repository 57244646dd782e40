//! Random events for a long time: clients come, leave, read slowly or vanish; models end, break off, send garbage or
//! hang; tasks panic. In the end each task must have had exactly one exit, and no resource may be left.

mod expected_exits;
mod memory_growth;
mod network;
pub(crate) mod vanishing;
mod vanishing_wave;
mod visit;

use crate::{
    Fallible,
    args::Soak,
    fake_model::Model,
    hold::ms,
    metrics::{Metrics, REASONS},
    open_files,
    report::Report,
    server_process::{Program, Setting},
};
use expected_exits::ExpectedExits;
use memory_growth::MemoryGrowth;
use network::Network;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use visit::Visit;

/// The interval of the status lines.
const PAUSE: Duration = Duration::from_secs(10);

/// The longest end, until no task and no connection is left.
const PATIENCE: Duration = Duration::from_secs(20);

/// The interval of the stall check, and the longest stall of this program itself.
const LOOK: Duration = Duration::from_secs(1);
const HELD_UP: Duration = Duration::from_secs(3);

/// State that all clients share.
#[derive(Debug)]
struct Stage {
    model: Model,
    program: Program,
    book: ExpectedExits,
    /// The number of streams so far. Each stream has its own number.
    streams: AtomicU32,
    over: CancellationToken,
}

impl Stage {
    /// Reserves numbers for new streams, and returns the first.
    fn number(&self, count: u32) -> u32 {
        self.streams.fetch_add(count, Ordering::Relaxed)
    }
}

/// Runs the soak, prints the table, and returns the broken promises.
pub(crate) async fn run(binary: &Path, options: &Soak) -> Fallible<Vec<String>> {
    open_files::for_streams(options.clients + vanishing_wave::CLIENTS, false)?;
    let seed = options.seed.unwrap_or_else(|| rand::rng().random());
    println!("{} s, --seed {seed}", options.seconds);
    let network = Network::build().inspect_err(|why| println!("no client vanishes: {why}")).ok();
    let listen = network.as_ref().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |network| network.near().into());
    let model = Model::start().await?;
    let program = Program::start(&Setting { binary, listen, tasks: 8192, core: None }, &model).await?;
    program.metrics().await?;
    sleep(Duration::from_secs(1)).await;
    let files = program.process.files()?;
    let (book, streams) = (ExpectedExits::default(), AtomicU32::new(0));
    let stage = Arc::new(Stage { model, program, book, streams, over: CancellationToken::new() });

    let (growth, pause) = churn(&stage, network.as_ref(), options, seed).await?;
    let metrics = stage.program.settle(files.all, PATIENCE).await?;
    stage.model.ledger.until_open(0, PATIENCE).await;

    let mut report = Report::default();
    report_tasks(&mut report, &stage.book, metrics);
    report.add_promise("connections to the model", stage.model.ledger.open(), 0, stage.model.ledger.open() == 0);
    let left = stage.program.process.files()?.all;
    report.add_promise("open files", left, format!("{}, as in the beginning", files.all), left <= files.all);
    growth.report(&mut report);
    // On a machine that stalls this program, every delay is meaningless.
    let promise = format!("< {}, or this run tells nothing", ms(HELD_UP));
    report.add_promise("longest time for which this program itself was held up", ms(pause), promise, pause < HELD_UP);
    println!("\n{}", report.table());
    let broken = report.broken();
    let stage = Arc::into_inner(stage).ok_or("a visit still runs")?;
    stage.program.end(!broken.is_empty()).await?;
    Ok(broken)
}

/// Runs all clients until the end of the run.
async fn churn(
    stage: &Arc<Stage>,
    network: Option<&Network>,
    options: &Soak,
    seed: u64,
) -> Fallible<(MemoryGrowth, Duration)> {
    let length = Duration::from_secs(options.seconds.into());
    let mut chance = StdRng::seed_from_u64(seed);
    let mut clients = JoinSet::new();
    for _ in 0..options.clients {
        clients.spawn(come_and_go(stage.clone(), StdRng::from_rng(&mut chance)));
    }
    let looking_on = look_on(stage, length);
    let (growth, (), pause) =
        tokio::try_join!(looking_on, vanishing_wave::run(stage, network, length), held_up(length))?;
    stage.over.cancel();
    clients.join_all().await;
    Ok((growth, pause))
}

/// The longest stall of this program during this time.
async fn held_up(length: Duration) -> Fallible<Duration> {
    let (began, mut longest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() + LOOK <= length {
        let slept = Instant::now();
        sleep(LOOK).await;
        longest = longest.max(slept.elapsed().saturating_sub(LOOK));
    }
    Ok(longest)
}

/// Makes one visit after another.
async fn come_and_go(stage: Arc<Stage>, mut chance: StdRng) {
    while !stage.over.is_cancelled() {
        let visit = Visit::random(&mut chance, stage.number(1));
        if let Err(error) = visit.make(&stage).await {
            stage.book.complain(format!("{error}: {visit:?}"));
        }
    }
}

/// Prints status lines for this time.
async fn look_on(stage: &Stage, length: Duration) -> Fallible<MemoryGrowth> {
    let began = Instant::now();
    let mut clock = interval(PAUSE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock.tick().await; // at once
    let mut growth = MemoryGrowth::default();
    while began.elapsed() + PAUSE <= length {
        clock.tick().await;
        let (metrics, process) = (stage.program.metrics().await?, stage.program.process);
        let (memory, files) = (process.memory()?, process.files()?);
        growth.add(began.elapsed(), memory.resident);
        println!(
            "{:4} s: {metrics}; {} KiB resident; {} files, {} of them sockets; {} connections to the model",
            began.elapsed().as_secs(),
            memory.resident,
            files.all,
            files.sockets,
            stage.model.ledger.open()
        );
    }
    sleep(length.saturating_sub(began.elapsed())).await;
    Ok(growth)
}

fn report_tasks(report: &mut Report, book: &ExpectedExits, metrics: Metrics) {
    let book = book.close();
    report.add("visits", book.visits);
    report.add_promise(
        "exits, of tasks that were started",
        format!("{} of {}", metrics.ended(), book.started),
        "each one",
        metrics.ended() == book.started,
    );
    report.add_promise("tasks that live", metrics.live, 0, metrics.live == 0);
    for reason in REASONS {
        let (least, most) = book.expected(reason);
        let exits = metrics.exits(reason);
        let promise = if least == most { least.to_string() } else { format!("{least} to {most}") };
        report.add_promise(&format!("exits, {}", reason.as_str()), exits, promise, (least..=most).contains(&exits));
    }
    report.add_promise("faults in what was heard", book.faults, "none", book.faults.sum() == 0);
    if book.waves > 0 {
        let slowest = book.vanished.iter().max().copied().map_or_else(|| "-".into(), ms);
        let seen = format!("{} of {} times, the slowest {slowest}", book.vanished.len(), book.waves);
        report.add_promise(
            "clients vanished, and that was noticed",
            seen,
            "within 20 s",
            book.vanished.len() == book.waves,
        );
    }
    report.add_promise("complaints", book.complaints.len(), "none", book.complaints.is_empty());
    for complaint in &book.complaints {
        println!("- {complaint}");
    }
}
