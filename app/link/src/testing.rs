//! Tests of linked server functions, natively and without a browser.
//!
//! ```
//! # use starcrossed::{EventStream, Reason, Sender, spawn_linked, testing::Trial};
//! # use server_fn::ServerFnError;
//! # use std::time::Duration;
//! // A server function's body; `#[server(output = Sse)]` stands above it in an app.
//! async fn count(to: u64) -> Result<EventStream<u64>, ServerFnError> {
//!     Ok(spawn_linked(async move |out: Sender<u64>| {
//!         for n in 0..to {
//!             out.send(n).await?;
//!         }
//!         Ok(())
//!     }))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ServerFnError> {
//! let mut trial = Trial::of(|| count(u64::MAX)).await?;
//! assert_eq!(trial.item().await, Some(0));
//! trial.dies_within(Duration::from_millis(100)).await;
//!
//! let trial = Trial::of(|| count(3)).await?;
//! assert_eq!(trial.exit().await.reason, Reason::Normal);
//! # Ok(())
//! # }
//! ```

use crate::{Event, EventStream, Exit, Observer, Reason, Supervisor, Watch, task::Started};
use futures::StreamExt;
use leptos::{
    prelude::{Owner, provide_context},
    reactive::computed::ScopedFuture,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};

/// One task of a server function, and its page in the person of the test.
#[derive(Debug)]
pub struct Trial<T, R = ()> {
    events: EventStream<T, R>,
    supervisor: Supervisor,
    ended: watch::Receiver<Option<Told>>,
}

impl<T, R: Default> Trial<T, R> {
    /// Calls the server function, with a [`Supervisor`] in Leptos' context.
    ///
    /// # Errors
    /// The function's own: it refused to start a task.
    pub async fn of<E, F>(function: impl FnOnce() -> F) -> Result<Self, E>
    where
        F: Future<Output = Result<EventStream<T, R>, E>>,
    {
        Self::with(|| {}, function).await
    }

    /// The same, with more in the context: `context` provides it.
    ///
    /// # Errors
    /// The function's own: it refused to start a task.
    pub async fn with<E, F>(context: impl FnOnce(), function: impl FnOnce() -> F) -> Result<Self, E>
    where
        F: Future<Output = Result<EventStream<T, R>, E>>,
    {
        let (end, ended) = watch::channel(None);
        let supervisor = Supervisor::observed_by(Ends(end));
        let called = Owner::new().with(|| {
            provide_context(supervisor.clone());
            context();
            ScopedFuture::new(function())
        });
        Ok(Self { events: called.await?, supervisor, ended })
    }

    /// The next item; none once the task has ended.
    pub async fn item(&mut self) -> Option<T> {
        loop {
            match self.events.next().await? {
                Event::Start { .. } => {}
                Event::Item(item) => return Some(item),
                Event::Exit(_) => return None,
            }
        }
    }

    /// Reads to the end: the exit that the page hears. [`Reason::Lost`] if the stream ends without one.
    pub async fn exit(mut self) -> Exit<R> {
        while let Some(event) = self.events.next().await {
            if let Event::Exit(exit) = event {
                return exit;
            }
        }
        Exit::new(Reason::Lost)
    }

    /// Shuts the server down: every task ends, and its page hears so.
    pub fn shut_down(&self) {
        self.supervisor.shut_down();
    }

    /// Drops the stream, as a page does that goes away.
    ///
    /// # Panics
    /// The task, or something that it holds, is still there after `most`. Threads and tasks that it started aren't seen. Or
    /// the task has ended before, or runs under another supervisor than the trial's, so that nothing can be said.
    pub async fn dies_within(self, most: Duration) {
        let Self { events, mut ended, .. } = self;
        match *ended.borrow() {
            Some(Told::Started) => {}
            Some(Told::Ended) => panic!("the task had ended before its stream was dropped"),
            None => panic!("the function has started no task, or one under a supervisor of its own"),
        }
        drop(events);
        let ended = timeout(most, ended.wait_for(|told| matches!(told, Some(Told::Ended)))).await;
        assert!(ended.is_ok(), "the task was still alive {most:?} after its stream was dropped");
    }
}

/// The latest that was told of the task.
#[derive(Debug)]
enum Told {
    Started,
    Ended,
}

/// Says when the task has started and ended.
#[derive(Debug)]
struct Ends(watch::Sender<Option<Told>>);

impl Observer for Ends {
    fn started(&self, _: Started) -> Arc<dyn Watch> {
        self.0.send_replace(Some(Told::Started));
        Arc::new(Self(self.0.clone()))
    }
}

impl Watch for Ends {
    fn ended(&self, _: Reason, _: Option<&str>) {
        self.0.send_replace(Some(Told::Ended));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sender, Spawn, spawn_linked};
    use std::{future::pending, thread::sleep};

    type Stream = Result<EventStream<u32>, String>;

    #[tokio::test]
    async fn a_panic_is_told_to_the_page() {
        let function = async || -> Stream { Ok(spawn_linked(async |_: Sender<u32>| panic!("at once"))) };
        let exit = Trial::of(function).await.unwrap().exit().await;
        assert_eq!(exit.reason, Reason::Crashed);
    }

    #[tokio::test]
    async fn a_shutdown_is_told_to_the_page() {
        let function = async || -> Stream { Ok(spawn_linked(async |_: Sender<u32>| pending().await)) };
        let trial = Trial::of(function).await.unwrap();
        trial.shut_down();
        assert_eq!(trial.exit().await.reason, Reason::Shutdown);
    }

    #[tokio::test]
    async fn a_refusal_is_the_functions_own() {
        let function = async || -> Stream { Err("No such folder.".into()) };
        assert_eq!(Trial::of(function).await.unwrap_err(), "No such folder.");
    }

    #[tokio::test]
    async fn an_item_is_read_and_a_task_that_waits_dies_with_its_stream() {
        let function = async || -> Stream {
            Ok(spawn_linked(async |out: Sender<u32>| {
                out.send(1).await?;
                pending().await
            }))
        };
        let mut trial = Trial::of(function).await.unwrap();
        assert_eq!(trial.item().await, Some(1));
        trial.dies_within(Duration::from_millis(100)).await;
    }

    #[tokio::test]
    #[should_panic(expected = "has started no task")]
    async fn a_task_under_another_supervisor_fails_the_trial() {
        let spawn = || Spawn::new().under(Supervisor::default());
        let function = async || -> Stream { Ok(spawn().spawn(async |_: Sender<u32>| pending().await)) };
        let trial = Trial::of(function).await.unwrap();
        trial.dies_within(Duration::from_secs(1)).await;
    }

    /// A loop without `.await` can't be ended: the helper has to say so.
    #[tokio::test(flavor = "multi_thread")]
    #[should_panic(expected = "still alive")]
    async fn a_task_that_never_waits_fails_the_trial() {
        let function = async || -> Stream {
            Ok(spawn_linked(async |out: Sender<u32>| {
                out.send(1).await?;
                sleep(Duration::from_secs(1)); // stands for work without an await
                pending().await
            }))
        };
        let mut trial = Trial::of(function).await.unwrap();
        assert_eq!(trial.item().await, Some(1));
        trial.dies_within(Duration::from_millis(10)).await;
    }
}
