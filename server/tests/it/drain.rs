//! The drain: time for a load balancer to send people elsewhere before anything ends.

use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, delta, done, finish, head},
    raw_client::{Page, get},
    server::{Rules, Server},
    soon,
};
use server::{
    config::parse_url,
    models::{
        Models,
        openai::{Client, Upstream as Asked},
    },
};
use starcrossed::Reason;
use std::time::Duration;

const DRAIN: Duration = Duration::from_mins(1);

#[tokio::test]
async fn drain_fails_readiness_and_then_ends_the_rest() {
    let script = [head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let rules = Rules { drain: DRAIN, ..Rules::default() };
    let asked = Asked::new(parse_url(&upstream.url()).unwrap());
    let server = Server::with_rules(rules, Models::new([Client::new(asked).unwrap()], None)).await;
    let address = server.address;
    assert_eq!(get(address, "/readyz").await.status, 200);
    let mut ends = Page::chat(address).await;
    let first = upstream.connection().await;
    let mut is_cut = Page::chat(address).await;

    let running = server.shut_down();
    soon("it is no longer ready", async { while get(address, "/readyz").await.status != 503 {} }).await;
    assert_eq!(get(address, "/healthz").await.status, 200, "it is alive");
    first.go();
    for page in [&mut ends, &mut is_cut] {
        assert_eq!(page.delta().await, "Hel");
    }
    assert_eq!(ends.delta().await, "lo");
    assert_eq!(ends.exit().await.reason, Reason::Normal);
    let mut late = Page::chat(address).await;
    assert_eq!(late.delta().await, "Hel", "a load balancer that hasn't noticed yet does no harm");

    advance(DRAIN).await;
    for page in [&mut is_cut, &mut late] {
        assert_eq!(page.exit().await.reason, Reason::Shutdown);
    }
    soon("it is gone", running).await.unwrap().unwrap();
}
