//! Tests that start the program as a process of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

mod cli;
mod contract;
mod outgoing;
mod output;
mod pause;
mod secrets;
mod signals;
#[path = "../support/mod.rs"]
mod support;
