//! The services of the operating system. Where systems differ, a module has a `_portable` twin.
//! `--cfg portable` compiles the twins on Linux, too: the lints do, so that they stay correct.
//!
//! | module | what it does |
//! |---|---|
//! | [`signals`] | asks the process to stop |
//! | [`pauses`] | time limits that survive a pause of the process |
//! | [`open_files`] | the limit on open files |
//! | [`memory`] | the allocator, and how many bytes it has given out |
//! | [`cpu_time`] | the CPU time of a thread |

#[cfg(all(target_os = "linux", not(portable)))]
pub(crate) mod cpu_time;
#[cfg(any(not(target_os = "linux"), portable))]
#[path = "cpu_time_portable.rs"]
pub(crate) mod cpu_time;
#[cfg(all(target_os = "linux", not(portable)))]
pub(crate) mod memory;
#[cfg(any(not(target_os = "linux"), portable))]
#[path = "memory_portable.rs"]
pub(crate) mod memory;
#[cfg(all(unix, not(portable)))]
pub mod open_files;
#[cfg(any(not(unix), portable))]
#[path = "open_files_portable.rs"]
pub mod open_files;
pub mod pauses;
#[cfg(all(unix, not(portable)))]
pub mod signals;
#[cfg(any(not(unix), portable))]
#[path = "signals_portable.rs"]
pub mod signals;
