//! What `POST /api/typeset` does: [`code`] gives code its colours, [`formula`] turns LaTeX into MathML.
//!
//! Both are work for a processor, and what they are given was written by a model, or by who told it to write that. So
//! they work beside the threads that serve, no more of them at once than there are cores; they have a [`budget`] of time;
//! they stop when nobody waits any more; and a panic of a library costs one item.

mod budget;
mod code;
mod escape;
mod formula;
mod languages;
mod sanitise;
mod scopes;

use app::typeset::{Item, typesetter::Typesetter};
use budget::Budget;
use futures::{FutureExt, future::BoxFuture};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// How long all items of one request may take. Code of the greatest length takes a fraction of it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Typesets beside the threads that serve.
#[derive(Clone, Debug)]
pub struct Typesetting {
    slots: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Typesetting {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self { slots: Arc::new(Semaphore::new(cores)), patience: PATIENCE }
    }
}

impl Typesetter for Typesetting {
    fn typeset(&self, items: Vec<Item>) -> BoxFuture<'static, Vec<Option<String>>> {
        let Self { slots, patience } = self.clone();
        async move {
            let nothing = vec![None; items.len()];
            let Ok(slot) = slots.acquire_owned().await else { return nothing };
            let cancelled = CancellationToken::new();
            let _dropped_with_the_request = cancelled.clone().drop_guard();
            let work = spawn_blocking(move || {
                let _slot = slot; // for as long as this works, even if nobody waits for it any more
                let budget = Budget::new(patience, cancelled);
                items.iter().map(|item| one(item, &budget)).collect()
            });
            AbortOnDropHandle::new(work).await.unwrap_or(nothing)
        }
        .boxed()
    }
}

fn one(item: &Item, budget: &Budget) -> Option<String> {
    if budget.is_spent() {
        return None;
    }
    let typeset = || match item.lang.as_str() {
        "" => formula::mathml(&item.text, item.display),
        lang => code::highlighted(&item.text, lang, budget),
    };
    // What a library has left half done is its own: a parser's state, which is dropped with it.
    catch_unwind(AssertUnwindSafe(typeset)).ok().flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    /// One at a time, and in no hurry: the machine may be slow.
    fn typesetting() -> Typesetting {
        Typesetting { slots: Arc::new(Semaphore::new(1)), patience: Duration::from_hours(1) }
    }

    fn code(text: String) -> Item {
        Item { text, lang: "rust".into(), display: false }
    }

    #[tokio::test]
    async fn items_come_back_in_their_order() {
        let formula = Item { text: "x".into(), ..Item::default() };
        let unknown = Item { text: "x".into(), lang: "klingon".into(), display: false };
        let html = typesetting().typeset(vec![formula, unknown, code("let".into())]).await;
        assert!(html[0].as_ref().unwrap().starts_with("<math"), "{html:?}");
        assert_eq!(html[1], None);
        assert_eq!(html[2].as_deref(), Some(r#"<span class="hl-k">let</span>"#));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_left_alone() {
        let hasty = Typesetting { patience: Duration::ZERO, ..typesetting() };
        assert_eq!(hasty.typeset(vec![code("let".into()), Item::default()]).await, [None, None]);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends_and_makes_room() {
        let typesetting = typesetting();
        let hours_of_work = vec![code("let x = 1;\n".repeat(1_000_000)); 64];
        let mut work = typesetting.typeset(hours_of_work);
        assert!(futures::poll!(&mut work).is_pending());
        assert_eq!(typesetting.slots.available_permits(), 0);
        drop(work);
        assert!(typesetting.typeset(vec![code("let".into())]).await[0].is_some());
    }
}
