//! What model servers really send, each oddity a test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

mod support;
