//! Being asked to stop, where there is Ctrl-C alone.

use std::process;
use tokio::signal::ctrl_c;

/// Waits for the first request to stop. From then on the second ends the process on the spot.
pub async fn asked_to_stop() {
    asked().await;
    tokio::spawn(async {
        asked().await;
        process::exit(130);
    });
}

async fn asked() {
    if ctrl_c().await.is_err() {
        std::future::pending::<()>().await; // it can't be heard, so it is never said
    }
}
