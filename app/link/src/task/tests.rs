use super::{
    buffer::{BUFFER, OVERHEAD, STALLED},
    sender::PIECE,
    *,
};
use crate::{
    Reason,
    registry::{
        Fate, Snapshot, TaskRegistry,
        snapshot::{Ended, Living, State},
    },
    wire::{KEEP_ALIVE, cut, encode},
};
use futures::future::pending;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::oneshot,
    task::spawn_blocking,
    time::{self, Instant},
};

/// The number of deltas without content that wait for a reader.
const FITTING: usize = BUFFER / OVERHEAD;

/// A registry, and the supervisor that it observes.
struct Server {
    tasks: TaskRegistry,
    supervisor: Supervisor,
}

impl Server {
    fn new() -> Self {
        let tasks = TaskRegistry::default();
        Self { supervisor: Supervisor::observed_by(tasks.clone()), tasks }
    }

    /// A task that is for "a test".
    fn spawn<T: Item, F: Future<Output = Result<(), Failure>> + Send>(
        &self,
        work: impl FnOnce(Sender<T>) -> F + Send + 'static,
    ) -> EventStream<T> {
        self.spawn_about("a test", work)
    }

    fn spawn_about<T: Item, F: Future<Output = Result<(), Failure>> + Send>(
        &self,
        about: &str,
        work: impl FnOnce(Sender<T>) -> F + Send + 'static,
    ) -> EventStream<T> {
        Spawn::new().under(self.supervisor.clone()).about(about).spawn(work)
    }
}

/// Text that is cut into pieces.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Text(String);

impl Item for Text {
    fn size(&self) -> usize {
        self.0.len()
    }

    fn pieces(self, most: usize) -> impl Iterator<Item = Self> + Send {
        cut(self.0, most).map(Self)
    }
}

fn normal() -> Exit {
    Exit::new(Reason::Normal)
}

/// Waits for something that happens at once if it happens at all: a hanging test would give no reason.
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

fn reason(tasks: &TaskRegistry, task: &str) -> Reason {
    match tasks.fate(task) {
        Fate::Ended { reason, .. } => reason,
        fate => panic!("{fate:?}"),
    }
}

#[tokio::test]
async fn a_task_says_start_then_its_deltas_then_exit_and_no_more() {
    let server = Server::new();
    let mut events = server.spawn(async |sender: Sender<u32>| {
        for n in 0..100 {
            sender.send(n).await?;
        }
        Ok(())
    });
    let task = started(&mut events).await;
    let mut expected = (0..100).map(Event::Item).collect::<Vec<_>>();
    expected.push(Event::Exit(normal()));
    assert_eq!(rest(events).await, expected);
    assert!(matches!(server.tasks.fate(&task), Fate::Ended { reason: Reason::Normal, deltas: 100, .. }));
    assert_eq!((server.tasks.live(), server.tasks.exits(Reason::Normal)), (0, 1));
}

/// A task's progress, or its work.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Said {
    Progress(u32),
    Made(String),
}

impl Item for Said {
    fn event(&self) -> &'static str {
        if matches!(self, Self::Progress(_)) { "progress" } else { "delta" }
    }
}

#[tokio::test]
async fn progress_comes_in_order_and_is_not_counted_as_work() {
    let server = Server::new();
    let mut events = server.spawn(async |sender: Sender<Said>| {
        sender.send_if_room(Said::Progress(35))?;
        sender.send(Said::Made("a".into())).await?;
        Ok(())
    });
    let task = started(&mut events).await;
    let expected = [Event::Item(Said::Progress(35)), Event::Item(Said::Made("a".into())), Event::Exit(normal())];
    assert_eq!(rest(events).await, expected);
    assert!(matches!(server.tasks.fate(&task), Fate::Ended { deltas: 1, .. }));
}

#[tokio::test]
async fn dropping_the_stream_drops_all_that_the_task_holds() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let (at_work, working) = oneshot::channel();
    let mut events = server.spawn(async move |_: Sender<()>| {
        _ = at_work.send(());
        let _held = dropped;
        pending().await
    });
    let task = started(&mut events).await;
    working.await.unwrap();
    assert_eq!((server.tasks.fate(&task), server.tasks.live()), (Fate::Running, 1));
    drop(events);
    soon(held.closed()).await;
    assert_eq!(ended(&server.tasks, &task).await, Reason::Killed);
}

#[tokio::test]
async fn dropping_the_stream_kills_a_task_that_waits_for_its_reader() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = server.spawn(async move |sender| {
        let _held = dropped;
        loop {
            sender.send(()).await?;
        }
    });
    let task = started(&mut events).await;
    for _ in 0..FITTING * 2 {
        events.next().await;
    }
    drop(events);
    soon(held.closed()).await;
    assert_eq!(ended(&server.tasks, &task).await, Reason::Killed);
}

#[tokio::test]
async fn dropping_the_stream_kills_a_task_that_was_never_polled() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    drop(server.spawn(async move |_: Sender<()>| {
        let _held = dropped;
        pending().await
    }));
    soon(held.closed()).await;
    assert_eq!((server.tasks.live(), server.tasks.exits(Reason::Killed)), (0, 1));
}

/// The stream is alive, and its connection too: nothing else would end the task.
#[tokio::test(start_paused = true)]
async fn a_page_that_reads_nothing_for_fifteen_minutes_ends_its_task() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let begun = Instant::now();
    let mut events = server.spawn(async move |sender| {
        let _held = dropped;
        loop {
            _ = sender.send(()).await; // the work needn't even look
        }
    });
    let task = started(&mut events).await;
    held.closed().await;
    assert_eq!(begun.elapsed(), STALLED);
    assert_eq!(ended(&server.tasks, &task).await, Reason::Killed);
    let said = rest(events).await;
    assert_eq!(said.len(), FITTING + 1);
    assert!(matches!(said.last(), Some(Event::Exit(exit)) if exit.message.is_some()), "{:?}", said.last());
}

/// Work that takes the end of its page for the end of its work has not done all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_ended_from_outside_never_ends_as_normal() {
    for n in 0..100 {
        let server = Server::new();
        let mut events = server.spawn(async move |out: Sender<u32>| {
            Ok(spawn_blocking(move || while out.blocking_send(1).is_ok() {}).await?)
        });
        started(&mut events).await;
        events.next().await;
        let expected = if n % 2 == 0 {
            server.tasks.kill(1, "superseded");
            Exit::with_message(Reason::Killed, "superseded")
        } else {
            server.supervisor.shut_down();
            Exit::with_message(Reason::Shutdown, "The server is shutting down.")
        };
        assert_eq!(soon(rest(events)).await.pop(), Some(Event::Exit(expected)));
    }
}

#[tokio::test]
async fn a_stream_that_ends_with_its_task_was_not_dropped() {
    let server = Server::new();
    drop(rest(server.spawn(async |_: Sender<()>| Ok(()))).await);
    assert_eq!(server.tasks.metrics().stop_latency.count, 0);
}

/// A value that says how large it is.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Large(usize);

impl Item for Large {
    fn size(&self) -> usize {
        self.0
    }
}

/// The last item takes all of the buffer, so it waits until everything before it is read.
#[tokio::test(start_paused = true)]
async fn a_page_that_reads_a_little_now_and_then_is_waited_for() {
    let server = Server::new();
    let mut events = server.spawn(async |sender| {
        for _ in 0..20 {
            sender.send(Large(3000)).await?;
        }
        sender.send(Large(BUFFER)).await?;
        Ok(())
    });
    started(&mut events).await;
    for _ in 0..20 {
        time::sleep(STALLED * 4 / 10).await;
        events.next().await;
    }
    assert_eq!(rest(events).await, [Event::Item(Large(BUFFER)), Event::Exit(normal())]);
}

#[tokio::test]
async fn a_foreign_thread_hears_that_its_page_is_gone() {
    let (ended, has_ended) = oneshot::channel();
    let mut events = Server::new().spawn(async move |sender: Sender<u32>| {
        std::thread::spawn(move || {
            while sender.blocking_send(1).is_ok() {}
            _ = ended.send(());
        });
        pending().await
    });
    started(&mut events).await;
    events.next().await;
    drop(events);
    soon(has_ended).await.unwrap();
}

#[tokio::test]
async fn work_that_blocks_sends_ends_and_hears_that_its_page_is_gone() {
    let count = |to: u32, ended: oneshot::Sender<()>| {
        spawn_linked_blocking(move |out| {
            let _ended = ended;
            (0..to).try_for_each(|n| out.blocking_send(n))?;
            Ok(Total { lines: to.into() })
        })
    };
    let (ended, _) = oneshot::channel();
    let said: Vec<_> = count(2, ended).skip(1).collect().await;
    let normal = Exit { result: Total { lines: 2 }, ..Exit::new(Reason::Normal) };
    assert_eq!(said, [Event::Item(0), Event::Item(1), Event::Exit(normal)]);
    let (ended, has_ended) = oneshot::channel();
    let mut events = count(u32::MAX, ended);
    events.next().await;
    drop(events);
    assert!(soon(has_ended).await.is_err(), "dropped");
    let events: EventStream<u32> = spawn_linked_blocking(|_| panic!("a secret"));
    assert!(matches!(rest(events).await.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Crashed));
}

#[tokio::test]
async fn a_stream_is_linked_as_it_is() {
    let events = linked_stream(stream::iter([1, 2]));
    let said: Vec<_> = events.skip(1).collect().await;
    assert_eq!(said, [Event::Item(1), Event::Item(2), Event::Exit(normal())]);
}

#[tokio::test]
async fn the_first_error_of_a_stream_ends_its_task() {
    let numbers = ["1", "x", "3"].map(str::parse::<u32>);
    let said: Vec<_> = linked_try_stream(stream::iter(numbers)).skip(1).collect().await;
    assert_eq!(said, [Event::Item(1), Event::Exit(Exit::failed("invalid digit found in string"))]);
}

#[tokio::test]
async fn a_linked_stream_is_dropped_with_its_page() {
    let (mut held, dropped) = oneshot::channel::<()>();
    let items = stream::once(async move {
        let _held = dropped;
        pending::<u32>().await
    });
    let mut events = linked_stream(items);
    started(&mut events).await;
    drop(events);
    soon(held.closed()).await;
}

/// Waits until a task that is being aborted is gone: it is the runtime's turn, so yield to it.
async fn ended(tasks: &TaskRegistry, task: &str) -> Reason {
    soon(async {
        while tasks.fate(task) == Fate::Running {
            tokio::task::yield_now().await;
        }
    })
    .await;
    reason(tasks, task)
}

#[tokio::test]
async fn a_panic_is_trapped_and_the_page_is_told_without_its_words() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = server.spawn(async move |sender: Sender<u32>| {
        let _held = dropped;
        sender.send(1).await?;
        panic!("a secret");
    });
    let task = started(&mut events).await;
    let said = rest(events).await;
    assert_eq!(said[0], Event::Item(1));
    let [_, Event::Exit(exit)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(exit.reason, Reason::Crashed);
    assert!(!format!("{exit:?}").contains("secret"));
    soon(held.closed()).await;
    assert_eq!(reason(&server.tasks, &task), Reason::Crashed);
}

#[tokio::test]
async fn a_panic_before_the_first_await_is_trapped_too() {
    let server = Server::new();
    let events = server.spawn(|_: Sender<()>| -> future::Ready<Result<(), Failure>> { panic!("at once") });
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if exit.reason == Reason::Crashed));
    assert_eq!(server.tasks.exits(Reason::Crashed), 1);
}

#[tokio::test]
async fn a_reader_who_does_not_read_makes_the_task_wait() {
    let server = Server::new();
    let made = Arc::new(AtomicU64::new(0));
    let counter = made.clone();
    let events = server.spawn(async move |sender| {
        loop {
            sender.send(()).await?;
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
async fn items_that_wait_for_a_reader_are_bounded_in_bytes() {
    for length in [1, 1000, PIECE, BUFFER, 1024 * 1024] {
        let server = Server::new();
        let events = server.spawn(async move |sender| {
            loop {
                sender.send(Text("x".repeat(length))).await?;
            }
        });
        for _ in 0..5000 {
            tokio::task::yield_now().await;
        }
        let (sent, piece) = (server.tasks.metrics().deltas, length.min(PIECE) as u64);
        let waiting = sent * (piece + OVERHEAD as u64);
        let full = (BUFFER as u64 * 9 / 10)..=BUFFER as u64;
        assert!(full.contains(&waiting), "{length}: {waiting} bytes in {sent} deltas");
        drop(events);
    }
}

#[tokio::test]
async fn an_item_that_is_cut_loses_nothing() {
    let text = "→".repeat(1024 * 1024 / 3);
    let sent = Text(text.clone());
    let events = Server::new().spawn(async move |sender| {
        sender.send(sent).await?;
        Ok(())
    });
    let read = rest(events).await.into_iter().filter_map(|event| match event {
        Event::Item(Text(piece)) => Some(piece),
        _ => None,
    });
    let pieces = read.collect::<Vec<_>>();
    assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
    assert!(pieces.concat() == text);
}

/// A value that can be neither cut nor joined, and says that it is larger than all that may wait.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Huge;

impl Item for Huge {
    fn size(&self) -> usize {
        BUFFER * 10
    }
}

#[tokio::test]
async fn a_delta_larger_than_the_buffer_waits_alone_and_arrives() {
    let server = Server::new();
    let mut events = server.spawn(async move |sender| {
        for _ in 0..3 {
            sender.send(Huge).await?;
        }
        Ok(())
    });
    started(&mut events).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.tasks.metrics().deltas, 1);
    assert_eq!(rest(events).await.len(), 4);
}

#[tokio::test]
async fn shutdown_ends_a_task_at_once_and_says_so() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = server.spawn(async move |sender: Sender<u32>| {
        let _held = dropped;
        sender.send(1).await?;
        pending().await
    });
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Item(1)));
    server.supervisor.shut_down();
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Exit(exit)] if exit.reason == Reason::Shutdown && exit.message.is_some()));
    assert_eq!(reason(&server.tasks, &task), Reason::Shutdown);
}

#[tokio::test]
async fn shutdown_ends_a_sending_task_and_its_items_arrive() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let events = server.spawn(async move |sender| {
        let _held = dropped;
        loop {
            sender.send(()).await?;
        }
    });
    server.supervisor.shut_down();
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(said.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown));
}

#[tokio::test]
async fn a_kill_drops_one_task_and_tells_its_page() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events = server.spawn(async move |sender: Sender<u32>| {
        let _held = dropped;
        sender.send(1).await?;
        pending().await
    });
    let other = server.spawn_about("another", async |_: Sender<()>| pending().await);
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Item(1)));
    assert!(server.tasks.kill(number(&server.tasks, "a test"), "Enough."));
    soon(held.closed()).await;
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Exit(exit)] if exit.reason == Reason::Killed && exit.message.is_some()));
    assert_eq!((reason(&server.tasks, &task), server.tasks.live()), (Reason::Killed, 1));
    drop(other);
}

#[tokio::test]
async fn a_kill_ends_a_task_that_waits_for_its_reader() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let events = server.spawn(async move |sender| {
        let _held = dropped;
        loop {
            sender.send(()).await?;
        }
    });
    assert!(server.tasks.kill(number(&server.tasks, "a test"), "Enough."));
    soon(held.closed()).await;
    assert!(matches!(rest(events).await.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Killed));
    assert!(!server.tasks.kill(1, "Enough."), "there is none of that number any more");
}

/// The number of the task that is for this.
fn number(tasks: &TaskRegistry, about: &str) -> u64 {
    let snapshot = tasks.snapshot(usize::MAX);
    snapshot.tasks.iter().find(|task| &*task.about == about).expect("it lives").number
}

#[tokio::test(start_paused = true)]
async fn the_snapshot_shows_about_age_progress_and_exit_of_a_task() {
    let server = Server::new();
    let mut events = server.spawn_about("llama3.2", async |sender: Sender<u32>| {
        time::sleep(Duration::from_millis(300)).await;
        sender.send(1).await?;
        time::sleep(Duration::from_millis(500)).await;
        Ok(())
    });
    started(&mut events).await;
    let living = |state, age_ms, deltas| Living { number: 1, about: "llama3.2".into(), state, age_ms, deltas };
    assert_eq!(server.tasks.snapshot(9).tasks, [living(State::Waiting, 0, 0)]);
    assert_eq!(events.next().await, Some(Event::Item(1)));
    assert_eq!(server.tasks.snapshot(9).tasks, [living(State::Streaming, 300, 1)]);
    assert_eq!((server.tasks.snapshot(0).live, server.tasks.snapshot(0).tasks.len()), (1, 0));
    rest(events).await;
    time::advance(Duration::from_secs(7)).await;
    let (about, reason) = ("llama3.2".into(), Reason::Normal);
    let exits = vec![Ended { number: 1, about, reason, deltas: 1, lived_ms: 800, ago_ms: 7000 }];
    assert_eq!(server.tasks.snapshot(9), Snapshot { live: 0, ended: 1, deltas: 1, tasks: Vec::new(), exits });
    let metrics = server.tasks.metrics();
    assert_eq!((metrics.first_delta.count, metrics.first_delta.sum), (1, Duration::from_millis(300)));
    assert_eq!(metrics.stop_latency.count, 0, "somebody listened to the end");
}

#[tokio::test]
async fn the_teardown_time_of_an_abandoned_task_is_measured() {
    let server = Server::new();
    let mut events = server.spawn(async |_: Sender<()>| pending().await);
    let task = started(&mut events).await;
    drop(events);
    ended(&server.tasks, &task).await;
    assert_eq!(server.tasks.metrics().stop_latency.count, 1);
}

#[tokio::test]
async fn a_task_that_is_for_very_much_is_called_less() {
    let server = Server::new();
    let _events = server.spawn_about(&"é".repeat(1000), async |_: Sender<()>| pending().await);
    assert_eq!(*server.tasks.snapshot(1).tasks[0].about, "é".repeat(80));
}

#[tokio::test]
async fn a_task_that_is_started_during_shutdown_does_nothing() {
    let server = Server::new();
    server.supervisor.shut_down();
    let events = server.spawn(async |_: Sender<()>| unreachable!("it should never have begun"));
    let said = rest(events).await;
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if exit.reason == Reason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_stream_says_every_second_that_it_is_still_there() {
    let mut events = Server::new().spawn(async |_: Sender<()>| pending().await);
    started(&mut events).await;
    let mut bytes = Box::pin(encode(events));
    for _ in 0..3 {
        let asked = Instant::now();
        assert_eq!(bytes.next().await.as_deref(), Some(&b": keep-alive\n\n"[..]));
        assert_eq!(asked.elapsed(), KEEP_ALIVE);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_silent_for_as_long_as_its_task_wants() {
    let silence = Duration::from_secs(10);
    let mut events: EventStream<u32> = Spawn::new().keep_alive(silence).spawn(async |_| pending().await);
    started(&mut events).await;
    let (asked, mut bytes) = (Instant::now(), Box::pin(encode(events)));
    assert_eq!(bytes.next().await.as_deref(), Some(&b": keep-alive\n\n"[..]));
    assert_eq!(asked.elapsed(), silence);
}

#[tokio::test(start_paused = true)]
async fn an_item_is_a_sign_of_life_too() {
    let mut events = Server::new().spawn(async |sender| {
        for n in 0..5 {
            time::sleep(KEEP_ALIVE * 9 / 10).await;
            sender.send(n).await?;
        }
        Ok(())
    });
    started(&mut events).await;
    let bytes: Vec<_> = encode::<u32, ()>(events).collect().await;
    let text = String::from_utf8(bytes.concat()).unwrap();
    assert!(text.contains("delta") && !text.contains("keep-alive"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_life_is_measured_from_spawn_to_end() {
    let server = Server::new();
    let mut events = server.spawn(async |_: Sender<()>| {
        time::sleep(Duration::from_millis(812)).await;
        Ok(())
    });
    let task = started(&mut events).await;
    rest(events).await;
    assert_eq!(server.tasks.fate(&task), Fate::Ended { reason: Reason::Normal, deltas: 0, lived_ms: 812 });
}

#[tokio::test]
async fn the_fate_is_known_before_the_exit_is_heard() {
    let server = Server::new();
    let mut events = server.spawn(async |_: Sender<()>| Ok(()));
    let task = started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Exit(normal())));
    assert_eq!(reason(&server.tasks, &task), Reason::Normal);
}

#[tokio::test]
async fn ids_differ_and_old_fates_are_forgotten() {
    let server = Server::new();
    let mut first = server.spawn(async |_: Sender<()>| Ok(()));
    let task = started(&mut first).await;
    rest(first).await;
    for _ in 0..5000 {
        let mut events = server.spawn(async |_: Sender<()>| Ok(()));
        assert_ne!(started(&mut events).await, task);
        rest(events).await;
    }
    assert_eq!(server.tasks.fate(&task), Fate::Unknown);
    assert_eq!((server.tasks.live(), server.tasks.exits(Reason::Normal)), (0, 5001));
}

#[tokio::test]
async fn a_blocking_thread_hears_that_its_page_is_gone() {
    let (ended, has_ended) = oneshot::channel();
    let mut events = Server::new().spawn(async move |sender: Sender<u32>| {
        let thread = spawn_blocking(move || {
            while sender.blocking_send(1).is_ok() {}
            assert!(sender.is_gone());
            _ = ended.send(());
        });
        Ok(thread.await?)
    });
    started(&mut events).await;
    events.next().await;
    drop(events);
    soon(has_ended).await.unwrap();
}

#[tokio::test]
async fn an_inner_task_hears_that_the_page_is_gone_while_it_sends() {
    let (ended, has_ended) = oneshot::channel();
    let mut events = Server::new().spawn(async move |sender: Sender<u32>| {
        let inner = tokio::spawn(async move {
            while sender.send(1).await.is_ok() {}
            _ = ended.send(());
        });
        Ok(inner.await?)
    });
    started(&mut events).await;
    tokio::task::yield_now().await;
    drop(events);
    soon(has_ended).await.unwrap();
}

/// Otherwise a page would hear of the end of its task as late as the slowest thread.
#[tokio::test]
async fn the_exit_waits_for_no_thread_that_holds_the_sender() {
    let server = Server::new();
    let (sender, kept) = oneshot::channel();
    let mut events = server.spawn(async move |out: Sender<u32>| {
        out.send(7).await?;
        assert!(sender.send(out).is_ok());
        Ok(())
    });
    started(&mut events).await;
    let out = soon(kept).await.unwrap();
    let said = soon(rest(events)).await;
    assert_eq!(said, [Event::Item(7), Event::Exit(normal())]);
    assert_eq!(out.send(8).await, Err(Gone));
    assert_eq!(out.send_if_room(8), Err(Gone));
    soon(out.gone()).await;
}

#[tokio::test]
async fn after_shutdown_a_thread_of_the_task_sends_nothing_more() {
    let server = Server::new();
    let (ended, has_ended) = oneshot::channel();
    let mut events = server.spawn(async move |sender: Sender<u32>| {
        Ok(spawn_blocking(move || {
            while sender.blocking_send(1).is_ok() {}
            _ = ended.send(());
        })
        .await?)
    });
    started(&mut events).await;
    events.next().await;
    server.supervisor.shut_down();
    soon(has_ended).await.unwrap();
    let said = soon(rest(events)).await;
    assert!(matches!(said.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Shutdown));
}

#[tokio::test]
async fn a_task_without_a_supervisor_works_and_is_killed() {
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events: EventStream<u32> = spawn_linked(async move |sender: Sender<u32>| {
        let _held = dropped;
        sender.send(1).await?;
        pending().await
    });
    started(&mut events).await;
    assert_eq!(events.next().await, Some(Event::Item(1)));
    drop(events);
    soon(held.closed()).await;
}

/// A task's own result.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Total {
    lines: u64,
}

#[tokio::test]
async fn a_result_travels_with_the_exit() {
    let count = |fails: bool| {
        spawn_linked(async move |sender: Sender<u32>| {
            sender.send(1).await?;
            if fails {
                return Err(Failure::new("The disk is full. Free some space, and try again."));
            }
            Ok(Total { lines: 3 })
        })
    };
    let exit = |events: Vec<Event<u32, Total>>| match events.into_iter().last() {
        Some(Event::Exit(exit)) => exit,
        other => panic!("{other:?}"),
    };
    let normal = exit(count(false).collect().await);
    assert_eq!((normal.reason, &normal.result), (Reason::Normal, &Total { lines: 3 }));
    assert_eq!(serde_json::to_string(&normal).unwrap(), r#"{"reason":"normal","lines":3}"#);
    let failed = exit(count(true).collect().await);
    assert_eq!(failed, Exit::failed("The disk is full. Free some space, and try again."));
}

#[tokio::test]
async fn any_error_is_a_failure_with_its_words() {
    let events: EventStream<u32> = spawn_linked(async |_: Sender<u32>| {
        let number: u64 = "many".parse()?;
        panic!("{number} was read");
    });
    let said = rest(events).await;
    let expected = Exit::failed("invalid digit found in string");
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if *exit == expected), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_task_ends_at_its_deadline() {
    let server = Server::new();
    let (mut held, dropped) = oneshot::channel::<()>();
    let spawn = Spawn::new().under(server.supervisor.clone()).deadline(Duration::from_mins(1));
    let mut events: EventStream<u32> = spawn.spawn(async move |_| {
        let _held = dropped;
        pending().await
    });
    let task = started(&mut events).await;
    let said = rest(events).await;
    let expected = Exit::failed("The task was ended: it took longer than 60s.");
    assert_eq!(said, [Event::Exit(expected)]);
    held.closed().await;
    assert!(matches!(server.tasks.fate(&task), Fate::Ended { reason: Reason::Failed, lived_ms: 60_000, .. }));
}

#[tokio::test]
async fn a_kill_says_its_own_words() {
    let server = Server::new();
    let events = server.spawn(async |_: Sender<u32>| pending().await);
    server.tasks.kill(1, "Ended from the monitor.");
    let said = rest(events).await;
    let expected = Exit::with_message(Reason::Killed, "Ended from the monitor.");
    assert!(matches!(&said[..], [Event::Start { .. }, Event::Exit(exit)] if *exit == expected), "{said:?}");
}

#[tokio::test]
async fn a_panic_in_a_thread_is_a_crash_without_its_text() {
    let server = Server::new();
    let events = server.spawn(async |_: Sender<u32>| Ok(spawn_blocking(|| panic!("a secret")).await?));
    let said = rest(events).await;
    let [Event::Start { task }, Event::Exit(exit)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(exit.reason, Reason::Crashed);
    assert!(!exit.message.as_ref().unwrap().contains("secret"), "{exit:?}");
    assert_eq!(reason(&server.tasks, task), Reason::Crashed);
}

/// An error of the user's own, around one of the link's.
#[derive(Debug)]
struct Wrapped(Gone);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrapped")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn gone_is_no_failure_though_another_error_wraps_it() {
    assert_eq!(Exit::<()>::from(Err(Failure::from(Wrapped(Gone)))).reason, Reason::Killed);
    assert_eq!(Exit::<()>::from(Err(Failure::from(Gone))).reason, Reason::Killed);
}

#[tokio::test]
#[should_panic(expected = "Cannot start a runtime")]
async fn blocking_send_panics_in_async_code_instead_of_blocking_it() {
    let (ending, watch) = Supervisor::default().admit(&name(), "".into());
    let (sender, _received) = Sender::channel(watch, ending, Handle::current());
    _ = sender.blocking_send(1_u32);
}

/// Threads that send while the task ends: each item that was taken arrives, before the exit.
#[tokio::test(flavor = "multi_thread")]
async fn the_exit_is_last_and_no_item_that_was_taken_is_lost() {
    for _ in 0..50 {
        let (counted, count) = oneshot::channel();
        let mut events = Server::new().spawn(async move |sender: Sender<u32>| {
            let thread = sender.clone();
            spawn_blocking(move || {
                let mut sent = 0;
                while thread.blocking_send(0).is_ok() {
                    sent += 1;
                }
                _ = counted.send(sent);
            });
            sender.send(0).await?;
            Ok(())
        });
        let mut items = 0;
        while let Some(event) = events.next().await {
            match event {
                Event::Exit(_) => break,
                Event::Item(_) => items += 1,
                Event::Start { .. } => {}
            }
        }
        assert!(events.next().await.is_none(), "nothing follows the exit");
        drop(events);
        assert_eq!(soon(count).await.unwrap() + 1, items, "sent, read");
    }
}

/// An observer whose every call panics.
#[derive(Debug)]
struct Hostile;

impl Observer for Hostile {
    fn started(&self, _: Started) -> Arc<dyn Watch> {
        Arc::new(Self)
    }
}

impl Watch for Hostile {
    fn ended(&self, _: Reason, _: Option<&str>) {
        panic!("in an observer");
    }

    fn sent(&self, _: &str) {
        panic!("in an observer");
    }

    fn stream_dropped(&self) {
        panic!("in an observer");
    }
}

#[tokio::test]
async fn a_panic_in_an_observer_ends_nothing() {
    let spawn = || Spawn::new().under(Supervisor::observed_by(Hostile));
    let events: EventStream<u32> = spawn().spawn(async |out| Ok(out.send(1).await?));
    assert_eq!(rest(events).await[1..], [Event::Item(1), Event::Exit(normal())]);
    let events: EventStream<u32> = spawn().spawn(async |_| panic!("in the task"));
    assert!(matches!(rest(events).await.last(), Some(Event::Exit(exit)) if exit.reason == Reason::Crashed));
    let (mut held, dropped) = oneshot::channel::<()>();
    let mut events: EventStream<u32> = spawn().spawn(async move |_| {
        let _held = dropped;
        pending().await
    });
    started(&mut events).await;
    drop(events);
    soon(held.closed()).await;
}

/// Notes whether the work was gone when the end was told.
#[derive(Debug)]
struct Order(oneshot::Sender<()>, std::sync::Mutex<Option<bool>>);

impl Watch for Order {
    fn ended(&self, _: Reason, _: Option<&str>) {
        *self.1.lock().unwrap() = Some(self.0.is_closed());
    }
}

#[derive(Debug)]
struct Orders(Arc<Order>);

impl Observer for Orders {
    fn started(&self, _: Started) -> Arc<dyn Watch> {
        self.0.clone()
    }
}

/// Sends when it hears that the stream is being dropped, and notes whether that worked.
#[derive(Debug, Default)]
struct Late(std::sync::OnceLock<Sender<u32>>, std::sync::Mutex<Option<Result<(), Gone>>>);

impl Observer for Arc<Late> {
    fn started(&self, _: Started) -> Arc<dyn Watch> {
        self.clone()
    }
}

impl Watch for Late {
    fn stream_dropped(&self) {
        let sender = self.0.get().unwrap();
        assert!(!sender.is_gone());
        *self.1.lock().unwrap() = Some(sender.send_if_room(1));
    }
}

/// Otherwise work that takes a failed send for a reason to finish would say that it ended normally.
#[tokio::test]
async fn no_send_fails_before_it_is_known_that_the_page_is_gone() {
    for pace in [None, Some(Pace::PAGE)] {
        let late = Arc::new(Late::default());
        let (at_hand, spawn) = (late.clone(), Spawn::new().under(Supervisor::observed_by(late.clone())).paced(pace));
        let mut events = spawn.spawn(async move |sender: Sender<u32>| {
            at_hand.0.get_or_init(|| sender).send(0).await?;
            pending().await
        });
        started(&mut events).await;
        events.next().await;
        drop(events);
        assert_eq!(late.1.lock().unwrap().take(), Some(Ok(())), "{pace:?}");
    }
}

#[tokio::test]
async fn an_unpolled_task_is_dropped_before_its_exit_is_reported() {
    let (held, dropped) = oneshot::channel::<()>();
    let order = Arc::new(Order(held, std::sync::Mutex::new(None)));
    let spawn = Spawn::new().under(Supervisor::observed_by(Orders(order.clone())));
    let events: EventStream<u32> = spawn.spawn(async move |_| {
        let _held = dropped;
        pending().await
    });
    drop(events);
    soon(async {
        while order.1.lock().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(*order.1.lock().unwrap(), Some(true));
}
