//! A record of the clients' visits, and so of the exits that the server must have counted.

use crate::check::Faults;
use starcrossed::Reason;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The number of complaints that are kept. The first ones suffice.
const MOST: usize = 20;

/// The record, which all clients write to.
#[derive(Debug, Default)]
pub(super) struct ExpectedExits(Mutex<Account>);

/// The content of the record.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// Visits.
    pub(super) visits: u64,
    /// Started tasks.
    pub(super) started: u64,
    /// The certain exits, by reason.
    ends: HashMap<Reason, u64>,
    /// Tasks that were dropped at the end of the run. They may have ended by themselves before.
    cut_short: u64,
    /// Faults in the received deltas.
    pub(super) faults: Faults,
    /// The number of times that clients have vanished.
    pub(super) waves: usize,
    /// The time until the model noticed, for each time that it did.
    pub(super) vanished: Vec<Duration>,
    /// Other deviations.
    pub(super) complaints: Vec<String>,
}

impl ExpectedExits {
    /// Counts a visit.
    pub(super) fn visit(&self) {
        self.account().visits += 1;
    }

    /// Counts started tasks.
    pub(super) fn start(&self, count: u32) {
        self.account().started += u64::from(count);
    }

    /// Counts tasks that have ended, or end now, for this reason.
    pub(super) fn end(&self, reason: Reason, count: u32) {
        *self.account().ends.entry(reason).or_default() += u64::from(count);
    }

    /// Counts a task that the end of the run cut short.
    pub(super) fn cut_short(&self) {
        self.account().cut_short += 1;
    }

    /// Adds faults in the received deltas.
    pub(super) fn fault(&self, faults: Faults) {
        self.account().faults += faults;
    }

    /// Counts vanished clients. `after` is the time until the model noticed, None if it never did.
    pub(super) fn vanished(&self, after: Option<Duration>) {
        let mut account = self.account();
        account.waves += 1;
        account.vanished.extend(after);
    }

    /// Adds a deviation.
    pub(super) fn complain(&self, complaint: String) {
        let mut account = self.account();
        if account.complaints.len() < MOST {
            account.complaints.push(complaint);
        }
    }

    /// The final record.
    pub(super) fn close(&self) -> Account {
        self.account().clone()
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    /// The least and the greatest number of exits for this reason.
    pub(super) fn expected(&self, reason: Reason) -> (u64, u64) {
        let certain = self.ends.get(&reason).copied().unwrap_or(0);
        (certain, certain + if reason == Reason::Shutdown { 0 } else { self.cut_short })
    }
}
