//! What has happened to the model's connections.

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

/// Those that are open are counted, those that were closed are noted.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: watch::Sender<usize>,
    vanishing: watch::Sender<usize>,
    /// When each was closed.
    closed: Mutex<Vec<Instant>>,
    written: AtomicU64,
}

/// A connection that is open for as long as this lives.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    ledger: &'a Ledger,
    vanishes: bool,
}

impl Ledger {
    /// A connection has asked something. `vanishes`: for a client that is going to vanish.
    pub(super) fn enter(&self, vanishes: bool) -> Entry<'_> {
        self.open.send_modify(|open| *open += 1);
        self.vanishing.send_modify(|open| *open += usize::from(vanishes));
        Entry { ledger: self, vanishes }
    }

    /// A delta has been written.
    pub(super) fn wrote(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
    }

    /// How many deltas were written.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Waits, for so long at most, until exactly so many are open. Says whether it came to that.
    pub(crate) async fn until_open(&self, count: usize, patience: Duration) -> bool {
        until(&self.open, count, patience).await
    }

    /// The same for those of clients that are going to vanish.
    pub(crate) async fn until_vanishing(&self, count: usize, patience: Duration) -> bool {
        until(&self.vanishing, count, patience).await
    }

    /// When those connections were closed that were since this was last asked.
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
