//! Measures how much load the release binary can take. The binary is a process of its own; this program is both its
//! model server and all its clients. [`hold`] holds thousands of streams at once and drops them. [`limit`] finds the
//! rate that is too much. [`soak`] makes everything happen at random for a given time. Each prints a table, and fails
//! when a promise is broken. docs/load.md describes the measurement.
//!
//! Their parts: [`server_process`] (the measured process) and [`proc`] (its memory, files and CPU time); [`fake_model`]
//! and [`clients`] (both ends); [`marker`] (the content of a delta), [`check`] (order and completeness) and
//! [`percentiles`] (delays); [`report`] (the table and the promises).

mod args;
mod check;
mod clients;
mod fake_model;
mod hold;
mod limit;
mod marker;
mod metrics;
mod open_files;
mod percentiles;
mod proc;
mod report;
mod server_process;
mod soak;

use args::{Args, Command};
use clap::Parser;
use server::os::signals::Signals;
use std::{error::Error, process::ExitCode};

/// Errors are only printed, so a boxed error suffices.
type Failure = Box<dyn Error + Send + Sync>;
type Fallible<T> = Result<T, Failure>;

fn main() -> ExitCode {
    match start(Args::parse()) {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            for promise in &broken {
                eprintln!("not kept: {promise}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the measurement, and returns the broken promises.
fn start(args: Args) -> Fallible<Vec<String>> {
    if matches!(args.command, Command::Limit(_)) {
        limit::reserve_server_core()?; // before there are threads, because taskset moves only existing ones
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|failure| failure.to_string())?;
        tokio::select! {
            done = run(args) => done,
            () = signals.shutdown_signal() => Err("interrupted".into()), // dropping `run` cleans up
        }
    });
    runtime.shutdown_background();
    done
}

async fn run(Args { binary, command }: Args) -> Fallible<Vec<String>> {
    match command {
        Command::Hold(options) => hold::run(&binary, &options).await,
        Command::Limit(options) => limit::run(&binary, &options).await,
        Command::Soak(options) => soak::run(&binary, &options).await,
        Command::Vanishing(options) => soak::vanishing::run(&options).await,
    }
}
