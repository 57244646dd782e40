//! Being asked to stop: Ctrl-C, or SIGTERM as service managers send it.

use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

/// Waits for the first request to stop.
pub async fn asked_to_stop() {
    asked().await;
}

/// Waits for the second: who insists doesn't want to wait for anything.
pub async fn insisted_on() {
    asked().await;
    asked().await;
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
