//! Starcrossed, the server. A module imports only modules below it.
//!
//! | module | what it does |
//! |---|---|
//! | [`server`] | assembles everything, for the program and for tests |
//! | [`routes`] | the routes: pages, server functions, endpoints for machines |
//! | [`net`] | listens, serves, shuts down |
//! | [`typeset`] | colours for code, and MathML for formulas |
//! | [`guard`] | checks every request before it is answered |
//! | [`models`] | the models: those of model servers, or the demo |
//! | [`http`] | parts of requests and responses |
//! | [`os`] | the operating system |
//! | [`config`] | the command line and the environment |
//! | [`startup`] | the terminal and the log |
#![recursion_limit = "256"] // a page is one deeply nested type

pub mod config;
pub mod guard;
pub mod http;
pub mod models;
pub mod net;
pub mod os;
pub mod routes;
pub mod server;
pub mod startup;
pub mod typeset;
