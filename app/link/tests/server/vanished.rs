//! Clients that vanish, and clients that are merely slow, in a network of their own.

use super::{links::Server, network::Network, page::Page};
use starcrossed::Reason;
use std::{net::SocketAddr, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The time within which a client that has vanished is noticed.
const NOTICED: Duration = Duration::from_secs(20);

/// As long as a client is suspended. It is longer than the kernel's own patience with a vanished one would have to be.
const SUSPENDED: Duration = Duration::from_secs(30);

#[tokio::test]
async fn only_a_vanished_client_is_dropped_within_20_s() {
    let network = match Network::build() {
        Ok(network) => network,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let mut server = Server::at("0.0.0.0:0").await;
    let start = async |near, function| {
        let address = SocketAddr::new(near, server.address.port());
        let mut page = Page::on(network.connection_to(address), function).await;
        page.has_begun().await;
        page
    };
    let (cut, stays) = (network.near().into(), network.near_for_good().into());
    let mut reads = start(cut, "flood").await;
    let reads = tokio::spawn(async move { while reads.read_some().await > 0 {} });
    let _is_silent = start(cut, "wait").await;
    let mut slow = start(stays, "flood").await;
    let slow = tokio::spawn(async move {
        loop {
            assert!(slow.read_some().await > 0);
            sleep(Duration::from_secs(1)).await;
        }
    });
    let mut suspended = start(stays, "flood").await; // to the kernel, a client that never reads is one whose process is stopped
    let continues = Instant::now() + SUSPENDED;

    network.cut();
    let vanished = Instant::now();
    for _ in 0..2 {
        assert_eq!(timeout(NOTICED, server.tasks.ended()).await, Ok(Reason::Killed));
        assert!(vanished.elapsed() < NOTICED, "{:?}", vanished.elapsed());
    }
    println!("vanished clients were noticed after {:?}", vanished.elapsed());
    reads.abort();

    sleep_until(continues).await;
    assert!(server.tasks.go_on() && !slow.is_finished());
    let sent = server.tasks.sent();
    while server.tasks.sent() == sent {
        assert!(suspended.read_some().await > 0);
    }
    slow.abort();
    drop(suspended);
    for _ in 0..2 {
        assert_eq!(timeout(NOTICED, server.tasks.ended()).await, Ok(Reason::Killed), "these two were still there");
    }
}
