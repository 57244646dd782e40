use super::*;
use crate::{
    chat::message::Delta,
    link::{Deltas, EventStream, Fates, Reason, proxies::KEEP_PAGE_ALIVE, spawn_paced},
};
use futures::StreamExt;
use std::sync::Arc;
use tokio::{sync::oneshot, task::yield_now, time::advance};

const TICK: Duration = Duration::from_millis(16);
const PACE: Pace = Pace { tick: TICK, bytes: 1000, burst: 5000 };

fn text(length: usize) -> Delta {
    Delta::Text("x".repeat(length))
}

fn spawn<F: Future<Output = Exit> + Send>(
    fates: &Arc<Fates>,
    work: impl FnOnce(Deltas<Delta>) -> F + Send + 'static,
) -> EventStream<Delta> {
    spawn_paced(fates, "a test", Some(PACE), work)
}

/// Sends deltas of this length for ever, as fast as they are taken.
async fn flood(deltas: Deltas<Delta>, length: usize) -> Exit {
    loop {
        deltas.send(text(length)).await;
    }
}

/// Each delta that is read until so much time has passed: when it was, and how long it is.
async fn read_for(events: &mut EventStream<Delta>, time: Duration) -> Vec<(Duration, usize)> {
    let (begun, mut read) = (Instant::now(), Vec::new());
    while let Ok(Some(event)) = tokio::time::timeout_at(begun + time, events.next()).await {
        if let Event::Delta(delta) = event {
            read.push((begun.elapsed(), delta.size()));
        }
    }
    read
}

#[tokio::test(start_paused = true)]
async fn a_flood_leaves_in_one_write_a_tick_and_so_many_bytes_a_second() {
    for length in [1, 10, 999, 4000, 1024 * 1024] {
        let mut events = spawn(&Arc::default(), async move |deltas| flood(deltas, length).await);
        let read = read_for(&mut events, Duration::from_secs(10)).await;
        let apart = read.windows(2).map(|two| two[1].0.saturating_sub(two[0].0)).min().unwrap();
        assert!(apart >= TICK, "{length}: {apart:?}");
        let bytes: usize = read.iter().map(|(_, bytes)| bytes).sum();
        let right = PACE.burst + 10_000 / 16 * PACE.bytes;
        assert!((right * 9 / 10..=right * 11 / 10).contains(&bytes), "{length}: {bytes} bytes, not {right}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_deltas_leave_at_once_as_far_as_they_are_a_burst() {
    let mut events = spawn(&Arc::default(), async move |deltas| flood(deltas, 100).await);
    let read = read_for(&mut events, TICK * 20).await;
    let early: usize = read.iter().take_while(|(at, _)| *at < TICK * 2).map(|(_, bytes)| bytes).sum();
    assert!((PACE.burst..PACE.burst + 2 * PACE.bytes).contains(&early), "{early}");
}

#[tokio::test(start_paused = true)]
async fn three_thousand_deltas_a_second_are_read_within_a_tick_of_being_sent() {
    let begun = Instant::now();
    let mut events = spawn(&Arc::default(), async move |deltas| {
        for _ in 0..3000 {
            tokio::time::sleep_until(Instant::now() + Duration::from_millis(1)).await;
            for _ in 0..3 {
                let sent = begun.elapsed().as_millis();
                deltas.send(Delta::Text(format!("{sent:8}"))).await;
            }
        }
        Exit::new(Reason::Normal)
    });
    let (mut latest, mut count) = (0, 0);
    while let Some(event) = events.next().await {
        if let Event::Delta(Delta::Text(text)) = event {
            let now = begun.elapsed().as_millis();
            for sent in text.as_bytes().chunks(8) {
                let sent: u128 = str::from_utf8(sent).unwrap().trim().parse().unwrap();
                latest = latest.max(now - sent);
                count += 1;
            }
        }
    }
    assert_eq!(count, 9000);
    assert!(latest <= 20, "{latest} ms");
}

#[tokio::test(start_paused = true)]
async fn a_slow_task_is_not_held_back() {
    let begun = Instant::now();
    let mut events = spawn(&Arc::default(), async move |deltas| {
        for _ in 0..10 {
            sleep(TICK * 2).await;
            deltas.send(text(1)).await;
        }
        Exit::new(Reason::Normal)
    });
    events.next().await;
    for n in 1..=10 {
        assert_eq!(events.next().await, Some(Event::Delta(text(1))));
        assert_eq!(begun.elapsed(), TICK * 2 * n);
    }
}

#[tokio::test(start_paused = true)]
async fn only_deltas_of_the_same_kind_are_joined_and_their_order_stays() {
    let reasoning = |text: &str| Delta::Reasoning(text.into());
    let answer = |text: &str| Delta::Text(text.into());
    let sent = [reasoning("a"), reasoning("b"), answer("c"), answer("d"), reasoning("e"), answer("f"), answer("g")];
    let events = spawn(&Arc::default(), async move |deltas| {
        for delta in sent {
            deltas.send(delta).await;
        }
        Exit::new(Reason::Normal)
    });
    let read: Vec<_> = events.skip(1).collect().await;
    let joined = [reasoning("ab"), answer("cd"), reasoning("e"), answer("fg")].map(Event::Delta);
    assert_eq!(read[..4], joined);
    assert!(matches!(read[4..], [Event::Exit(_)]));
}

#[tokio::test(start_paused = true)]
async fn an_exit_waits_for_no_tick_and_comes_after_all_that_was_sent() {
    let fates = Arc::<Fates>::default();
    let (end, ended) = oneshot::channel::<()>();
    let mut events = spawn(&fates, async move |deltas| {
        deltas.send(text(PACE.burst)).await;
        deltas.send(text(4000)).await;
        deltas.send(text(4000)).await;
        deltas.send(text(4000)).await;
        _ = ended.await;
        Exit::new(Reason::Normal)
    });
    let read = read_for(&mut events, TICK * 2).await;
    _ = end.send(());
    let asked = Instant::now();
    let rest: Vec<_> = events.collect().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
    let bytes = |event: &Event<Delta>| if let Event::Delta(delta) = event { delta.size() } else { 0 };
    let all: usize = read.iter().map(|(_, bytes)| bytes).sum::<usize>() + rest.iter().map(bytes).sum::<usize>();
    assert_eq!(all, PACE.burst + 12_000);
    assert!(matches!(rest.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Normal));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_is_heard_at_once_in_the_middle_of_a_flood() {
    let fates = Arc::<Fates>::default();
    let mut events = spawn(&fates, async move |deltas| flood(deltas, 100).await);
    read_for(&mut events, TICK * 50).await;
    fates.shutdown.cancel();
    let asked = Instant::now();
    let rest: Vec<_> = events.collect().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert!(matches!(rest.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_crash_is_an_exit_too() {
    let events = spawn(&Arc::default(), async move |deltas| {
        deltas.send(text(1)).await;
        panic!("in a test")
    });
    let read: Vec<_> = events.collect().await;
    assert!(matches!(&read[1..], [Event::Delta(_), Event::Exit(exit)] if exit.reason == Reason::Crashed));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_kills_a_task_that_waits_for_the_next_tick() {
    let fates = Arc::<Fates>::default();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn(&fates, async move |deltas| {
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
    let fates = Arc::<Fates>::default();
    let _events = spawn(&fates, async move |deltas| flood(deltas, 936).await);
    for _ in 0..1000 {
        yield_now().await;
        advance(TICK).await;
    }
    assert_eq!(fates.tally().deltas, 65, "64 KiB, of which each takes 1000 bytes with its overhead");
}

#[tokio::test(start_paused = true)]
async fn a_silent_task_says_that_it_is_still_there() {
    let mut events = spawn(&Arc::default(), async |_| std::future::pending().await);
    events.next().await;
    let asked = Instant::now();
    assert_eq!(events.next().await, Some(Event::KeepAlive));
    assert_eq!(asked.elapsed(), KEEP_PAGE_ALIVE);
}
