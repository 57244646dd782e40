//! What the operating system provides. Where systems differ, a module has a `_portable` twin.
//!
//! | module | what it does |
//! |---|---|
//! | [`signals`] | asks the process to stop |
//! | [`pauses`] | time limits that survive a pause of the process |
//! | [`open_files`] | the limit on open files |
//! | [`memory`] | the allocator, and how many bytes it has given out |
//! | [`cpu_time`] | the CPU time of a thread |

#[cfg(target_os = "linux")]
pub(crate) mod cpu_time;
#[cfg(not(target_os = "linux"))]
#[path = "cpu_time_portable.rs"]
pub(crate) mod cpu_time;
#[cfg(target_os = "linux")]
pub(crate) mod memory;
#[cfg(not(target_os = "linux"))]
#[path = "memory_portable.rs"]
pub(crate) mod memory;
#[cfg(unix)]
pub mod open_files;
#[cfg(not(unix))]
#[path = "open_files_portable.rs"]
pub mod open_files;
pub mod pauses;
#[cfg(unix)]
pub mod signals;
#[cfg(not(unix))]
#[path = "signals_portable.rs"]
pub mod signals;
