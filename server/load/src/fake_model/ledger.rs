//! A record of the model's connections.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// Counts the open connections, and records the time of each close.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: watch::Sender<usize>,
    vanishing: watch::Sender<usize>,
    /// The time of each close.
    closed: Mutex<Vec<Instant>>,
    written: AtomicU64,
}

/// An open connection. Dropping this records its close.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    ledger: &'a Ledger,
    vanishes: bool,
}

impl Ledger {
    /// Records an open connection. `vanishes` marks a client that is going to vanish.
    pub(super) fn enter(&self, vanishes: bool) -> Entry<'_> {
        self.open.send_modify(|open| *open += 1);
        self.vanishing.send_modify(|open| *open += usize::from(vanishes));
        Entry { ledger: self, vanishes }
    }

    /// Counts a written delta.
    pub(super) fn wrote(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of written deltas.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// The number of open connections.
    pub(crate) fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Waits until exactly `count` connections are open. False if `patience` passes first.
    pub(crate) async fn until_open(&self, count: usize, patience: Duration) -> bool {
        until(&self.open, count, patience).await
    }

    /// The same for the connections of vanishing clients.
    pub(crate) async fn until_vanishing(&self, count: usize, patience: Duration) -> bool {
        until(&self.vanishing, count, patience).await
    }

    /// The times of the closes since the last call.
    pub(crate) fn take_closed(&self) -> Vec<Instant> {
        std::mem::take(&mut self.closed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn until(open: &watch::Sender<usize>, count: usize, patience: Duration) -> bool {
    let mut open = open.subscribe();
    timeout(patience, open.wait_for(|open| *open == count)).await.is_ok()
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.ledger.closed.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        self.ledger.vanishing.send_modify(|open| *open -= usize::from(self.vanishes));
        self.ledger.open.send_modify(|open| *open -= 1);
    }
}
