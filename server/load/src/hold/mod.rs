//! Many streams at once: their cost, the delay of their deltas, the time until all is over after they are dropped, and
//! the resources that are left.

mod wave;

use crate::{
    Fallible,
    args::Hold,
    clients::client::Farewell,
    fake_model::Model,
    open_files,
    percentiles::Percentiles,
    proc::{Files, Memory},
    report::Report,
    server_process::{Program, Setting},
};
use starcrossed::Reason;
use std::{net::Ipv4Addr, path::Path, time::Duration};
use tokio::time::sleep;
use wave::{Terms, Wave};

/// The greatest 99th percentile of the delays.
pub(crate) const LATE: Duration = Duration::from_millis(100);

/// The longest time until every connection to the model is closed.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The time for which the waves before the measured one are held. They show the memory that an allocator keeps.
const BEFORE: Duration = Duration::from_secs(3);

/// The time for an allocator to return memory. jemalloc begins after ten seconds and returns it gradually.
const SETTLE: Duration = Duration::from_secs(15);

/// The greatest growth of memory in use from the first wave's end to the last's, as a share of the idle server's
/// memory. After the first wave the server's list of past tasks is full.
const MORE: f64 = 0.1;

/// The least share of the due deltas that the model must write. A model that can't keep up proves nothing.
const MOST: f64 = 0.9;

/// The resources of the idle server.
#[derive(Clone, Copy, Debug)]
struct Idle {
    memory: Memory,
    /// Memory in use, in KiB, as the server reports it. The allocator keeps the rest.
    in_use: u64,
    files: Files,
}

impl Idle {
    fn memory(self) -> String {
        mib([self.in_use, self.memory.private, self.memory.resident])
    }
}

/// Measures, prints the table, and returns the broken promises.
pub(crate) async fn run(binary: &Path, options: &Hold) -> Fallible<Vec<String>> {
    let streams = open_files::for_streams(options.streams, options.fit)?;
    let model = Model::start().await?;
    let setting = Setting { binary, listen: Ipv4Addr::LOCALHOST.into(), tasks: streams + 1, core: None };
    let program = Program::start(&setting, &model).await?;
    let terms = Terms {
        streams,
        interval: Duration::from_millis(options.interval_ms.into()),
        hold: Duration::from_secs(options.seconds.into()),
        farewell: if options.rst { Farewell::Rst } else { Farewell::Fin },
    };

    eprintln!("one stream, so that the first allocations are done");
    wave::run(&program, &model, &Terms { streams: 1, hold: BEFORE, ..terms.clone() }).await?;
    let new = idle(&program, usize::MAX).await?;
    let mut left = Vec::new();
    for number in 1..options.waves {
        eprintln!("wave {number}, for the memory that it leaves");
        wave::run(&program, &model, &Terms { hold: BEFORE, ..terms.clone() }).await?;
        left.push(idle(&program, new.files.all).await?);
    }
    eprintln!("wave {}, measured", options.waves);
    let wave = wave::run(&program, &model, &terms).await?;
    left.push(idle(&program, new.files.all).await?);

    let mut report = Report::default();
    report_streams(&mut report, &terms, &wave);
    report_memory(&mut report, streams, new, &wave, &left);
    report_end(&mut report, &program, &terms, options.waves, &wave).await?;
    println!("{}", report.table());
    let broken = report.broken();
    program.end(!broken.is_empty()).await?;
    Ok(broken)
}

/// Waits until the server is idle, and reads its resources.
async fn idle(program: &Program, files: usize) -> Fallible<Idle> {
    program.settle(files, SETTLE).await?;
    sleep(SETTLE).await;
    let in_use = program.metrics().await?.in_use / 1024;
    Ok(Idle { memory: program.process.memory()?, in_use, files: program.process.files()? })
}

fn report_streams(report: &mut Report, terms: &Terms, wave: &Wave) {
    let Terms { streams, interval, hold, .. } = terms;
    report.add("streams live at once", streams);
    report.add("all opened within", ms(wave.opened));
    report.add("held, with a delta each every", format!("{} s, {}", hold.as_secs(), ms(*interval)));
    let due = f64::from(*streams) * hold.div_duration_f64(*interval);
    report.add_promise(
        "deltas written",
        wave.written,
        format!("≥ {:.0}", due * MOST),
        float(wave.written) >= due * MOST,
    );
    let all = format!("{} of {}", wave.heard, wave.written);
    report.add_promise("deltas heard, of those written", all, "all", wave.heard == wave.written);
    report.add_promise("faults", wave.left.faults, "none", wave.left.faults.sum() == 0);
    let (count, why) = &wave.left.ended;
    report.add_promise("streams that ended by themselves", format!("{count} {why}").trim(), "none", *count == 0);
    let late = wave.delays.percentile(99);
    report.add_promise(
        "delay from the model to the client, p50 / p99 / max",
        summary(&wave.delays),
        format!("p99 ≤ {}", ms(LATE)),
        late <= LATE,
    );
    let deltas = u32::try_from(wave.delays.len()).unwrap_or(u32::MAX).max(1);
    report.add("the server's processor time for 1,000 deltas", ms(wave.worked * 1000 / deltas));
    report.add("the same, of one core", format!("{:.0} %", wave.worked.div_duration_f64(wave.lasted) * 100.0));
}

fn report_memory(report: &mut Report, streams: u32, new: Idle, wave: &Wave, left: &[Idle]) {
    let grown = wave.memory.private.saturating_sub(new.memory.private);
    report.add("memory before, in use / private / resident", new.memory());
    report.add("with all streams live", mib([wave.in_use, wave.memory.private, wave.memory.resident]));
    report.add("that is, for each stream, private", format!("{:.1} KiB", float(grown) / f64::from(streams)));
    report.add("open files before / with all live", format!("{} / {}", new.files.all, wave.files.all));
    let [earlier @ .., after] = left else { return };
    for (wave, idle) in (1..).zip(earlier) {
        report.add(&format!("memory after wave {wave}"), idle.memory());
    }
    let most = float(earlier.first().unwrap_or(&new).in_use) + float(new.memory.private) * MORE;
    let promise = format!("in use: ≤ {:.1} MiB", most / 1024.0);
    report.add_promise("memory after the last", after.memory(), promise, float(after.in_use) <= most);
    report.add_promise("open files after it", after.files.all, new.files.all, after.files.all <= new.files.all);
}

async fn report_end(report: &mut Report, program: &Program, terms: &Terms, waves: u32, wave: &Wave) -> Fallible<()> {
    let streams = terms.streams;
    let closed = wave.closed.len();
    report.add_promise("connections to the model closed", closed, streams, closed == streams as usize);
    let last = wave.closed.max();
    let seen = format!("{} / {}", ms(wave.closed.percentile(50)), ms(last));
    report.add_promise("after all were dropped, p50 / last", seen, format!("< {}", ms(AT_ONCE)), last < AT_ONCE);
    let metrics = program.metrics().await?;
    report.add_promise("live tasks in /metrics", metrics.live, 0, metrics.live == 0);
    let (killed, all) = (metrics.exits(Reason::Killed), u64::from(streams) * u64::from(waves) + 1);
    let is_right = killed == all && metrics.ended() == all;
    report.add_promise("exits in /metrics, killed, of all waves and the first stream", killed, all, is_right);
    Ok(())
}

/// Milliseconds, with a decimal below 100.
pub(crate) fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    if ms < 100.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// The median, the 99th percentile and the maximum.
pub(crate) fn summary(percentiles: &Percentiles) -> String {
    [percentiles.percentile(50), percentiles.percentile(99), percentiles.max()].map(ms).join(" / ")
}

fn mib(kib: [u64; 3]) -> String {
    let [in_use, private, resident] = kib.map(|kib| float(kib) / 1024.0);
    format!("{in_use:.1} / {private:.1} / {resident:.1} MiB")
}

#[expect(clippy::cast_precision_loss, reason = "there is less of anything than that")]
fn float(count: u64) -> f64 {
    count as f64
}
