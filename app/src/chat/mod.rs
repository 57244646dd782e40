//! The chat page.
//!
//! [`page`] holds the state, [`composer`] asks, [`api`] is asked, [`model`] answers; what comes back goes through
//! [`message`] to [`view`].

pub mod api;
pub mod composer;
pub mod conversation;
pub mod history;
pub mod message;
#[cfg(feature = "ssr")]
pub mod model;
pub mod page;
pub mod picker;
pub mod view;
