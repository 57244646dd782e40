use super::*;
use crate::{
    EventStream, Failure, Item, Reason, Sender, Spawn, Supervisor,
    registry::TaskRegistry,
    wire::{KEEP_ALIVE, cut, encode, json_length},
};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, task::yield_now, time::advance};

const TICK: Duration = Duration::from_millis(16);
const PACE: Pace = Pace { tick: TICK, bytes: 1000, burst: 5000 };

/// Two kinds of text, which are joined with their own kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Delta {
    Text(String),
    Reasoning(String),
}

impl Delta {
    fn words(&self) -> &str {
        let (Self::Text(text) | Self::Reasoning(text)) = self;
        text
    }
}

impl Item for Delta {
    fn size(&self) -> usize {
        self.words().len()
    }

    fn encoded_size(&self) -> usize {
        json_length(self.words())
    }

    fn pieces(self, most: usize) -> impl Iterator<Item = Self> + Send {
        let (text, kind): (String, fn(String) -> Self) = match self {
            Self::Text(text) => (text, Self::Text),
            Self::Reasoning(text) => (text, Self::Reasoning),
        };
        cut(text, most).map(kind)
    }

    fn merge(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Text(text), Self::Text(more)) | (Self::Reasoning(text), Self::Reasoning(more)) => {
                text.push_str(&more);
                None
            }
            (_, next) => Some(next),
        }
    }
}

fn text(length: usize) -> Delta {
    Delta::Text("x".repeat(length))
}

fn spawn<F: Future<Output = Result<(), Failure>> + Send>(
    work: impl FnOnce(Sender<Delta>) -> F + Send + 'static,
) -> EventStream<Delta> {
    spawn_at(PACE, work)
}

fn spawn_at<F: Future<Output = Result<(), Failure>> + Send>(
    pace: Pace,
    work: impl FnOnce(Sender<Delta>) -> F + Send + 'static,
) -> EventStream<Delta> {
    Spawn::new().paced(pace).spawn(work)
}

/// Sends deltas of this length for ever, as fast as they are taken.
async fn flood(deltas: Sender<Delta>, length: usize) -> Result<(), Failure> {
    loop {
        deltas.send(text(length)).await?;
    }
}

/// Each delta that is read until so much time has passed: when it was, and how long it is.
async fn read_for(events: &mut EventStream<Delta>, time: Duration) -> Vec<(Duration, usize)> {
    let (begun, mut read) = (Instant::now(), Vec::new());
    while let Ok(Some(event)) = tokio::time::timeout_at(begun + time, events.next()).await {
        if let Event::Item(delta) = event {
            read.push((begun.elapsed(), delta.size()));
        }
    }
    read
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_bounded_in_writes_and_bytes_per_second() {
    for length in [1, 10, 999, 4000, 1024 * 1024] {
        let mut events = spawn(async move |deltas| flood(deltas, length).await);
        let read = read_for(&mut events, Duration::from_secs(10)).await;
        let apart = read.windows(2).map(|two| two[1].0.saturating_sub(two[0].0)).min().unwrap();
        assert!(apart >= TICK, "{length}: {apart:?}");
        let bytes: usize = read.iter().map(|(_, bytes)| bytes).sum();
        let right = PACE.burst + 10_000 / 16 * PACE.bytes;
        assert!((right * 9 / 10..=right * 11 / 10).contains(&bytes), "{length}: {bytes} bytes, not {right}");
    }
}

/// The bytes and writes on the wire in ten seconds, of streams that are read at once.
async fn on_the_wire(streams: impl IntoIterator<Item = EventStream<Delta>>) -> (usize, usize) {
    let end = Instant::now() + Duration::from_secs(10);
    let (mut bytes, mut writes) = (0, 0);
    let mut all = stream::select_all(streams.into_iter().map(|events| Box::pin(encode(events))));
    while let Ok(Some(chunk)) = tokio::time::timeout_at(end, all.next()).await {
        bytes += chunk.len();
        writes += 1;
    }
    (bytes, writes)
}

/// The most bytes that a page is sent in ten seconds.
const MOST_BYTES: usize = PACE.burst + 10_000 / 16 * PACE.bytes;
const MOST_WRITES: usize = 10_000 / 16 + 2;

#[tokio::test(start_paused = true)]
async fn the_bytes_on_the_wire_are_bounded_for_any_deltas() {
    let answer = |text: &str| Delta::Text(text.into());
    let thought = |text: &str| Delta::Reasoning(text.into());
    for kinds in [
        vec![answer("x")],
        vec![answer("")],
        vec![answer("a"), thought("b")],
        vec![answer(""), thought("")],
        vec![answer("\u{1}\u{2}"), answer("\"\\\n")],
        vec![answer(&"\u{1}".repeat(4096))],
        vec![thought("語"), thought("🦀"), answer("word ")],
    ] {
        let named = format!("{:.40}", format!("{kinds:?}"));
        let events = spawn(async move |deltas| {
            for delta in kinds.iter().cycle() {
                deltas.send(delta.clone()).await?;
            }
            unreachable!("it goes on for ever")
        });
        let (bytes, writes) = on_the_wire([events]).await;
        // One write holds 16 KiB at most: an event that is longer leaves by itself.
        assert!(bytes <= MOST_BYTES * 21 / 20 && writes <= 2 * MOST_WRITES, "{named}: {bytes} bytes, {writes} writes");
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_are_read_at_once_share_one_pace() {
    for streams in [1, 2, 3, 4] {
        let flood = |_| spawn_at(PACE.shared(streams), async move |deltas| flood(deltas, 10).await);
        let (bytes, writes) = on_the_wire((0..streams).map(flood)).await;
        assert!((MOST_BYTES * 3 / 4..=MOST_BYTES * 21 / 20).contains(&bytes), "{streams}: {bytes} bytes");
        assert!(writes <= MOST_WRITES + 2 * streams as usize, "{streams}: {writes} writes");
    }
}

#[test]
fn no_number_of_streams_makes_a_pace_without_sense() {
    assert_eq!(PACE.shared(0), PACE);
    assert_eq!(PACE.shared(u32::MAX), PACE.shared(MOST_STREAMS));
}

#[tokio::test(start_paused = true)]
async fn the_first_deltas_leave_at_once_as_far_as_they_are_a_burst() {
    let mut events = spawn(async move |deltas| flood(deltas, 100).await);
    let read = read_for(&mut events, TICK * 20).await;
    let early: usize = read.iter().take_while(|(at, _)| *at < TICK * 2).map(|(_, bytes)| bytes).sum();
    assert!((PACE.burst..PACE.burst + 2 * PACE.bytes).contains(&early), "{early}");
}

/// Sends `count` deltas of `length` at once, at this interval in milliseconds, for nine seconds. Returns the greatest
/// delay.
async fn lateness(pace: Pace, every_ms: u64, count: usize, length: usize) -> u128 {
    let (begun, times) = (Instant::now(), usize::try_from(9000 / every_ms).unwrap());
    let mut events = spawn_at(pace, async move |deltas| {
        for _ in 0..times {
            sleep(Duration::from_millis(every_ms)).await;
            let sent = begun.elapsed().as_millis();
            for _ in 0..count {
                deltas.send(Delta::Text(format!("{sent:length$}"))).await?;
            }
        }
        Ok(())
    });
    let (mut latest, mut read) = (0, 0);
    while let Some(event) = events.next().await {
        if let Event::Item(Delta::Text(text)) = event {
            let now = begun.elapsed().as_millis();
            for sent in text.as_bytes().chunks(length) {
                let sent: u128 = str::from_utf8(sent).unwrap().trim().parse().unwrap();
                latest = latest.max(now - sent);
                read += 1;
            }
        }
    }
    assert_eq!(read, times * count);
    latest
}

#[tokio::test(start_paused = true)]
async fn three_thousand_deltas_a_second_are_read_within_a_tick() {
    let latest = lateness(PACE, 1, 3, 8).await;
    assert!(latest <= 20, "{latest} ms");
}

#[tokio::test(start_paused = true)]
async fn a_stream_below_the_limit_is_at_most_150_ms_late() {
    for (every_ms, count, length) in [(1, 3, 20), (20, 60, 20), (300, 16, 1024), (300, 800, 20), (1000, 256, 64)] {
        let latest = lateness(Pace::PAGE, every_ms, count, length).await;
        assert!(latest <= 150, "{count} deltas of {length} bytes every {every_ms} ms: {latest} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_silence_a_burst_leaves_at_once_again() {
    let mut events = spawn(async move |deltas| {
        loop {
            for _ in 0..4 {
                deltas.send(text(1000)).await?;
            }
            sleep(Duration::from_secs(1)).await;
        }
    });
    let read = read_for(&mut events, Duration::from_millis(9900)).await;
    let late = read.iter().filter(|(at, _)| at.as_millis() % 1000 > 20).count();
    assert_eq!((read.iter().map(|(_, bytes)| bytes).sum::<usize>(), late), (40_000, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_task_is_not_held_back() {
    let begun = Instant::now();
    let mut events = spawn(async move |deltas| {
        for _ in 0..10 {
            sleep(TICK * 2).await;
            deltas.send(text(1)).await?;
        }
        Ok(())
    });
    events.next().await;
    for n in 1..=10 {
        assert_eq!(events.next().await, Some(Event::Item(text(1))));
        assert_eq!(begun.elapsed(), TICK * 2 * n);
    }
}

#[tokio::test(start_paused = true)]
async fn only_deltas_of_one_kind_are_joined_and_in_order() {
    let reasoning = |text: &str| Delta::Reasoning(text.into());
    let answer = |text: &str| Delta::Text(text.into());
    let sent = [reasoning("a"), reasoning("b"), answer("c"), answer("d"), reasoning("e"), answer("f"), answer("g")];
    let events = spawn(async move |deltas| {
        for delta in sent {
            deltas.send(delta).await?;
        }
        Ok(())
    });
    let read: Vec<_> = events.skip(1).collect().await;
    let joined = [reasoning("ab"), answer("cd"), reasoning("e"), answer("fg")].map(Event::Item);
    assert_eq!(read[..4], joined);
    assert!(matches!(read[4..], [Event::Exit(_)]));
}

#[tokio::test(start_paused = true)]
async fn an_exit_waits_for_no_tick_and_comes_after_all_that_was_sent() {
    let (end, ended) = oneshot::channel::<()>();
    let mut events = spawn(async move |deltas| {
        deltas.send(text(PACE.burst)).await?;
        deltas.send(text(4000)).await?;
        deltas.send(text(4000)).await?;
        deltas.send(text(4000)).await?;
        _ = ended.await;
        Ok(())
    });
    let read = read_for(&mut events, TICK * 2).await;
    _ = end.send(());
    let asked = Instant::now();
    let rest: Vec<_> = events.collect().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
    let bytes = |event: &Event<Delta>| if let Event::Item(delta) = event { delta.size() } else { 0 };
    let all: usize = read.iter().map(|(_, bytes)| bytes).sum::<usize>() + rest.iter().map(bytes).sum::<usize>();
    assert_eq!(all, PACE.burst + 12_000);
    assert!(matches!(rest.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Normal));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_is_heard_at_once_in_the_middle_of_a_flood() {
    let supervisor = Supervisor::default();
    let spawn = Spawn::new().under(supervisor.clone()).paced(PACE);
    let mut events: EventStream<Delta> = spawn.spawn(async move |deltas| flood(deltas, 100).await);
    read_for(&mut events, TICK * 50).await;
    supervisor.shut_down();
    let asked = Instant::now();
    let rest: Vec<_> = events.collect().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert!(matches!(rest.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_crash_is_an_exit_too() {
    let events = spawn(async move |deltas| {
        deltas.send(text(1)).await?;
        panic!("in a test")
    });
    let read: Vec<_> = events.collect().await;
    assert!(matches!(&read[1..], [Event::Item(_), Event::Exit(exit)] if exit.reason == Reason::Crashed));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_kills_a_task_that_waits_for_the_next_tick() {
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn(async move |deltas| {
        let _held = dropped;
        flood(deltas, 100).await
    });
    read_for(&mut events, TICK * 10).await;
    let asked = Instant::now();
    drop(events);
    held.closed().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_does_not_read_makes_the_task_wait() {
    let tasks = TaskRegistry::default();
    let spawn = Spawn::new().under(Supervisor::observed_by(tasks.clone())).paced(PACE);
    let _events: EventStream<Delta> = spawn.spawn(async move |deltas| flood(deltas, 936).await);
    for _ in 0..1000 {
        yield_now().await;
        advance(TICK).await;
    }
    assert_eq!(tasks.metrics().deltas, 65, "64 KiB, of which each takes 1000 bytes with its overhead");
}

#[tokio::test(start_paused = true)]
async fn a_silent_task_says_that_it_is_still_there() {
    let mut events = spawn(async |_| std::future::pending().await);
    events.next().await;
    let mut bytes = Box::pin(encode(events));
    let asked = Instant::now();
    assert_eq!(bytes.next().await.as_deref(), Some(&b": keep-alive\n\n"[..]));
    assert_eq!(asked.elapsed(), KEEP_ALIVE);
}
