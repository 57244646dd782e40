//! A quota of tasks, connections or bytes, shared between clients. A client has a limit, and so has a network, since one
//! attacker may own every address of a network. A request beyond the quota is refused; what was granted stays granted.

use crate::http::client_addr::ClientAddr;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A quota, and how much of it each client uses.
#[derive(Debug)]
pub struct Quota {
    most: usize,
    most_each: usize,
    /// The limit of all clients of one network together.
    most_of_network: usize,
    taken: Mutex<Usage>,
}

#[derive(Debug, Default)]
struct Usage {
    all: usize,
    by: Counts,
    by_network: Counts,
}

/// The use of each client or network. Those that use nothing have no entry.
#[derive(Debug, Default)]
struct Counts(HashMap<ClientAddr, usize>);

/// A part of a quota. Dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    slots: Arc<Quota>,
    client: ClientAddr,
    count: usize,
}

/// The limit that is exhausted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// The quota itself.
    ForAll,
    /// The limit of this client, or of its network.
    ForThisClient,
}

impl Quota {
    /// A quota of `most`. A client may use `most_each`; a network may use half, or as much as a client if that is more.
    #[must_use]
    pub fn new(most: usize, most_each: usize) -> Arc<Self> {
        Arc::new(Self { most, most_each, most_of_network: most_each.max(most.div_ceil(2)), taken: Mutex::default() })
    }

    /// The limit of one client.
    pub(crate) const fn most_each(&self) -> usize {
        self.most_each
    }

    /// The amount that this client uses.
    pub(crate) fn taken_by(&self, client: ClientAddr) -> usize {
        self.taken().by.of(client)
    }

    /// The limit of all clients together.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    /// Takes one for this client.
    ///
    /// # Errors
    /// A limit is exhausted.
    pub fn take(self: &Arc<Self>, client: ClientAddr) -> Result<Permit, Exhausted> {
        let mut slot = self.none(client);
        slot.grow(1)?;
        Ok(slot)
    }

    /// Takes nothing yet. [`grow`](Permit::grow) takes more.
    pub(crate) fn none(self: &Arc<Self>, client: ClientAddr) -> Permit {
        Permit { slots: self.clone(), client, count: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Usage> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Usage {
    fn add(&mut self, client: ClientAddr, more: usize) {
        self.all += more;
        self.by.add(client, more);
        self.by_network.add(client.subnet(), more);
    }

    fn remove(&mut self, client: ClientAddr, count: usize) {
        self.all -= count;
        self.by.remove(client, count);
        self.by_network.remove(client.subnet(), count);
    }
}

impl Counts {
    fn of(&self, client: ClientAddr) -> usize {
        self.0.get(&client).copied().unwrap_or(0)
    }

    fn add(&mut self, client: ClientAddr, more: usize) {
        *self.0.entry(client).or_default() += more;
    }

    fn remove(&mut self, client: ClientAddr, count: usize) {
        if let Some(left) = self.0.get_mut(&client) {
            *left -= count;
            if *left == 0 {
                self.0.remove(&client);
            }
        }
    }
}

impl Permit {
    /// Grows to `count` in all. Never shrinks.
    ///
    /// # Errors
    /// A limit is exhausted. The amount stays as it was.
    pub(crate) fn grow(&mut self, count: usize) -> Result<(), Exhausted> {
        let more = count.saturating_sub(self.count);
        if more == 0 {
            return Ok(());
        }
        let mut taken = self.slots.taken();
        if taken.all.saturating_add(more) > self.slots.most {
            return Err(Exhausted::ForAll);
        }
        let of_client = taken.by.of(self.client).saturating_add(more);
        let of_network = taken.by_network.of(self.client.subnet()).saturating_add(more);
        if of_client > self.slots.most_each || of_network > self.slots.most_of_network {
            return Err(Exhausted::ForThisClient);
        }
        taken.add(self.client, more);
        self.count += more;
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.slots.taken().remove(self.client, self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(ip: &str) -> ClientAddr {
        ClientAddr::at(ip.parse().unwrap())
    }

    #[test]
    fn one_client_may_take_its_share_and_all_together_what_there_is() {
        let slots = Quota::new(3, 2);
        let (one, other) = (client("10.0.0.1"), client("10.0.1.1"));
        let held = [slots.take(one).unwrap(), slots.take(one).unwrap()];
        assert_eq!(slots.take(one).unwrap_err(), Exhausted::ForThisClient);
        let last = slots.take(other).unwrap();
        assert_eq!(slots.take(other).unwrap_err(), Exhausted::ForAll);
        drop(held);
        assert!(slots.take(other).is_ok() && slots.take(one).is_ok());
        drop(last);
        let mut growing = slots.none(one);
        assert_eq!(growing.grow(2), Ok(()));
        assert_eq!(growing.grow(3), Err(Exhausted::ForThisClient));
        assert_eq!((growing.grow(1), growing.count), (Ok(()), 2), "what there is stays");
        let rest = slots.take(other).unwrap();
        assert_eq!(slots.take(other).unwrap_err(), Exhausted::ForAll);
        drop((growing, rest));
        let taken = slots.taken();
        assert_eq!((taken.all, taken.by.0.len(), taken.by_network.0.len()), (0, 0, 0), "nobody is remembered");
    }

    #[test]
    fn who_has_every_address_of_a_network_takes_half_and_leaves_the_rest_to_others() {
        for (net, other) in [("2001:db8:1", "2001:db8:2::1"), ("10.0.1", "10.0.2.1")] {
            let slots = Quota::new(20, 4);
            let address = |n: u8| if net.contains(':') { format!("{net}:{n}::1") } else { format!("{net}.{n}") };
            let held: Vec<_> = (0..=255).filter_map(|n| slots.take(client(&address(n))).ok()).collect();
            assert_eq!(held.len(), 10);
            assert_eq!(slots.take(client(&address(0))).unwrap_err(), Exhausted::ForThisClient);
            assert!(slots.take(client(other)).is_ok());
        }
    }

    #[test]
    fn a_client_alone_in_its_network_has_its_whole_share() {
        let slots = Quota::new(10, 9);
        let one = client("10.0.0.1");
        assert_eq!((0..10).filter_map(|_| slots.take(one).ok().map(std::mem::forget)).count(), 9);
        assert_eq!(slots.taken_by(one), 9);
    }
}
