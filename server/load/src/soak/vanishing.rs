//! The vanishing clients: a program of their own in the network namespace. It opens its streams, prints a line, and
//! reads until it is killed.

use crate::{
    Failure, Fallible,
    args::Vanishing,
    clients::client::{Farewell, Stream},
    fake_model::{Pace, Script},
};
use futures::{StreamExt, future::try_join_all};
use std::future::pending;

/// The line that it prints when all its streams are live.
pub(super) const LIVE: &str = "live";

/// The interval of the deltas, in milliseconds.
const EVERY_MS: u32 = 100;

/// Opens the streams and reads them for ever.
pub(crate) async fn run(Vanishing { address, count, first }: &Vanishing) -> Fallible<Vec<String>> {
    let opened = (*first..first + count).map(|stream| async move {
        // Half of the streams have no deltas, so that only the server's own keep-alive can find out.
        let deltas = if stream % 2 == 0 { u32::MAX } else { 0 };
        let script = Script { deltas, vanishes: true, ..Script::endless(stream, Pace::Every(EVERY_MS)) };
        let mut stream = Stream::open(*address, "/api/chat", &script.question(), Farewell::Fin).await?;
        if deltas > 0 {
            stream.event().await?;
        }
        Ok::<_, Failure>(stream)
    });
    let mut streams = try_join_all(opened).await?;
    println!("{LIVE}");
    let reading = streams.iter_mut().map(|stream| async move { while let Ok(Some(_)) = stream.event().await {} });
    futures::stream::iter(reading).for_each_concurrent(None, |read| read).await;
    pending().await
}
