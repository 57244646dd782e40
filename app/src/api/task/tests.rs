use super::*;
use starcrossed::{Reason, testing::Trial};
use std::time::Duration;

#[tokio::test]
async fn it_says_its_chunks_and_then_that_it_has_finished() {
    let mut trial = Trial::of(|| task(2, 0, None)).await.unwrap();
    for n in 1..=2 {
        assert_eq!(trial.item().await, Some(Chunk { text: format!("Async work chunk {n}") }));
    }
    assert_eq!(trial.exit().await.reason, Reason::Normal);
}

#[tokio::test]
async fn it_dies_with_its_page() {
    let mut trial = Trial::of(|| task(10_000, 1, None)).await.unwrap();
    assert!(trial.item().await.is_some());
    trial.dies_within(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn its_crash_is_told_to_its_page() {
    let trial = Trial::of(|| task(2, 0, Some(2))).await.unwrap();
    assert_eq!(trial.exit().await.reason, Reason::Crashed);
}

#[tokio::test]
async fn one_that_would_never_end_is_refused() {
    assert!(Trial::of(|| task(u32::MAX, 0, None)).await.is_err());
}
