//! Where the server parses long arguments.

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

/// Does the work here, after the other tasks of this thread were given to another one. A runtime with one thread has no other.
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

    /// A parse in this test takes until another task of the runtime says so.
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
    async fn a_long_body_that_is_parsed_holds_up_no_other_task() {
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
    async fn a_runtime_with_one_thread_parses_long_bodies_too() {
        let text = "x".repeat(LONG);
        let parsed: String = LongJsonEncoding::decode(Bytes::from(format!("\"{text}\""))).unwrap();
        assert_eq!(parsed, text);
    }
}
