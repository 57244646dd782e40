//! The way to a model server.
//!
//! | module | what it does |
//! |---|---|
//! | [`upstream`] | where the server is, and its limits |
//! | [`proxy`] | the proxy that leads there, if any |
//! | [`trust`] | whose certificates are accepted |

pub(crate) mod proxy;
pub(crate) mod trust;
pub(crate) mod upstream;
