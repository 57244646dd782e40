//! Several jobs at once, each under a key.

use super::Job;
use leptos::prelude::*;
use std::{fmt, sync::Arc};

/// Makes the job of a key. None after the component is gone.
type Make<K, A, S, R> = Arc<dyn Fn(K) -> Option<Keyed<K, A, S, R>> + Send + Sync>;

/// A [`Job`] for each key: several tasks at once, whose number the page doesn't know before. Made by [`use_links`]. Copies are
/// the same links. All tasks die with the component that made it.
pub struct Links<K: 'static, A: 'static, S: 'static, R: Send + Sync + 'static = ()> {
    all: RwSignal<Vec<Keyed<K, A, S, R>>>,
    make: StoredValue<Make<K, A, S, R>>,
}

/// A job under its key. The job dies with its owner.
struct Keyed<K, A: 'static, S: 'static, R: Send + Sync + 'static> {
    key: K,
    job: Job<A, S, R>,
    owner: Owner,
}

impl<K, A, S, R: Send + Sync> Clone for Links<K, A, S, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, A, S, R: Send + Sync> Copy for Links<K, A, S, R> {}

impl<K, A, S, R: Send + Sync> fmt::Debug for Links<K, A, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

/// Links a component to several tasks, each under a key: `use_links(|_| use_link(download))`. To be called in the component's
/// body. `make` makes the job of a key at its first start.
pub fn use_links<K, A, S, R>(make: impl Fn(&K) -> Job<A, S, R> + Send + Sync + 'static) -> Links<K, A, S, R>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    A: Send + Sync + 'static,
    S: Default + Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    // Held weakly: what the component owns must not own the component.
    let component = Owner::current().map(|owner| owner.downgrade());
    let make = move |key: K| {
        let owner = component.as_ref()?.upgrade()?.child();
        let job = owner.with(|| make(&key));
        Some(Keyed { key, job, owner })
    };
    Links { all: RwSignal::new(Vec::new()), make: StoredValue::new(Arc::new(make)) }
}

impl<K, A, S, R> Links<K, A, S, R>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    A: Send + Sync + 'static,
    S: Default + Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    /// Starts a task under this key, as [`Job::start`] does. Tasks under other keys go on.
    pub fn start(self, key: K, arguments: A) {
        if let Some(job) = self.find(&key).or_else(|| self.add(key)) {
            job.start(arguments);
        }
    }

    /// Stops the task under this key, as [`Job::stop`] does.
    pub fn stop(self, key: &K) {
        if let Some(job) = self.find(key) {
            job.stop();
        }
    }

    /// Stops all tasks.
    pub fn stop_all(self) {
        let jobs = self.all.try_with_untracked(|all| all.iter().map(|keyed| keyed.job).collect::<Vec<_>>());
        jobs.into_iter().flatten().for_each(Job::stop);
    }

    /// Forgets the job under this key. A task of it that runs dies.
    pub fn remove(self, key: &K) {
        let removed = self.all.try_update(|all| {
            let index = all.iter().position(|keyed| keyed.key == *key)?;
            Some(all.remove(index))
        });
        if let Some(keyed) = removed.flatten() {
            keyed.owner.cleanup();
        }
    }

    /// The job under this key, once it has been started. Tracked.
    pub fn get(self, key: &K) -> Option<Job<A, S, R>> {
        self.all.try_with(|all| find(all, key)).flatten()
    }

    /// All jobs with their keys, in the order of their first starts. Tracked: for a `<For>`.
    pub fn all(self) -> Vec<(K, Job<A, S, R>)> {
        let all = self.all.try_with(|all| all.iter().map(|keyed| (keyed.key.clone(), keyed.job)).collect());
        all.unwrap_or_default()
    }

    fn find(self, key: &K) -> Option<Job<A, S, R>> {
        self.all.try_with_untracked(|all| find(all, key)).flatten()
    }

    fn add(self, key: K) -> Option<Job<A, S, R>> {
        let keyed = self.make.try_get_value()?(key)?;
        let job = keyed.job;
        self.all.try_update(|all| all.push(keyed))?;
        Some(job)
    }
}

fn find<K: PartialEq, A, S, R: Send + Sync>(all: &[Keyed<K, A, S, R>], key: &K) -> Option<Job<A, S, R>> {
    all.iter().find(|keyed| keyed.key == *key).map(|keyed| keyed.job)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventStream, Exit, use_link};
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn refused(_: u32) -> Result<EventStream<u32>, Exit> {
        Err(Exit::failed("No such file."))
    }

    #[test]
    fn each_key_has_its_own_job_from_its_first_start() {
        let owner = Owner::new();
        owner.with(|| {
            let made = Arc::new(AtomicU32::new(0));
            let counter = made.clone();
            let links = use_links(move |_: &&str| {
                counter.fetch_add(1, Ordering::Relaxed);
                use_link(refused)
            });
            assert!(links.get(&"a").is_none());
            links.start("a", 1);
            links.start("b", 1);
            links.start("a", 2);
            assert_eq!(made.load(Ordering::Relaxed), 2);
            assert_eq!(links.all().into_iter().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b"]);
            links.remove(&"a");
            links.stop(&"a");
            links.stop_all();
            assert_eq!(links.all().into_iter().map(|(key, _)| key).collect::<Vec<_>>(), ["b"]);
        });
    }

    #[test]
    fn links_do_nothing_after_their_component_is_gone() {
        let owner = Owner::new();
        let links = owner.with(|| use_links(|_: &u32| use_link(refused)));
        owner.cleanup();
        links.start(1, 1);
        links.stop_all();
        links.remove(&1);
        assert!(links.all().is_empty());
    }

    /// A route or a row of a list drops its owner, and calls nothing.
    #[test]
    fn all_jobs_are_cleaned_up_with_the_component() {
        let gone = Arc::new(AtomicU32::new(0));
        let counter = gone.clone();
        let owner = Owner::new();
        owner.with(|| {
            let links = use_links(move |_: &u32| {
                let counter = counter.clone();
                on_cleanup(move || _ = counter.fetch_add(1, Ordering::Relaxed));
                use_link(refused)
            });
            links.start(1, 1);
            links.start(2, 1);
        });
        drop(owner);
        assert_eq!(gone.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_job_that_is_removed_is_cleaned_up() {
        let owner = Owner::new();
        owner.with(|| {
            let gone = Arc::new(AtomicU32::new(0));
            let counter = gone.clone();
            let links = use_links(move |_: &u32| {
                let counter = counter.clone();
                on_cleanup(move || _ = counter.fetch_add(1, Ordering::Relaxed));
                use_link(refused)
            });
            links.start(1, 1);
            links.start(2, 1);
            links.remove(&1);
            assert_eq!(gone.load(Ordering::Relaxed), 1);
        });
        owner.cleanup();
    }
}
