//! Being asked to stop: Ctrl-C, or SIGTERM as service managers send it.

use std::process;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

/// What a shell takes for "ended by Ctrl-C".
const INTERRUPTED: i32 = 130;

/// Waits for the first request to stop. From then on the second ends the process on the spot.
pub async fn asked_to_stop() {
    asked().await;
    tokio::spawn(async {
        asked().await;
        process::exit(INTERRUPTED);
    });
}

async fn asked() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return interrupted().await };
    tokio::select! {
        _ = terminate.recv() => {}
        () = interrupted() => {}
    }
}

async fn interrupted() {
    if ctrl_c().await.is_err() {
        std::future::pending::<()>().await; // it can't be heard, so it is never said
    }
}
