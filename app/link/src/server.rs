//! Parts of the link that a server installs once: [`LinkServer`].
//!
//! ```no_run
//! use axum::Router;
//! use starcrossed::LinkServer;
//! use tokio::net::TcpListener;
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let app = Router::new(); // the app's own routes, `leptos_routes` among them
//!     let links = LinkServer::new();
//!     links.serve(TcpListener::bind("127.0.0.1:3000").await?, app).await
//! }
//! ```
//!
//! [`LinkServer::serve`] combines the following pieces. A server that replaces one of them, for example for TLS, uses
//! the others one by one.
//!
//! | piece | without it |
//! |---|---|
//! | [`LinkServer::around`]: headers, and a pause for proxies written in Go | a proxy holds events back, or breaks an answer off |
//! | [`LinkServer::around`]: the [`Supervisor`] as a request extension | no task hears of a shutdown |
//! | [`LinkServer::listener`]: a [`Connection`] for each client | a client that vanishes holds its task for many minutes, one that stops reading for ever |
//! | [`LinkServer::shutdown_on`]: every task ends, and its page hears so | a graceful shutdown waits for every stream |
//! | [`LinkServer::serve_until`]: a bound on how long a shutdown takes | one client that doesn't read keeps the process alive |
//! | [`LinkServer::serve`]: SIGINT and SIGTERM | pages hear of no shutdown: the signal ends the process at once |
//!
//! The same with a listener and a signal of one's own:
//!
//! ```no_run
//! # use axum::Router;
//! # use starcrossed::LinkServer;
//! # use std::net::SocketAddr;
//! # use tokio::{net::TcpListener, signal::ctrl_c};
//! # async fn run(app: Router) -> std::io::Result<()> {
//! let links = LinkServer::new();
//! let listener = links.listener(TcpListener::bind("127.0.0.1:3000").await?);
//! let app = links.around(app).into_make_service_with_connect_info::<SocketAddr>();
//! axum::serve(listener, app).with_graceful_shutdown(links.shutdown_on(ctrl_c())).await
//! # }
//! ```

mod accepting;
mod connection;
mod headers;
#[cfg(all(unix, not(portable)))]
mod signals;
#[cfg(any(not(unix), portable))]
#[path = "server/signals_portable.rs"]
mod signals;
#[cfg(all(target_os = "linux", not(portable)))]
mod unsent;
#[cfg(any(not(target_os = "linux"), portable))]
#[path = "server/unsent_portable.rs"]
mod unsent;
#[cfg(all(target_os = "linux", not(portable)))]
mod vanished;
#[cfg(any(not(target_os = "linux"), portable))]
#[path = "server/vanished_portable.rs"]
mod vanished;

pub use connection::Connection;
pub use headers::SETTLED;

use crate::{Observer, Supervisor};
use accepting::Accepting;
use axum::{
    Extension, Router,
    middleware::from_fn,
    serve::{Listener, ListenerExt, TapIo},
};
use signals::Signals;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;

/// The time that connections have to close after every task has ended. Exits are on their way within a millisecond, so
/// a client that hasn't read its exit by then isn't reading.
const PATIENCE: Duration = Duration::from_secs(1);

/// The server's side of all links. Clones are the same server; dropping it does nothing.
#[derive(Clone, Debug, Default)]
pub struct LinkServer {
    supervisor: Supervisor,
}

impl LinkServer {
    /// A server without an observer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A server whose tasks `observer` is told of, such as a [`TaskRegistry`](crate::registry::TaskRegistry).
    #[must_use]
    pub fn observed_by(observer: impl Observer + 'static) -> Self {
        Self { supervisor: Supervisor::observed_by(observer) }
    }

    /// The supervisor of this server's tasks.
    pub const fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// Puts around all routes of `app` what links need:
    ///
    /// - The [`Supervisor`] is an extension of each request, where [`Supervisor::of_context`] finds it. Tasks that
    ///   server functions spawn run under it.
    /// - A stream of events has headers that keep proxies from holding it back. Over HTTP/1.1 its connection is closed
    ///   after it, since otherwise Chromium may go on reading a stream that its page has dropped.
    /// - The answer to a POST that came through a proxy over HTTP/1.1 waits for [`SETTLED`].
    ///
    /// Layers and routes that are added later are outside. [`serve`](Self::serve) and [`serve_until`](Self::serve_until)
    /// do this themselves.
    pub fn around<S: Clone + Send + Sync + 'static>(&self, app: Router<S>) -> Router<S> {
        app.layer(from_fn(headers::passed_on)).layer(Extension(self.supervisor.clone()))
    }

    /// Accepts from `tcp`, and ends the [`Connection`] of a client that has vanished or stopped reading: its requests'
    /// bodies are dropped, and with them its tasks. For [`axum::serve()`]; `ConnectInfo<SocketAddr>` works.
    ///
    /// Accepting never fails: an error, such as too many open files, is tried again after a second.
    pub fn listener(
        &self,
        tcp: TcpListener,
    ) -> TapIo<impl Listener<Io = Connection, Addr = SocketAddr>, impl FnMut(&mut Connection) + Send + 'static> {
        Accepting(tcp).tap_io(|_| {}) // axum has `ConnectInfo` for this listener, and for none of other crates
    }

    /// Waits for `signal`, ignores its output, and then ends every task, those that start later included. Each page
    /// hears [`Reason::Shutdown`](crate::Reason::Shutdown). For `with_graceful_shutdown` of [`axum::serve()`].
    ///
    /// Until the future is polled, nothing listens. Dropping it ends no task.
    pub fn shutdown_on<F: Future>(&self, signal: F) -> impl Future<Output = ()> + use<F> {
        let supervisor = self.supervisor.clone();
        async move {
            signal.await;
            supervisor.shut_down();
        }
    }

    /// Serves `app` on `tcp` until SIGINT or SIGTERM (elsewhere than on Unix: Ctrl-C). See
    /// [`serve_until`](Self::serve_until). Once it has returned, or is dropped, another of these signals ends the process as
    /// by default, even if the runtime waits for a thread.
    ///
    /// # Errors
    /// The system allows no handler of these signals.
    pub async fn serve(&self, tcp: TcpListener, app: Router) -> io::Result<()> {
        let mut signals = Signals::listen()?;
        self.serve_until(tcp, app, signals.stop()).await
    }

    /// Serves `app` on `tcp` until `signal` is ready. Then every task ends at once, each page hears
    /// [`Reason::Shutdown`](crate::Reason::Shutdown), and no connection is accepted any more. It returns when all
    /// connections are closed, and after 1 s at the latest: those left over end with the runtime.
    ///
    /// It speaks HTTP/1.1, and HTTP/2 without TLS where the app enables axum's feature `http2`.
    ///
    /// A thread of `spawn_blocking` ends at its next [`send`](crate::Sender::blocking_send). One that neither sends nor
    /// ends holds up the drop of its runtime, which `#[tokio::main]` waits for; `Runtime::shutdown_background` doesn't
    /// wait.
    ///
    /// Dropping the future stops accepting, and closes each connection after its response. It ends no task.
    ///
    /// # Errors
    /// No error is known to occur.
    pub async fn serve_until(&self, tcp: TcpListener, app: Router, signal: impl Future) -> io::Result<()> {
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let stop = stop.drop_guard();
        let app = self.around(app).into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(self.listener(tcp), app).with_graceful_shutdown(stopped);
        let going_down = async {
            self.shutdown_on(signal).await;
            drop(stop);
            sleep(PATIENCE).await;
        };
        tokio::select! {
            served = serving => served,
            () = going_down => Ok(()),
        }
    }
}
