//! What the release binary stands: it runs as a process of its own, and this program is both its model server and all
//! its clients. [`hold`] has thousands of streams live at once and drops them, [`limit`] looks for the rate at which it
//! is too much, [`soak`] has everything happen at random for as long as one likes. Each prints what it saw, and fails
//! when a promise isn't kept. docs/load.md says how it is measured.
//!
//! What they stand on: [`server_process`] (the process that is measured) and [`proc`] (what the system knows of it);
//! [`fake_model`] (what its answers come from), [`clients`] (one that asks, and many); [`marker`] (what each delta
//! says), [`check`] (whether all came, in order) and [`percentiles`] (how long they took); [`report`] (the table, and what
//! was promised).

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

/// What can go wrong here is told to a person, and that is all that is done about it.
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

/// Does what was asked for, and says which promises were not kept.
fn start(args: Args) -> Fallible<Vec<String>> {
    if matches!(args.command, Command::Limit(_)) {
        limit::keep_off_the_server_s_core()?; // before there are threads, so that all are there
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|failure| failure.to_string())?;
        tokio::select! {
            done = run(args) => done,
            () = signals.stop() => Err("interrupted".into()), // what `run` held is cleared away
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
