//! Clients take turns at the CPU.
//!
//! All requests of a client share its lane. The lane limits how many of them wait for the CPU at once, however many it sends. A client gives its CPU permit back after each slice and queues again behind the others.

use crate::{
    guard::quota::{Exhausted, Permit, Quota},
    http::client_addr::ClientAddr,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    thread::available_parallelism,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most requests at once, and the most of one client. Each holds up to 256 KiB of text.
const REQUESTS: usize = 256;
const REQUESTS_EACH: usize = 16;

/// The queue of all clients.
#[derive(Debug)]
pub(crate) struct Turns {
    requests: Arc<Quota>,
    cpus: Arc<Semaphore>,
    /// CPU permits that one client may hold at once.
    each: usize,
    lanes: Mutex<HashMap<ClientAddr, Weak<Semaphore>>>,
}

/// A request that was accepted. It counts against its client's quota until it is dropped.
#[derive(Debug)]
pub(crate) struct Accepted {
    lane: Arc<Semaphore>,
    _request: Permit,
}

/// A request whose client has no other before it.
#[derive(Debug)]
pub(crate) struct Turn {
    cpus: Arc<Semaphore>,
    _lane: OwnedSemaphorePermit,
    _accepted: Accepted,
}

impl Turns {
    /// As many CPU permits as there are cores, half of them for one client at most.
    pub(crate) fn new() -> Arc<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::with(cores, cores.div_ceil(2))
    }

    pub(crate) fn with(cpus: usize, each: usize) -> Arc<Self> {
        let requests = Quota::new(REQUESTS, REQUESTS_EACH);
        Arc::new(Self { requests, cpus: Arc::new(Semaphore::new(cpus)), each, lanes: Mutex::default() })
    }

    /// Accepts a request of this client.
    ///
    /// # Errors
    /// Too many are waiting already, of this client or of all.
    pub(crate) fn accept(&self, client: ClientAddr) -> Result<Accepted, Exhausted> {
        let request = self.requests.take(client)?;
        Ok(Accepted { lane: self.lane(client), _request: request })
    }

    /// Waits until the other requests of the client are done. None only if the semaphore is closed, which never happens.
    pub(crate) async fn turn(&self, accepted: Accepted) -> Option<Turn> {
        let lane = accepted.lane.clone().acquire_owned().await.ok()?;
        Some(Turn { cpus: self.cpus.clone(), _lane: lane, _accepted: accepted })
    }

    /// The lane of a client. It is forgotten with the client's last request.
    fn lane(&self, client: ClientAddr) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|_, lane| lane.strong_count() > 0);
        if let Some(lane) = lanes.get(&client).and_then(Weak::upgrade) {
            return lane;
        }
        let lane = Arc::new(Semaphore::new(self.each));
        lanes.insert(client, Arc::downgrade(&lane));
        lane
    }
}

impl Turn {
    /// Waits for a CPU, behind every client that has waited longer.
    pub(crate) async fn cpu(&self) -> Option<OwnedSemaphorePermit> {
        self.cpus.clone().acquire_owned().await.ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;

    fn client(last: u8) -> ClientAddr {
        ClientAddr::at([10, 0, 0, last].into())
    }

    #[tokio::test]
    async fn a_client_with_many_requests_has_one_place_in_the_queue() {
        let turns = Turns::with(1, 1);
        let many: Vec<_> = (0..REQUESTS_EACH).map(|_| turns.accept(client(1)).unwrap()).collect();
        assert_eq!(turns.accept(client(1)).unwrap_err(), Exhausted::ForThisClient);
        let mut many = many.into_iter().map(|accepted| Box::pin(turns.turn(accepted))).collect::<Vec<_>>();
        let first = many.remove(0).await.unwrap();
        assert!(poll!(&mut many[0]).is_pending(), "its second request waits for its first");
        let cpu = first.cpu().await.unwrap();
        let other = turns.turn(turns.accept(client(2)).unwrap()).await.unwrap();
        let mut others = pin!(other.cpu());
        assert!(poll!(&mut others).is_pending());
        let mut again = pin!(first.cpu());
        assert!(poll!(&mut again).is_pending());
        drop(cpu);
        assert!(poll!(&mut again).is_pending(), "the other client comes before the next slice of the first");
        drop(others.await);
        assert!(poll!(&mut again).is_ready());
    }

    #[tokio::test]
    async fn nobody_is_remembered() {
        let turns = Turns::with(1, 1);
        drop(turns.turn(turns.accept(client(1)).unwrap()).await);
        drop(turns.accept(client(2)).unwrap());
        assert_eq!(turns.lanes.lock().unwrap().len(), 1);
        assert!((0..REQUESTS_EACH).map(|_| turns.accept(client(1))).all(|accepted| accepted.is_ok()));
    }
}
