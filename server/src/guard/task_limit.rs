//! Limits on tasks and on the answers that they leave behind: in all, for one client, and for one network. A request over a
//! limit is refused with `Retry-After`; running tasks are never affected.

use crate::{
    guard::{
        hold::{hold, while_answered},
        quota::{Full, Slot, Slots},
    },
    http::{client_addr::Client, refusal::refuse},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// How many may look at the monitor, and how many of one client. These places are apart from those of the tasks that are looked
/// at: who wants to know why all of those are taken has to get in.
const MONITORS: usize = 100;
const MONITORS_EACH: usize = 20;

/// How many answers may wait to be read after their tasks have ended, and how many of one client. Each holds up to 80 KiB: a
/// buffer of deltas and a chunk. So all of them take 320 MiB at most.
const UNREAD: usize = 4096;
const UNREAD_EACH: usize = UNREAD / 10;

/// What a task needs a place in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// A place is taken until the task ends.
    tasks: Arc<Slots>,
    /// The same, for the tasks of monitors.
    monitors: Arc<Slots>,
    /// A place is taken until the response is read or dropped. An HTTP/2 client may leave the answers of ended tasks unread.
    answers: Arc<Slots>,
}

/// The kinds of tasks.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Work,
    Monitor,
}

/// Which quota a request would exceed.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Tasks(Kind, Full),
    Answers(Full),
}

impl Kind {
    /// Of the task that is started by a request for this path, if one is.
    fn at(path: &str) -> Option<Self> {
        match path {
            "/api/chat" | "/api/task" => Some(Self::Work),
            "/api/monitor" => Some(Self::Monitor),
            _ => None,
        }
    }
}

impl Admission {
    /// Room for these tasks.
    #[must_use]
    pub fn new(tasks: Arc<Slots>) -> Self {
        let monitors = Slots::new(MONITORS, MONITORS_EACH);
        let most = tasks.most() + MONITORS + UNREAD;
        let most_each = tasks.most_each().saturating_add(MONITORS_EACH + UNREAD_EACH);
        Self { tasks, monitors, answers: Slots::new(most, most_each) }
    }

    fn take(&self, kind: Kind, client: Client) -> Result<(Slot, Slot), Refused> {
        if self.unread_by(client) >= UNREAD_EACH {
            return Err(Refused::Answers(Full::ForThisClient));
        }
        let tasks = match kind {
            Kind::Work => &self.tasks,
            Kind::Monitor => &self.monitors,
        };
        let task = tasks.take(client).map_err(|full| Refused::Tasks(kind, full))?;
        let answer = self.answers.take(client).map_err(Refused::Answers)?;
        Ok((task, answer))
    }

    /// How many answers of this client wait to be read though their tasks have ended.
    fn unread_by(&self, client: Client) -> usize {
        let living = self.tasks.taken_by(client) + self.monitors.taken_by(client);
        self.answers.taken_by(client).saturating_sub(living)
    }
}

/// Middleware: gives each request that starts a task a place for the task and one for the answer. The request's body has
/// arrived: who is slow to ask keeps nobody out.
pub async fn admit(State(admission): State<Admission>, mut request: Request, next: Next) -> Response {
    let Some(kind) = Kind::at(request.uri().path()) else { return next.run(request).await };
    match admission.take(kind, Client::of(&request)) {
        Ok((task, answer)) => {
            hold(request.extensions_mut(), task);
            while_answered(next.run(request).await, answer)
        }
        Err(refused) => refused.refusal(),
    }
}

impl Refused {
    fn refusal(self) -> Response {
        let (Self::Tasks(_, full) | Self::Answers(full)) = self;
        let status = match full {
            Full::ForAll => StatusCode::SERVICE_UNAVAILABLE,
            Full::ForThisClient => StatusCode::TOO_MANY_REQUESTS,
        };
        refuse(status, self.message())
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Tasks(Kind::Work, Full::ForAll) => {
                "The server is answering as many questions as it may at once. Try again in a moment."
            }
            Self::Tasks(Kind::Work, Full::ForThisClient) => {
                "As many answers are running for you as one client or network may have. Stop one, or wait for it, and try again."
            }
            Self::Tasks(Kind::Monitor, Full::ForAll) => {
                "Too many are looking at the monitor. Close one that nobody needs, and try again."
            }
            Self::Tasks(Kind::Monitor, Full::ForThisClient) => {
                "As many monitors are open for you as one client or network may have. Close one, and try again."
            }
            Self::Answers(Full::ForAll) => {
                "As many answers as the server may hold have ended and wait to be read. Try again in a moment."
            }
            Self::Answers(Full::ForThisClient) => {
                "Answers of yours have ended and wait to be read, as many as one client or network may have. Read them or \
                 close their connections, and try again."
            }
        }
    }
}
