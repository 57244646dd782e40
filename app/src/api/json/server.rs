//! Parses long arguments on the server without blocking other tasks.

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

/// Runs the work on this thread, after the thread's other tasks have moved to another one. A runtime with a single thread runs
/// it on the spot.
pub(super) fn apart<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use crate::api::json::{LONG, LongJsonEncoding};
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, de::IgnoredAny};
    use server_fn::Decodes;
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    /// A parse in this test waits for another task of the runtime.
    static OTHER_TASK: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);

    struct Slow;

    impl<'de> Deserialize<'de> for Slow {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            IgnoredAny::deserialize(deserializer)?;
            let other_task = OTHER_TASK.lock().unwrap().take().unwrap();
            other_task.recv_timeout(Duration::from_secs(10)).unwrap();
            Ok(Self)
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn long_body_blocks_no_other_task() {
        let (said, other_task) = mpsc::channel();
        OTHER_TASK.lock().unwrap().replace(other_task);
        let parsing = tokio::spawn(async move {
            tokio::spawn(async move { said.send(()) });
            LongJsonEncoding::decode(Bytes::from(format!("\"{}\"", "x".repeat(LONG))))
        });
        let parsed: Result<Slow, _> = parsing.await.unwrap();
        assert!(parsed.is_ok());
    }

    #[tokio::test]
    async fn single_thread_parses_long_body() {
        let text = "x".repeat(LONG);
        let parsed: String = LongJsonEncoding::decode(Bytes::from(format!("\"{text}\""))).unwrap();
        assert_eq!(parsed, text);
    }
}
