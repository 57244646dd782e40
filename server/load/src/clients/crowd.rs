//! Many clients at once. Each has a connection of its own, and checks all that it reads.

use crate::{
    Failure, Fallible,
    check::{Check, Faults},
    clients::client::{Farewell, Stream},
    fake_model::{Pace, Script},
    marker::{self, Stamp},
    percentiles::Spread,
};
use app::chat::protocol::message::Delta;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    mem,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many connect at once.
const RAMP: usize = 200;

/// They, listening.
#[derive(Debug)]
pub(crate) struct Crowd {
    clients: JoinSet<Left>,
    over: CancellationToken,
    /// What they hear.
    pub(crate) heard: Arc<Heard>,
}

/// What all of them have heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    deltas: AtomicU64,
    delays: Mutex<Vec<Duration>>,
}

/// What one has to say when it leaves, or all have.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// What was wrong with what it heard.
    pub(crate) faults: Faults,
    /// Of those that didn't leave, but were left: how many, and what one of them heard.
    pub(crate) forsaken: (usize, String),
}

impl Heard {
    /// How many deltas.
    pub(crate) fn deltas(&self) -> u64 {
        self.deltas.load(Ordering::Relaxed)
    }

    /// How long each took, from being written to being read, since this was last asked.
    pub(crate) fn take_delays(&self) -> Spread {
        let delays = mem::take(&mut *self.delays());
        Spread::of(delays)
    }

    fn note(&self, stamp: Stamp) {
        self.deltas.fetch_add(1, Ordering::Relaxed);
        self.delays().push(Duration::from_micros(marker::now().saturating_sub(stamp.written)));
    }

    fn delays(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Crowd {
    /// Opens so many streams to the common beat, some at a time, and listens when all are there.
    pub(crate) async fn gather(address: SocketAddr, count: u32, farewell: Farewell) -> Fallible<Self> {
        let open = |id| async move {
            let question = Script::endless(id, Pace::Beat).question();
            Ok::<_, Failure>((id, Stream::open(address, "/api/chat", &question, farewell).await?))
        };
        let opened: Vec<_> = stream::iter(0..count).map(open).buffer_unordered(RAMP).try_collect().await?;
        let (heard, over) = (Arc::<Heard>::default(), CancellationToken::new());
        let mut clients = JoinSet::new();
        for (id, stream) in opened {
            clients.spawn(listen(stream, Check::new(id), heard.clone(), over.clone()));
        }
        Ok(Self { clients, over, heard })
    }

    /// All leave at once.
    pub(crate) async fn scatter(self) -> Left {
        self.over.cancel();
        let mut all = Left::default();
        for left in self.clients.join_all().await {
            all.faults += left.faults;
            all.forsaken.0 += left.forsaken.0;
            if left.forsaken.0 > 0 {
                all.forsaken.1 = left.forsaken.1;
            }
        }
        all
    }
}

async fn listen(mut stream: Stream, mut check: Check, heard: Arc<Heard>, over: CancellationToken) -> Left {
    let ended = over.run_until_cancelled(read(&mut stream, &mut check, &heard)).await;
    drop(stream);
    let forsaken = ended.map(|why| (1, why)).unwrap_or_default();
    Left { faults: check.faults(), forsaken }
}

/// Reads until something comes that is no delta, and says what that is.
async fn read(stream: &mut Stream, check: &mut Check, heard: &Heard) -> String {
    loop {
        match stream.event().await {
            Ok(Some(event)) if event.event == "delta" => match serde_json::from_str(&event.data) {
                Ok(Delta::Text(text)) => check.feed(&text, |stamp| heard.note(stamp)),
                Ok(delta) => return format!("{delta:?}"),
                Err(error) => return format!("{error}: {}", event.data),
            },
            Ok(event) => return format!("{event:?}"),
            Err(error) => return error.to_string(),
        }
    }
}
