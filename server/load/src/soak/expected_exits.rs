//! What the clients have done, and so what the server has to have counted.

use crate::check::Faults;
use starcrossed::Reason;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// So many complaints are kept: the first say it.
const MOST: usize = 20;

/// Written by all of them.
#[derive(Debug, Default)]
pub(super) struct Book(Mutex<Account>);

/// What stands in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// Visits that were made.
    pub(super) visits: u64,
    /// Tasks that have started.
    pub(super) started: u64,
    /// How they must have ended, as far as that is certain.
    ends: HashMap<Reason, u64>,
    /// Those that were dropped because it was all over: they may have ended by then.
    cut_short: u64,
    /// What was wrong with what was heard.
    pub(super) faults: Faults,
    /// How often clients have vanished.
    pub(super) waves: usize,
    /// How long it took until the model knew, where it did.
    pub(super) vanished: Vec<Duration>,
    /// What else was not as it should be.
    pub(super) complaints: Vec<String>,
}

impl Book {
    /// Somebody comes.
    pub(super) fn visit(&self) {
        self.account().visits += 1;
    }

    /// So many tasks have started.
    pub(super) fn start(&self, count: u32) {
        self.account().started += u64::from(count);
    }

    /// So many must have ended, or must end now, for this reason.
    pub(super) fn end(&self, reason: Reason, count: u32) {
        *self.account().ends.entry(reason).or_default() += u64::from(count);
    }

    /// One was cut short.
    pub(super) fn cut_short(&self) {
        self.account().cut_short += 1;
    }

    /// This was wrong with what was heard.
    pub(super) fn fault(&self, faults: Faults) {
        self.account().faults += faults;
    }

    /// Clients have vanished, and the model knew of it after so long, or not at all.
    pub(super) fn vanished(&self, after: Option<Duration>) {
        let mut account = self.account();
        account.waves += 1;
        account.vanished.extend(after);
    }

    /// Something is not as it should be.
    pub(super) fn complain(&self, complaint: String) {
        let mut account = self.account();
        if account.complaints.len() < MOST {
            account.complaints.push(complaint);
        }
    }

    /// What stands in it in the end.
    pub(super) fn close(&self) -> Account {
        self.account().clone()
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    /// How many tasks must have ended for this reason, at least and at most.
    pub(super) fn expected(&self, reason: Reason) -> (u64, u64) {
        let certain = self.ends.get(&reason).copied().unwrap_or(0);
        (certain, certain + if reason == Reason::Shutdown { 0 } else { self.cut_short })
    }
}
