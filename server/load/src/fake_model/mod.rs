//! A fake model server. It knows as much HTTP as it takes to read a question, and no more, so that it can answer as
//! wrongly as real ones do. What it is to do stands in the question: a [`Script`].

mod answer;
mod connection;
mod ledger;
mod script;

pub(crate) use ledger::Ledger;
pub(crate) use script::{End, Pace, Script};

use crate::Fallible;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::task::AbortOnDropHandle;

/// The server. It lives as long as this does, and so do its connections.
#[derive(Debug)]
pub(crate) struct Model {
    address: SocketAddr,
    /// What happens to its connections.
    pub(crate) ledger: Arc<Ledger>,
    /// How fast those answers come that keep to the common beat.
    pub(crate) beat: Arc<Beat>,
    _listening: AbortOnDropHandle<()>,
}

/// The common beat. It begins at rest.
#[derive(Debug)]
pub(crate) struct Beat {
    every_us: AtomicU32,
    rests: AtomicBool,
}

impl Beat {
    /// One delta each so often, from now on.
    pub(crate) fn set(&self, every: Duration) {
        self.every_us.store(u32::try_from(every.as_micros()).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Nothing is written, or, from now on, something again.
    pub(crate) fn rest(&self, rests: bool) {
        self.rests.store(rests, Ordering::Relaxed);
    }

    fn every(&self) -> Duration {
        Duration::from_micros(self.every_us.load(Ordering::Relaxed).into())
    }

    fn rests(&self) -> bool {
        self.rests.load(Ordering::Relaxed)
    }
}

impl Model {
    /// Starts it, on this machine alone.
    pub(crate) async fn start() -> Fallible<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let ledger = Arc::<Ledger>::default();
        let beat = Arc::new(Beat { every_us: AtomicU32::new(1_000_000), rests: AtomicBool::new(true) });
        let listening = tokio::spawn(listen(listener, ledger.clone(), beat.clone()));
        Ok(Self { address, ledger, beat, _listening: AbortOnDropHandle::new(listening) })
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

async fn listen(listener: TcpListener, ledger: Arc<Ledger>, beat: Arc<Beat>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                connections.spawn(connection::serve(stream, ledger.clone(), beat.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
