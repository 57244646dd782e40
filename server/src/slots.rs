//! Room for so many, of whom one client may take so much. What is over stays out; what is in stays in.

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

/// A place in it, free again when this is dropped.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    client: Client,
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
        let mut taken = self.taken();
        if taken.all >= self.most {
            return Err(Full::ForAll);
        }
        let of_client = taken.by.get(&client).copied().unwrap_or(0);
        if of_client >= self.most_each {
            return Err(Full::ForThisClient);
        }
        taken.by.insert(client, of_client + 1);
        taken.all += 1;
        Ok(Slot { slots: self.clone(), client })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        taken.all -= 1;
        if let Some(left) = taken.by.get_mut(&self.client) {
            *left -= 1;
            if *left == 0 {
                taken.by.remove(&self.client); // or every client that ever came would be remembered
            }
        }
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
        let taken = slots.taken();
        assert_eq!((taken.all, taken.by.len()), (0, 0), "nobody is remembered");
    }
}
