//! The log: one line an event, on standard error, written by [`crate::startup::output`].

use crate::startup::{error::StartupError, output::Output};
use clap::ValueEnum;
use std::{
    io::{IsTerminal, stderr},
    panic::{self, PanicHookInfo},
};
use tracing_subscriber::EnvFilter;

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// Starts the log with these directives and this format. Panics go there too.
///
/// # Errors
/// The directives can't be parsed.
pub fn init(directives: &str, format: Format, output: &Output) -> Result<(), StartupError> {
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        StartupError::usage(format!("can't log '{directives}': {error}. Use error, warn, info, debug or trace"))
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(output.log_writer());
    let log = log.log_internal_errors(false); // they go through eprintln!, which panics where nobody reads
    match format {
        Format::Text => log.with_ansi(stderr().is_terminal()).init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
    panic::set_hook(Box::new(panicked));
    Ok(())
}

/// Logs a panic in one line, so that programs that read the log by lines get all of it.
fn panicked(info: &PanicHookInfo<'_>) {
    let what = message(info).unwrap_or("(no message)");
    let place = info.location().map(ToString::to_string);
    tracing::error!(what, place, "panic");
}

fn message<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let what = info.payload();
    what.downcast_ref::<&str>().copied().or_else(|| what.downcast_ref::<String>().map(String::as_str))
}
