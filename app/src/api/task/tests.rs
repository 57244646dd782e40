use super::*;
use starcrossed::{Reason, testing::Trial};
use std::time::Duration;

#[tokio::test]
async fn task_sends_its_chunks_and_ends() {
    let mut trial = Trial::of(|| task(2, 0, None)).await.unwrap();
    for n in 1..=2 {
        assert_eq!(trial.item().await, Some(Chunk { text: format!("Async work chunk {n}") }));
    }
    assert_eq!(trial.exit().await.reason, Reason::Normal);
}

#[tokio::test]
async fn task_dies_with_its_page() {
    let mut trial = Trial::of(|| task(10_000, 1, None)).await.unwrap();
    assert!(trial.item().await.is_some());
    trial.dies_within(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn page_is_told_of_a_crash() {
    let trial = Trial::of(|| task(2, 0, Some(2))).await.unwrap();
    assert_eq!(trial.exit().await.reason, Reason::Crashed);
}

#[tokio::test]
async fn endless_task_is_refused() {
    assert!(Trial::of(|| task(u32::MAX, 0, None)).await.is_err());
}
