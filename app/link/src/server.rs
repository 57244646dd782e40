//! Parts of the link that a server installs once.

#[cfg(target_os = "linux")]
pub mod vanished;
#[cfg(not(target_os = "linux"))]
#[path = "server/vanished_portable.rs"]
pub mod vanished;
