//! Parts of the link that a server installs once.

mod connection;
#[cfg(target_os = "linux")]
mod vanished;
#[cfg(not(target_os = "linux"))]
#[path = "server/vanished_portable.rs"]
mod vanished;

pub use connection::Connection;
