//! Model servers are found on this machine.

use super::{ask, names, read_reply};
use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, answer, answer_json, delta, done, finish, head, models},
};
use app::chat::protocol::model::Model;
use futures::FutureExt;
use serde_json::json;
use server::{
    config::parse_url,
    models::{
        Models, Seek, demo,
        discovery::{self, State},
        openai::{Client, Upstream as Settings},
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, time::Instant};

#[tokio::test]
async fn discovery_finds_only_servers_that_list_models() {
    let one = Upstream::listing([models(&["a", "b"])]).await;
    let empty = Upstream::listing([answer_json(200, &json!({ "object": "list", "data": null }))]).await;
    let site = Upstream::listing([answer(200, &["content-type: text/html"], "<h1>Hi</h1>")]).await;
    let other_api = Upstream::listing([answer_json(200, &json!({ "data": { "a": 1 } }))]).await;
    let not_found = Upstream::listing([answer(404, &[], "{}")]).await;
    let silent = Upstream::listing([Step::Hang]).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = format!("http://{nobody}/v1");
    let urls = [&one, &empty, &site, &other_api, &not_found, &silent].map(Upstream::url);
    let places = urls.iter().chain([&nobody]).map(|url| (url.as_str(), url.as_str())).collect::<Vec<_>>();
    let found = discovery::find_among(&places, Duration::from_secs(5)).await;
    assert_eq!(found.iter().map(|found| &found.name).collect::<Vec<_>>(), [&urls[0], &urls[1]]);
    assert_eq!((found[0].models.as_slice(), found[0].state), (&["a".to_owned(), "b".to_owned()][..], State::Ready));
    assert!(found[1].models.is_empty());
}

#[tokio::test]
async fn discovery_finds_loading_and_locked_servers() {
    let json = ["content-type: application/json"];
    let loading =
        [answer(503, &json, r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#)];
    let (loading, locked) = (Upstream::listing(loading).await, Upstream::listing([answer(401, &[], "{}")]).await);
    let interrupting = Upstream::interrupting([Step::Hang]).await;
    let broken = Upstream::listing([answer(503, &[], "Service Unavailable")]).await;
    let login = Upstream::listing([answer(401, &["www-authenticate: Basic realm=x"], "Unauthorized")]).await;
    let page = Upstream::listing([answer(401, &["content-type: text/html"], "<html>Log in</html>")]).await;
    let urls = [&loading, &locked, &interrupting, &broken, &login, &page].map(Upstream::url);
    let places = urls.iter().map(|url| (url.as_str(), url.as_str())).collect::<Vec<_>>();
    let found = discovery::find_among(&places, Duration::from_secs(5)).await;
    let found = found.iter().map(|found| (&found.name, found.state)).collect::<Vec<_>>();
    assert_eq!(found, [(&urls[0], State::Loading), (&urls[1], State::Locked), (&urls[2], State::Unasked)]);
    assert_eq!(interrupting.times_listed(), 0);
}

#[tokio::test]
async fn a_server_that_starts_later_is_found_on_demand() {
    let upstream = Upstream::playing([head(), delta("Here."), finish("stop"), done()]).await;
    let url = parse_url(&upstream.url()).unwrap();
    let (looks, there) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seek = Seek::new({
        let (looks, there) = (looks.clone(), there.clone());
        move || {
            looks.fetch_add(1, Ordering::Relaxed);
            let found = (there.load(Ordering::Relaxed) > 0).then(|| Client::new(Settings::new(url.clone())).unwrap());
            async move { Vec::from_iter(found) }.boxed()
        }
    });
    let models = Arc::new(Models::seeking(seek, None));
    for _ in 0..3 {
        assert_eq!(names(&models).await, [demo::NAME]);
    }
    assert_eq!(looks.load(Ordering::Relaxed), 1, "it is not looked for more than once a second");
    there.store(1, Ordering::Relaxed);
    advance(Duration::from_secs(1)).await;
    assert_eq!(read_reply(ask(&models, json!({}))).await.0, ["Here."]);
    assert_eq!(names(&models).await, ["fake"]);
    assert_eq!(looks.load(Ordering::Relaxed), 2, "what was found is not looked for again");
}

#[tokio::test]
async fn a_second_server_is_found_and_the_first_is_kept() {
    let (first, second) = (Upstream::playing([Step::Hang]).await, Upstream::playing([Step::Hang]).await);
    let named = |name: &str, upstream: &Upstream| {
        Client::new(Settings { name: name.into(), ..Settings::new(parse_url(&upstream.url()).unwrap()) }).unwrap()
    };
    let (one, two) = (named("one", &first), named("two", &second));
    let seek = Seek::new({
        let one = one.clone();
        move || {
            let found = vec![one.clone(), two.clone()];
            async move { found }.boxed()
        }
    });
    let alone = serde_json::to_value(Models::new([one.clone()], None).list().await).unwrap();
    assert_eq!(alone["data"], json!([{ "id": "fake", "object": "model" }]), "the only one is not named");
    let models = Arc::new(Models::finding([one], seek, None));
    let _events = ask(&models, json!({ "model": "fake" }));
    assert_eq!(names(&models).await, ["one/fake", "two/fake"]);
    advance(Duration::from_secs(1)).await;
    assert_eq!(names(&models).await, ["one/fake", "two/fake"], "each once");
}

#[tokio::test]
async fn discovery_ends_at_its_timeout() {
    let silent = Upstream::listing([Step::Hang]).await;
    let url = silent.url();
    let start = Instant::now();
    assert!(discovery::find_among(&[("silent", url.as_str()); 4], Duration::from_millis(300)).await.is_empty());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
