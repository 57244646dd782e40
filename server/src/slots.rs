//! A quota: of tasks, of connections, of bytes. One client may take so much of it. What is over is refused; what is in stays in.

use crate::clients::Client;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The room that there is, and who has taken it.
#[derive(Debug)]
pub struct Slots {
    most: usize,
    most_each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<Client, usize>,
}

/// So much of it, free again when this is dropped.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    client: Client,
    count: usize,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// All of it is taken.
    ForAll,
    /// This client has taken all that one may.
    ForThisClient,
}

impl Slots {
    /// Room for `most`, of which each client may take `most_each`.
    #[must_use]
    pub fn new(most: usize, most_each: usize) -> Arc<Self> {
        Arc::new(Self { most, most_each, taken: Mutex::default() })
    }

    /// How much room there is for all clients together.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    /// A place for this client.
    ///
    /// # Errors
    /// There is none.
    pub fn take(self: &Arc<Self>, client: Client) -> Result<Slot, Full> {
        let mut slot = self.none(client);
        slot.grow(1)?;
        Ok(slot)
    }

    /// Nothing yet, to [`grow`](Slot::grow).
    pub(crate) fn none(self: &Arc<Self>, client: Client) -> Slot {
        Slot { slots: self.clone(), client, count: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn add(&mut self, client: Client, more: usize) {
        self.all += more;
        *self.by.entry(client).or_default() += more;
    }

    fn remove(&mut self, client: Client, count: usize) {
        self.all -= count;
        if let Some(left) = self.by.get_mut(&client) {
            *left -= count;
            if *left == 0 {
                self.by.remove(&client); // or every client that ever came would be remembered
            }
        }
    }
}

impl Slot {
    /// Takes more, until it is `count` in all. Never less than there is.
    ///
    /// # Errors
    /// There is not so much. What there is stays.
    pub(crate) fn grow(&mut self, count: usize) -> Result<(), Full> {
        let more = count.saturating_sub(self.count);
        if more == 0 {
            return Ok(());
        }
        let mut taken = self.slots.taken();
        let of_client = taken.by.get(&self.client).copied().unwrap_or(0);
        if taken.all.saturating_add(more) > self.slots.most {
            return Err(Full::ForAll);
        }
        if of_client.saturating_add(more) > self.slots.most_each {
            return Err(Full::ForThisClient);
        }
        taken.add(self.client, more);
        self.count += more;
        Ok(())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.taken().remove(self.client, self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(ip: &str) -> Client {
        Client::at(ip.parse().unwrap())
    }

    #[test]
    fn one_client_may_take_its_share_and_all_together_what_there_is() {
        let slots = Slots::new(3, 2);
        let (one, other) = (client("10.0.0.1"), client("10.0.0.2"));
        let held = [slots.take(one).unwrap(), slots.take(one).unwrap()];
        assert_eq!(slots.take(one).unwrap_err(), Full::ForThisClient);
        let last = slots.take(other).unwrap();
        assert_eq!(slots.take(other).unwrap_err(), Full::ForAll);
        drop(held);
        assert!(slots.take(other).is_ok() && slots.take(one).is_ok());
        drop(last);
        let mut growing = slots.none(one);
        assert_eq!(growing.grow(2), Ok(()));
        assert_eq!(growing.grow(3), Err(Full::ForThisClient));
        assert_eq!((growing.grow(1), growing.count), (Ok(()), 2), "what there is stays");
        let rest = slots.take(other).unwrap();
        assert_eq!(slots.take(other).unwrap_err(), Full::ForAll);
        drop((growing, rest));
        let taken = slots.taken();
        assert_eq!((taken.all, taken.by.len()), (0, 0), "nobody is remembered");
    }
}
