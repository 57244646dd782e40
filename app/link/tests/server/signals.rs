//! A whole process that is asked to stop.

use super::{
    links::{app, observed},
    page::Page,
    soon,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use starcrossed::Reason;
use tokio::net::TcpListener;

#[tokio::test]
async fn signals_that_ask_a_process_to_stop_end_it_as_a_shutdown() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (links, mut tasks) = observed();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let running = tokio::spawn(async move { links.serve(tcp, app()).await });
        let mut page = Page::start(address, "wait").await;
        page.has_begun().await;
        kill(Pid::this(), signal).unwrap(); // it is handled by now, or this process is gone
        assert!(page.rest().await.contains("shutdown"));
        assert_eq!(soon("its end", tasks.ended()).await, Reason::Shutdown);
        soon("the server is gone", running).await.unwrap().unwrap();
    }
}
