//! The server's end of the link: a task that lives exactly as long as its stream.

mod buffer;
mod ending;
mod failure;
mod gone;
mod guard;
mod observer;
mod pace;
mod running;
mod sender;
mod spawn;
mod streamed;
mod supervisor;
mod unpaced;

pub use ending::Ending;
pub use failure::Failure;
pub use gone::Gone;
pub use observer::{Observer, Started, Watch};
pub use pace::Pace;
pub use sender::Sender;
pub use spawn::Spawn;
pub use streamed::{linked_stream, linked_try_stream, spawn_linked_blocking};
pub use supervisor::Supervisor;

use crate::{Event, EventStream, Exit, Item, TaskId, wire::keep_alive};
use futures::{
    StreamExt,
    future::{self, Either},
    stream,
};
use guard::{StreamGuard, TaskGuard};
use pace::Paced;
use rand::distr::{Alphanumeric, SampleString};
use tokio::runtime::Handle;
use unpaced::Unpaced;

/// Spawns a task that does `work`, linked to the stream that is returned.
///
/// - Dropping the stream aborts the task: all that `work` holds is dropped.
/// - When the task ends, the stream ends with an [`Event::Exit`]. `Ok` is [`Reason::Normal`](crate::Reason::Normal), `Err`
///   is [`Reason::Failed`](crate::Reason::Failed) with the error's text as the message, a panic is
///   [`Reason::Crashed`](crate::Reason::Crashed).
/// - The [`Supervisor`] is taken from Leptos' context where there is one. Its shutdown drops `work` and ends the stream
///   with [`Reason::Shutdown`](crate::Reason::Shutdown).
///
/// # Panics
/// Outside of a Tokio runtime.
pub fn spawn_linked<T: Item, R, F>(work: impl FnOnce(Sender<T>) -> F + Send + 'static) -> EventStream<T, R>
where
    R: Default + Send + 'static,
    F: Future<Output = Result<R, Failure>> + Send,
{
    Spawn::new().spawn(work)
}

/// Spawns the task, and gives its stream what owns it. `work(sender)` is called inside of the task, where a panic is trapped
/// even before the first `.await`.
fn link<T: Item, R, F>(options: Spawn, work: impl FnOnce(Sender<T>) -> F + Send + 'static) -> EventStream<T, R>
where
    R: Default + Send + 'static,
    F: Future<Output = Exit<R>> + Send,
{
    let (id, runtime) = (name(), Handle::current());
    let (ending, watch) = options.supervisor.admit(&id, options.about);
    let (sender, received) = Sender::channel(watch.clone(), ending.clone(), runtime.clone());
    let task = runtime.spawn(TaskGuard::run(watch.clone(), ending.clone(), async { work(sender).await }));
    let guard = StreamGuard { task, watch, ending };
    let told = match options.pace {
        Some(pace) => Either::Left(Paced::new(received, guard, pace)),
        None => Either::Right(Unpaced::new(received, guard)),
    };
    let start = stream::once(future::ready(Event::Start { task: id }));
    EventStream::with_comments(keep_alive(start.chain(told), options.keep_alive))
}

/// A new task's name: 24 letters and digits, which are 142 bits.
fn name() -> TaskId {
    Alphanumeric.sample_string(&mut rand::rng(), 24).into()
}

#[cfg(test)]
#[cfg(feature = "registry")] // by which they see a task end
mod tests;
