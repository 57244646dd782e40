//! The signals by which a terminal or a service manager asks a process to stop.

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag::register_conditional_default,
};
use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT and SIGTERM, from when this was made. When it is dropped, they end the process again, as they do by default:
/// Tokio's handlers stay, and a process whose runtime waits for a thread could be ended by SIGKILL alone.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

/// The number of [`Signals`] in this process.
static LISTENING: Mutex<usize> = Mutex::new(0);

/// Whether there are none. The handlers that look at it are installed once.
static UNHEARD: OnceLock<Arc<AtomicBool>> = OnceLock::new();

impl Signals {
    /// Installs the handlers, on a Tokio runtime.
    ///
    /// # Errors
    /// The system allows none.
    pub(super) fn listen() -> io::Result<Self> {
        let mut listening = listening();
        // Before Tokio's handlers, since handlers run in the order of their registration. After them, a server that is quick to
        // end could drop this before the handler of the same signal has looked.
        let unheard = unheard()?;
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        unheard.store(false, Ordering::SeqCst);
        *listening += 1;
        Ok(Self { interrupt, terminate })
    }

    /// Waits for the first of them.
    pub(super) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let mut listening = listening();
        *listening -= 1;
        if let Some(unheard) = UNHEARD.get() {
            unheard.store(*listening == 0, Ordering::SeqCst);
        }
    }
}

fn listening() -> MutexGuard<'static, usize> {
    LISTENING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unheard() -> io::Result<&'static AtomicBool> {
    if let Some(unheard) = UNHEARD.get() {
        return Ok(unheard);
    }
    let unheard = Arc::<AtomicBool>::default();
    for signal in [SIGINT, SIGTERM] {
        register_conditional_default(signal, unheard.clone())?;
    }
    Ok(UNHEARD.get_or_init(|| unheard))
}
