//! Many clients at once. Each has its own connection, and checks all that it reads.

use crate::{
    Failure, Fallible,
    check::{Check, Faults},
    clients::client::{Farewell, Stream},
    fake_model::{Pace, Script},
    marker::{self, Stamp},
    percentiles::Percentiles,
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

/// The number of concurrent connection attempts.
const RAMP: usize = 200;

/// The connected clients.
#[derive(Debug)]
pub(crate) struct Crowd {
    clients: JoinSet<Left>,
    over: CancellationToken,
    /// The received deltas.
    pub(crate) heard: Arc<Heard>,
}

/// The deltas that all clients have received.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    deltas: AtomicU64,
    delays: Mutex<Vec<Duration>>,
}

/// The result of one client, or of all.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Faults in the received deltas.
    pub(crate) faults: Faults,
    /// The streams that ended by themselves: their number, and the last event or error of one of them.
    pub(crate) ended: (usize, String),
}

impl Heard {
    /// The number of deltas.
    pub(crate) fn deltas(&self) -> u64 {
        self.deltas.load(Ordering::Relaxed)
    }

    /// The delays from write to read, since the last call.
    pub(crate) fn take_delays(&self) -> Percentiles {
        let delays = mem::take(&mut *self.delays());
        Percentiles::new(delays)
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
    /// Opens `count` streams on the common beat, [`RAMP`] at a time, and reads them once all are open.
    pub(crate) async fn connect(address: SocketAddr, count: u32, farewell: Farewell) -> Fallible<Self> {
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

    /// Closes all streams at once.
    pub(crate) async fn disconnect(self) -> Left {
        self.over.cancel();
        let mut all = Left::default();
        for left in self.clients.join_all().await {
            all.faults += left.faults;
            all.ended.0 += left.ended.0;
            if left.ended.0 > 0 {
                all.ended.1 = left.ended.1;
            }
        }
        all
    }
}

async fn listen(mut stream: Stream, mut check: Check, heard: Arc<Heard>, over: CancellationToken) -> Left {
    let ended = over.run_until_cancelled(read(&mut stream, &mut check, &heard)).await;
    drop(stream);
    let ended = ended.map(|why| (1, why)).unwrap_or_default();
    Left { faults: check.faults(), ended }
}

/// Reads up to the first event that is no delta, and describes it.
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
