//! One client's visit: its request, its stay, its way to leave, and the expected exit of its task.

use super::Stage;
use crate::{
    Fallible,
    check::Check,
    clients::client::{self, Farewell, Stream},
    fake_model::{End, Pace, Script},
};
use app::chat::protocol::{answer::Exit, message::Delta};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use starcrossed::{Reason, registry::Fate};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The longest time from a client's leave to the end of its task.
const SOON: Duration = Duration::from_secs(2);

/// The longest life of a task that ends by itself.
const WHOLE: Duration = Duration::from_mins(1);

/// A visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    ask: Ask,
    stay: Stay,
    farewell: Farewell,
    /// Whether the client asks for the fate of its task after it has left.
    asks_fate: bool,
}

/// The request.
#[derive(Clone, Copy, Debug)]
enum Ask {
    /// An answer.
    Chat(Script),
    /// The essay's task.
    Task { chunks: u32, crash_at: Option<u32> },
    /// The monitor.
    Monitor,
    /// A page, which is no task.
    Page(&'static str),
}

/// The length of the stay.
#[derive(Clone, Copy, Debug)]
enum Stay {
    /// Until its task ends.
    Out,
    /// For this time, reading.
    Reading(Duration),
    /// For this time, without reading.
    Stalled(Duration),
}

impl Visit {
    /// A random visit. `stream` is the number of its stream.
    pub(super) fn random(chance: &mut StdRng, stream: u32) -> Self {
        let time = Duration::from_millis(chance.random_range(0..2000));
        let (ask, stay) = match chance.random_range(0..100) {
            0..20 => (Ask::Chat(Script::random(chance, stream, End::Finish)), Stay::Out),
            20..35 => {
                let end = *[End::Cut, End::Reset, End::Rubbish].choose(chance).unwrap_or(&End::Cut);
                (Ask::Chat(Script::random(chance, stream, end)), Stay::Out)
            }
            35..60 => {
                let script = Script::endless(stream, Pace::Every(chance.random_range(1..100)));
                (Ask::Chat(Script { chunked: chance.random(), ..script }), Stay::Reading(time))
            }
            60..70 => (Ask::Chat(Script::random(chance, stream, End::Hang)), Stay::Reading(time)),
            70..77 => (Ask::Chat(Script::endless(stream, Pace::Flood)), Stay::Stalled(time)),
            77..82 => (Ask::Task { chunks: chance.random_range(0..20), crash_at: None }, Stay::Out),
            82..88 => (Ask::Task { chunks: 20, crash_at: Some(chance.random_range(1..=20)) }, Stay::Out),
            88..93 => (Ask::Monitor, Stay::Reading(time)),
            _ => (Ask::Page(["/", "/task", "/monitor", "/nowhere"].choose(chance).copied().unwrap_or("/")), Stay::Out),
        };
        let farewell = if chance.random() { Farewell::Fin } else { Farewell::Rst };
        Self { ask, stay, farewell, asks_fate: chance.random() }
    }

    /// Makes the visit.
    pub(super) async fn make(&self, stage: &Stage) -> Fallible<()> {
        stage.book.visit();
        let Some((path, body)) = self.ask.request() else { return self.check_page(stage).await };
        let mut stream = Stream::open(stage.program.address, path, &body, self.farewell).await?;
        stage.book.start(1);
        let task = stream.task.clone();
        let mut check = self.ask.check();
        let stayed = stage.over.run_until_cancelled(self.stay(&mut stream, &mut check)).await;
        drop(stream);
        stage.book.fault(check.as_ref().map(Check::faults).unwrap_or_default());
        let Some(exit) = stayed else {
            stage.book.cut_short();
            return Ok(());
        };
        stage.book.end(self.ask.end(), 1);
        self.judge(exit?.as_ref(), check.as_ref())?;
        if self.asks_fate { self.ask_fate(stage, &task).await } else { Ok(()) }
    }

    /// Waits for the length of the stay. Returns the exit if one arrived.
    async fn stay(&self, stream: &mut Stream, check: &mut Option<Check>) -> Fallible<Option<Exit>> {
        match self.stay {
            Stay::Out => Ok(Some(timeout(WHOLE, listen(stream, check)).await.map_err(|_| "it doesn't end")??)),
            Stay::Reading(length) => timeout(length, listen(stream, check)).await.ok().transpose(),
            Stay::Stalled(length) => {
                sleep(length).await;
                Ok(None)
            }
        }
    }

    /// Checks that the exit is the expected one, and that all deltas have arrived.
    fn judge(&self, exit: Option<&Exit>, check: Option<&Check>) -> Fallible<()> {
        let heard = exit.map_or(Reason::Killed, |exit| exit.reason);
        if heard != self.ask.end() {
            return Err(format!("its task ended {}, with {exit:?}", heard.as_str()).into());
        }
        match (self.ask, check) {
            (Ask::Chat(script), Some(check)) if script.is_heard_whole() && check.heard() != script.deltas => {
                Err(format!("it heard {} deltas", check.heard()).into())
            }
            _ => Ok(()),
        }
    }

    /// Waits until the task's fate is the expected exit.
    async fn ask_fate(&self, stage: &Stage, task: &str) -> Fallible<()> {
        let until = Instant::now() + SOON;
        loop {
            let text = client::get(stage.program.address, &format!("/api/fate?task={task}")).await?;
            match serde_json::from_str(&text)? {
                Fate::Running if Instant::now() < until => sleep(Duration::from_millis(20)).await,
                Fate::Ended { reason, .. } if reason == self.ask.end() => return Ok(()),
                fate => return Err(format!("the fate of its task is {fate:?}").into()),
            }
        }
    }

    async fn check_page(&self, stage: &Stage) -> Fallible<()> {
        let Ask::Page(path) = self.ask else { return Ok(()) };
        match client::get(stage.program.address, path).await {
            Err(error) if path == "/nowhere" && error.to_string().contains("404") => Ok(()),
            Ok(page) if path != "/nowhere" && page.contains("</html>") => Ok(()),
            seen => Err(format!("{path} is {seen:?}").into()),
        }
    }
}

/// Reads all events, and returns the exit.
async fn listen(stream: &mut Stream, check: &mut Option<Check>) -> Fallible<Exit> {
    while let Some(event) = stream.event().await? {
        match event.event.as_str() {
            "exit" => return Ok(serde_json::from_str(&event.data)?),
            "delta" => on_delta(&event.data, check)?,
            other => return Err(format!("there is an event {other}").into()),
        }
    }
    Err("it ended without an exit".into())
}

fn on_delta(data: &str, check: &mut Option<Check>) -> Fallible<()> {
    if let Some(check) = check {
        let (Delta::Text(text) | Delta::Reasoning(text)) = serde_json::from_str(data)? else { return Ok(()) };
        check.feed(&text, |_| ());
    }
    Ok(())
}

impl Ask {
    /// The path and the body of the request. None for a page.
    fn request(self) -> Option<(&'static str, Value)> {
        match self {
            Self::Chat(script) => Some(("/api/chat", script.question())),
            Self::Task { chunks, crash_at } => {
                Some(("/api/task", json!({ "chunks": chunks, "interval_ms": 10, "crash_at": crash_at })))
            }
            Self::Monitor => Some(("/api/monitor", json!({}))),
            Self::Page(_) => None,
        }
    }

    /// The check of the answer. None for a request without an answer.
    fn check(self) -> Option<Check> {
        match self {
            Self::Chat(script) => Some(Check::new(script.stream)),
            Self::Task { .. } | Self::Monitor | Self::Page(_) => None,
        }
    }

    /// The exit of the task, unless the end of the run comes first. A task without an end is killed.
    fn end(self) -> Reason {
        match self {
            Self::Chat(script) => script.end.reason(),
            Self::Task { crash_at: Some(_), .. } => Reason::Crashed,
            Self::Task { crash_at: None, .. } => Reason::Normal,
            Self::Monitor | Self::Page(_) => Reason::Killed,
        }
    }
}

impl End {
    fn reason(self) -> Reason {
        match self {
            Self::Finish => Reason::Normal,
            Self::Cut | Self::Reset | Self::Rubbish => Reason::Failed,
            Self::Hang => Reason::Killed,
        }
    }
}

impl Script {
    /// A random script of a few deltas with this end.
    fn random(chance: &mut StdRng, stream: u32, end: End) -> Self {
        let pace = if chance.random_bool(0.2) { Pace::Flood } else { Pace::Every(chance.random_range(0..50)) };
        Self { deltas: chance.random_range(0..50), end, chunked: chance.random(), ..Self::endless(stream, pace) }
    }

    /// Whether all deltas arrive. A RST overtakes earlier bytes, and a client that leaves misses the rest.
    fn is_heard_whole(&self) -> bool {
        matches!(self.end, End::Finish | End::Cut | End::Rubbish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::REASONS;
    use rand::SeedableRng;

    #[test]
    fn the_same_seed_makes_the_same_visits() {
        let visits = |seed| {
            let mut chance = StdRng::seed_from_u64(seed);
            (0..100).map(|stream| format!("{:?}", Visit::random(&mut chance, stream))).collect::<Vec<_>>()
        };
        assert_eq!(visits(7), visits(7));
        assert_ne!(visits(7), visits(8));
    }

    #[test]
    fn every_exit_reason_occurs() {
        let mut chance = StdRng::seed_from_u64(1);
        let visits = (0..1000).map(|stream| Visit::random(&mut chance, stream)).collect::<Vec<_>>();
        for reason in REASONS.into_iter().filter(|reason| *reason != Reason::Shutdown) {
            assert!(visits.iter().any(|visit| visit.ask.end() == reason), "{reason:?}");
        }
    }
}
