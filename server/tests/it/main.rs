//! Tests that run the server in their own process and ask it over sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

mod auth;
mod corpus;
mod docs;
mod drain;
mod fates;
mod http;
mod limits;
mod models;
mod openai;
mod pause;
mod reference;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod typeset;
mod unlisted;
