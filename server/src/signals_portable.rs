//! Being asked to stop, where there is Ctrl-C alone.

use tokio::signal::ctrl_c;

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
    if ctrl_c().await.is_err() {
        std::future::pending::<()>().await; // it can't be heard, so it is never said
    }
}
