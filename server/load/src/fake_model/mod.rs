//! A fake model server. It implements only as much HTTP as one question needs, so that it can answer as wrongly as real
//! servers do. The question carries a [`Script`], which it plays.

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

/// The server. It and its connections end on drop.
#[derive(Debug)]
pub(crate) struct Model {
    address: SocketAddr,
    /// The record of its connections.
    pub(crate) ledger: Arc<Ledger>,
    /// The speed of the answers on the common beat.
    pub(crate) beat: Arc<Beat>,
    _listening: AbortOnDropHandle<()>,
}

/// The common beat. It is paused at first.
#[derive(Debug)]
pub(crate) struct Beat {
    every_us: AtomicU32,
    rests: AtomicBool,
}

impl Beat {
    /// Sets the interval of one stream's deltas.
    pub(crate) fn set(&self, every: Duration) {
        self.every_us.store(u32::try_from(every.as_micros()).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Pauses or resumes all answers on the beat.
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
