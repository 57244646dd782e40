use super::*;
use crate::chat::message::Delta;
use crate::link::{
    Census, Fate, Phase, Reason,
    census::{Ended, Living, State},
    deltas::{BUFFER, OVERHEAD, PIECE},
    proxies::KEEP_ALIVE,
};
use futures::future::pending;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{self, Instant},
};

impl Fragment for () {}
impl Fragment for u32 {}

/// How many deltas without content wait for a reader.
const FITTING: usize = BUFFER / OVERHEAD;

fn fates() -> Arc<Fates> {
    Arc::default()
}

fn normal() -> Exit {
    Exit::new(Reason::Normal)
}

/// Waits for what happens at once if it happens at all: a test that hangs tells nobody why.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    time::timeout(Duration::from_secs(10), future).await.expect("this should have happened by now")
}

/// Reads the start, and says which task it is.
async fn started<T>(events: &mut EventStream<T>) -> String {
    match events.next().await {
        Some(Event::Start { task }) => task.to_string(),
        _ => panic!("the start comes first"),
    }
}

async fn rest<T>(events: EventStream<T>) -> Vec<Event<T>> {
    events.collect().await
}

fn reason(fates: &Fates, task: &str) -> Reason {
    match fates.of(task) {
        Fate::Ended { reason, .. } => reason,
        fate => panic!("{fate:?}"),
    }
}

#[tokio::test]
async fn a_task_says_start_then_its_deltas_then_exit_and_no_more() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "a test", async |deltas: Deltas<u32>| {
        for n in 0..100 {
            deltas.send(n).await;
        }
        normal()
    });
    let task = started(&mut events).await;
    let mut expected = (0..100).map(Event::Delta).collect::<Vec<_>>();
    expected.push(Event::Exit(normal()));
    assert_eq!(rest(events).await, expected);
    assert!(matches!(fates.of(&task), Fate::Ended { reason: Reason::Normal, deltas: 100, .. }));
    assert_eq!((fates.live(), fates.exits(Reason::Normal)), (0, 1));
}

#[tokio::test]
async fn what_a_task_waits_for_is_told_before_its_first_delta_and_never_after() {
    let mut events = spawn_linked(&fates(), "a test", async |deltas: Deltas<u32>| {
        deltas.progress(Progress::reading(35));
        deltas.send(1).await;
        deltas.progress(Progress::reading(99));
        deltas.send(2).await;
        normal()
    });
    started(&mut events).await;
    let expected = [Event::Progress(Progress::reading(35)), Event::Delta(1), Event::Delta(2), Event::Exit(normal())];
    let rest = rest(events).await;
    // The task may be ahead of its reader, who then hears only the latest word.
    assert_eq!(rest[1..], expected[1..]);
    assert!(matches!(rest[0], Event::Progress(Progress { phase: Phase::Reading, .. })));
}

#[tokio::test]
async fn dropping_the_stream_drops_all_that_the_task_holds() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let (at_work, working) = oneshot::channel();
    let mut events = spawn_linked(&fates, "a test", async move |_: Deltas<()>| {
        _ = at_work.send(());
        let _held = dropped;
        pending().await
    });
    let task = started(&mut events).await;
    working.await.unwrap();
    assert_eq!((fates.of(&task), fates.live()), (Fate::Running, 1));
    drop(events);
    soon(held.closed()).await;
    assert_eq!(ended(&fates, &task).await, Reason::Killed);
}

#[tokio::test]
async fn dropping_the_stream_kills_a_task_that_waits_for_its_reader() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn_linked(&fates, "a test", async move |deltas| {
        let _held = dropped;
        loop {
            deltas.send(()).await;
        }
    });
    let task = started(&mut events).await;
    for _ in 0..FITTING * 2 {
        events.next().await;
    }
    drop(events);
    soon(held.closed()).await;
    assert_eq!(ended(&fates, &task).await, Reason::Killed);
}

#[tokio::test]
async fn a_stream_that_is_dropped_before_the_task_was_ever_polled_kills_it_all_the_same() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    drop(spawn_linked(&fates, "a test", async move |_: Deltas<()>| {
        let _held = dropped;
        pending().await
    }));
    soon(held.closed()).await;
    assert_eq!((fates.live(), fates.exits(Reason::Killed)), (0, 1));
}

/// Waits until a task that is being aborted is gone: it is the runtime's turn, so yield to it.
async fn ended(fates: &Fates, task: &str) -> Reason {
    soon(async {
        while fates.of(task) == Fate::Running {
            tokio::task::yield_now().await;
        }
    })
    .await;
    reason(fates, task)
}

#[tokio::test]
async fn a_panic_is_trapped_and_the_page_is_told_without_its_words() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn_linked(&fates, "a test", async move |deltas: Deltas<u32>| {
        let _held = dropped;
        deltas.send(1).await;
        panic!("a secret");
    });
    let task = started(&mut events).await;
    let said = rest(events).await;
    assert_eq!(said[0], Event::Delta(1));
    let [_, Event::Exit(exit)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(exit.reason, Reason::Crashed);
    assert!(!format!("{exit:?}").contains("secret"));
    soon(held.closed()).await;
    assert_eq!(reason(&fates, &task), Reason::Crashed);
}

#[tokio::test]
async fn a_panic_before_the_first_await_is_trapped_too() {
    let fates = fates();
    let events = spawn_linked(&fates, "a test", |_: Deltas<()>| -> future::Ready<Exit> { panic!("at once") });
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if exit.reason == Reason::Crashed));
    assert_eq!(fates.exits(Reason::Crashed), 1);
}

#[tokio::test]
async fn a_reader_who_does_not_read_makes_the_task_wait() {
    let fates = fates();
    let made = Arc::new(AtomicU64::new(0));
    let counter = made.clone();
    let events = spawn_linked(&fates, "a test", async move |deltas| {
        loop {
            deltas.send(()).await;
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    soon(async {
        while made.load(Ordering::Relaxed) < FITTING as u64 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for _ in 0..1000 {
        tokio::task::yield_now().await; // a thousand turns in which it could do more
    }
    assert_eq!(made.load(Ordering::Relaxed), FITTING as u64);
    drop(events);
}

#[tokio::test]
async fn what_waits_for_a_reader_is_bounded_in_bytes() {
    for length in [1, 1000, PIECE, BUFFER, 1024 * 1024] {
        let fates = fates();
        let events = spawn_linked(&fates, "a test", async move |deltas| {
            loop {
                deltas.send(Delta::Text("x".repeat(length))).await;
            }
        });
        for _ in 0..5000 {
            tokio::task::yield_now().await;
        }
        let (sent, piece) = (fates.tally().deltas, length.min(PIECE) as u64);
        let waiting = sent * (piece + OVERHEAD as u64);
        let full = (BUFFER as u64 * 9 / 10)..=BUFFER as u64;
        assert!(full.contains(&waiting), "{length}: {waiting} bytes in {sent} deltas");
        drop(events);
    }
}

#[tokio::test]
async fn a_delta_that_is_cut_loses_nothing() {
    let text = "→".repeat(1024 * 1024 / 3);
    let sent = Delta::Reasoning(text.clone());
    let events = spawn_linked(&fates(), "a test", async move |deltas| {
        deltas.send(sent).await;
        normal()
    });
    let read = rest(events).await.into_iter().filter_map(|event| match event {
        Event::Delta(Delta::Reasoning(piece)) => Some(piece),
        _ => None,
    });
    let pieces = read.collect::<Vec<_>>();
    assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
    assert!(pieces.concat() == text);
}

/// A value that can be neither cut nor joined, and says that it is larger than all that may wait.
#[derive(Debug, PartialEq)]
struct Huge;

impl Fragment for Huge {
    fn size(&self) -> usize {
        BUFFER * 10
    }
}

#[tokio::test]
async fn a_delta_that_is_larger_than_the_buffer_waits_alone_and_arrives() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "a test", async move |deltas| {
        for _ in 0..3 {
            deltas.send(Huge).await;
        }
        normal()
    });
    started(&mut events).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fates.tally().deltas, 1);
    assert_eq!(rest(events).await.len(), 4);
}

#[tokio::test]
async fn shutdown_ends_a_task_at_once_and_says_so() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn_linked(&fates, "a test", async move |deltas: Deltas<u32>| {
        let _held = dropped;
        deltas.send(1).await;
        pending().await
    });
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Delta(1)));
    fates.shutdown.cancel();
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Exit(exit)] if exit.reason == Reason::Shutdown && exit.message.is_some()));
    assert_eq!(reason(&fates, &task), Reason::Shutdown);
}

#[tokio::test]
async fn shutdown_ends_a_task_that_waits_for_its_reader_and_what_it_had_sent_arrives() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let events = spawn_linked(&fates, "a test", async move |deltas| {
        let _held = dropped;
        loop {
            deltas.send(()).await;
        }
    });
    fates.shutdown.cancel();
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(said.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown));
}

#[tokio::test]
async fn a_kill_drops_all_that_one_task_holds_and_its_page_is_told_and_the_others_live_on() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = spawn_linked(&fates, "a test", async move |deltas: Deltas<u32>| {
        let _held = dropped;
        deltas.send(1).await;
        pending().await
    });
    let other = spawn_linked(&fates, "another", async |_: Deltas<()>| pending().await);
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Delta(1)));
    assert!(fates.kill(number(&fates, "a test")));
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Exit(exit)] if exit.reason == Reason::Killed && exit.message.is_some()));
    assert_eq!((reason(&fates, &task), fates.live()), (Reason::Killed, 1));
    drop(other);
}

#[tokio::test]
async fn a_kill_ends_a_task_that_waits_for_its_reader() {
    let fates = fates();
    let (mut held, dropped) = oneshot::channel::<()>();
    let events = spawn_linked(&fates, "a test", async move |deltas| {
        let _held = dropped;
        loop {
            deltas.send(()).await;
        }
    });
    assert!(fates.kill(number(&fates, "a test")));
    soon(held.closed()).await;
    assert!(matches!(rest(events).await.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Killed));
    assert!(!fates.kill(1), "there is none of that number any more");
}

/// The number of the task that is for this.
fn number(fates: &Fates, about: &str) -> u64 {
    let census = fates.census(usize::MAX);
    census.tasks.iter().find(|task| &*task.about == about).expect("it lives").number
}

#[tokio::test(start_paused = true)]
async fn who_looks_on_sees_what_a_task_is_for_how_old_it_is_how_far_and_how_it_ended() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "llama3.2", async |deltas: Deltas<u32>| {
        time::sleep(Duration::from_millis(300)).await;
        deltas.send(1).await;
        time::sleep(Duration::from_millis(500)).await;
        normal()
    });
    started(&mut events).await;
    let living = |state, age_ms, deltas| Living { number: 1, about: "llama3.2".into(), state, age_ms, deltas };
    assert_eq!(fates.census(9).tasks, [living(State::Waiting, 0, 0)]);
    assert_eq!(events.next().await, Some(Event::Delta(1)));
    assert_eq!(fates.census(9).tasks, [living(State::Streaming, 300, 1)]);
    assert_eq!((fates.census(0).live, fates.census(0).tasks.len()), (1, 0));
    rest(events).await;
    time::advance(Duration::from_secs(7)).await;
    let (about, reason) = ("llama3.2".into(), Reason::Normal);
    let exits = vec![Ended { number: 1, about, reason, deltas: 1, lived_ms: 800, ago_ms: 7000 }];
    assert_eq!(fates.census(9), Census { live: 0, ended: 1, deltas: 1, tasks: Vec::new(), exits });
    let tally = fates.tally();
    assert_eq!((tally.first_delta.count, tally.first_delta.sum), (1, Duration::from_millis(300)));
    assert_eq!(tally.last_breath.count, 0, "somebody listened to the end");
}

#[tokio::test]
async fn it_is_measured_how_long_a_task_lives_on_when_nobody_listens() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "a test", async |_: Deltas<()>| pending().await);
    let task = started(&mut events).await;
    drop(events);
    ended(&fates, &task).await;
    assert_eq!(fates.tally().last_breath.count, 1);
}

#[tokio::test]
async fn a_task_that_is_for_very_much_is_called_less() {
    let fates = fates();
    let _events = spawn_linked(&fates, "é".repeat(1000), async |_: Deltas<()>| pending().await);
    assert_eq!(*fates.census(1).tasks[0].about, "é".repeat(80));
}

#[tokio::test]
async fn a_task_that_is_started_during_shutdown_does_nothing() {
    let fates = fates();
    fates.shutdown.cancel();
    let events =
        spawn_linked(&fates, "a test", async |_: Deltas<()>| -> Exit { unreachable!("it should never have begun") });
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if exit.reason == Reason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_stream_says_every_ten_seconds_that_it_is_still_there() {
    let mut events = spawn_linked(&fates(), "a test", async |_: Deltas<()>| pending().await);
    started(&mut events).await;
    for _ in 0..3 {
        let asked = Instant::now();
        assert_eq!(events.next().await, Some(Event::KeepAlive));
        assert_eq!(asked.elapsed(), KEEP_ALIVE);
    }
}

#[tokio::test(start_paused = true)]
async fn a_delta_is_a_sign_of_life_too() {
    let mut events = spawn_linked(&fates(), "a test", async |deltas| {
        for n in 0..5 {
            time::sleep(KEEP_ALIVE * 9 / 10).await;
            deltas.send(n).await;
        }
        normal()
    });
    started(&mut events).await;
    let said = rest(events).await;
    assert!(!said.contains(&Event::KeepAlive), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_life_is_measured_from_spawn_to_end() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "a test", async |_: Deltas<()>| {
        time::sleep(Duration::from_millis(812)).await;
        normal()
    });
    let task = started(&mut events).await;
    rest(events).await;
    assert_eq!(fates.of(&task), Fate::Ended { reason: Reason::Normal, deltas: 0, lived_ms: 812 });
}

#[tokio::test]
async fn the_fate_is_known_before_the_exit_is_heard() {
    let fates = fates();
    let mut events = spawn_linked(&fates, "a test", async |_: Deltas<()>| normal());
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Exit(normal())));
    assert_eq!(reason(&fates, &task), Reason::Normal);
}

#[tokio::test]
async fn ids_differ_and_old_fates_are_forgotten() {
    let fates = fates();
    let mut first = spawn_linked(&fates, "a test", async |_: Deltas<()>| normal());
    let task = started(&mut first).await;
    rest(first).await;
    for _ in 0..5000 {
        let mut events = spawn_linked(&fates, "a test", async |_: Deltas<()>| normal());
        assert_ne!(started(&mut events).await, task);
        rest(events).await;
    }
    assert_eq!(fates.of(&task), Fate::Unknown);
    assert_eq!((fates.live(), fates.exits(Reason::Normal)), (0, 5001));
}
