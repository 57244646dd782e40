//! The guards that a task holds from its start to its end: a place among the tasks, memory for the question.

use http::request::Parts;
use leptos::prelude::use_context;
use std::{
    any::Any,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// Guards that travel with a request, as one of its extensions, to the task that the request starts.
///
/// A response body can outlive its task by hours: an HTTP/2 client that keeps its window shut reads nothing and closes nothing.
/// So a task's guards belong to the task, not to the body.
///
/// Clones share the guards; [`take`](Self::take) moves them out. Guards that nobody takes are dropped with the last clone.
#[derive(Clone, Debug, Default)]
pub struct Permit(Arc<Mutex<Vec<Box<dyn Any + Send>>>>);

impl Permit {
    /// Adds a guard.
    #[must_use]
    pub fn with(self, guard: impl Send + 'static) -> Self {
        self.guards(|guards| guards.push(Box::new(guard)));
        self
    }

    /// Moves the guards of the request that is being answered out of it. Empty where the request brought none.
    #[must_use]
    pub fn of_request() -> Self {
        let parts = use_context::<Parts>();
        parts.and_then(|parts| parts.extensions.get().map(Self::take)).unwrap_or_default()
    }

    /// Moves the guards out: no clone of `self` holds them any more.
    #[must_use]
    pub fn take(&self) -> Self {
        Self(Arc::new(Mutex::new(self.guards(mem::take))))
    }

    fn guards<R>(&self, change: impl FnOnce(&mut Vec<Box<dyn Any + Send>>) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_dropped_with_whoever_took_them() {
        let guard = Arc::new(());
        let request = Permit::default().with(guard.clone()).with(guard.clone());
        let clone = request.clone();
        let task = clone.take();
        drop((request, clone));
        assert_eq!(Arc::strong_count(&guard), 3, "the task holds both");
        drop(task);
        assert_eq!(Arc::strong_count(&guard), 1);
    }

    #[test]
    fn guards_that_nobody_took_are_dropped_with_the_request() {
        let guard = Arc::new(());
        drop(Permit::default().with(guard.clone()));
        assert_eq!(Arc::strong_count(&guard), 1);
    }
}
