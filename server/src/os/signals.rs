//! Unix signals: the requests to stop, and SIGXFSZ, which must not end the program.

use crate::startup::error::StartupError;
use nix::sys::signal::Signal as Number;
use std::{fs, future};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The bit of SIGHUP in a signal mask, as `/proc/self/status` shows one.
const HANG_UP: u64 = 1;

/// The requests to stop. None that comes after [`listen`](Self::listen) is lost.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// None where the program was started to outlive its terminal, as with `nohup`.
    hang_up: Option<Signal>,
    /// Without a handler, this signal ends the program when the log reaches the limit on a file's size. With one, the write
    /// fails, and [`output`](crate::startup::output) counts the line as lost.
    _file_is_full: Signal,
}

impl Signals {
    /// Installs the handlers, on a Tokio runtime. This must come first: the kernel drops signals that process 1 of a container
    /// has no handler for.
    ///
    /// # Errors
    /// The system allows no handler.
    pub fn listen() -> Result<Self, StartupError> {
        let handler =
            |kind| signal(kind).map_err(|error| StartupError::runtime(format!("can't listen for signals: {error}")));
        let hang_up = if ignores_hang_up() { None } else { Some(handler(SignalKind::hangup())?) };
        Ok(Self {
            terminate: handler(SignalKind::terminate())?,
            interrupt: handler(SignalKind::interrupt())?,
            hang_up,
            _file_is_full: handler(SignalKind::from_raw(Number::SIGXFSZ as i32))?,
        })
    }

    /// Waits for the first request to stop: SIGTERM from a service manager, Ctrl-C, or SIGHUP from a closed terminal.
    pub async fn shutdown_signal(&mut self) {
        tokio::select! {
            () = received(Some(&mut self.terminate)) => {}
            () = received(Some(&mut self.interrupt)) => {}
            () = received(self.hang_up.as_mut()) => {}
        }
    }

    /// Waits for a request to stop at once. SIGHUP doesn't count, since a closed terminal sends it twice: the shell does, and the
    /// kernel.
    pub async fn second_signal(&mut self) {
        tokio::select! {
            () = received(Some(&mut self.terminate)) => {}
            () = received(Some(&mut self.interrupt)) => {}
        }
    }
}

async fn received(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => future::pending().await,
    }
}

/// Whether SIGHUP was ignored when the program started. Without `/proc`, it is left as it is.
fn ignores_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & HANG_UP != 0)
}
