//! A model to try the pages with until there are real ones.

use app::{
    chat::{
        message::{ChatRequest, Delta, ModelList},
        model::Model,
    },
    link::{Deltas, Exit, Reason},
};
use futures::future::{BoxFuture, FutureExt};
use std::time::Duration;

/// Says the same thing each time.
#[derive(Debug)]
pub struct Standin;

impl Model for Standin {
    fn reply(&self, _: ChatRequest, deltas: Deltas<Delta>) -> BoxFuture<'static, Exit> {
        async move {
            for n in 1..=200 {
                tokio::time::sleep(Duration::from_millis(30)).await;
                deltas.send(Delta::Text(format!("word{n} "))).await;
            }
            Exit::new(Reason::Normal)
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'static, ModelList> {
        async { ModelList::of(["demo".to_owned()]) }.boxed()
    }
}
