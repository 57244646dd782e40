//! The command line.

use crate::check::StreamId;
use clap::{Parser, Subcommand, value_parser};
use std::{net::SocketAddr, path::PathBuf};

/// Measures how much load the release binary can take on this machine.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The program to measure
    #[arg(
        long,
        env = "STARCROSSED_BINARY",
        value_name = "FILE",
        default_value = "target/release/starcrossed",
        global = true
    )]
    pub(crate) binary: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The kind of measurement.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hold many streams at once, drop them, and check that nothing is left
    Hold(Hold),
    /// Find the rate of deltas that is too much for one core
    Limit(Limit),
    /// Make everything happen at random, for a long time
    Soak(Soak),
    /// Run the vanishing clients in the network namespace: a part of soak
    #[command(hide = true)]
    Vanishing(Vanishing),
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Hold {
    /// The number of streams
    #[arg(long, value_name = "NUMBER", default_value = "5000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) streams: u32,

    /// The interval of the deltas of one stream, in milliseconds
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) interval_ms: u32,

    /// The time for which the streams are held, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,

    /// The number of waves. Only the last is measured; memory is reported after each
    #[arg(long, value_name = "NUMBER", default_value = "5", value_parser = value_parser!(u32).range(2..))]
    pub(crate) waves: u32,

    /// Close with a RST, as when a client's program is killed
    #[arg(long)]
    pub(crate) rst: bool,

    /// Use as many streams as possible if the system allows too few open files
    #[arg(long)]
    pub(crate) fit: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Limit {
    /// The number of streams that share the deltas
    #[arg(long, value_name = "NUMBER", default_value = "1000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) streams: u32,

    /// The first rate, in deltas per second
    #[arg(long, value_name = "NUMBER", default_value = "2000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) from: u32,

    /// The time for which each rate is held, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Soak {
    /// The length of the run, in seconds
    #[arg(long, env = "SOAK_SECONDS", value_name = "SECONDS", default_value = "600")]
    #[arg(value_parser = value_parser!(u32).range(10..))]
    pub(crate) seconds: u32,

    /// The seed: the same number makes the same visits. Random by default
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// The number of clients that come and go
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) clients: u32,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Vanishing {
    /// The server's address
    pub(crate) address: SocketAddr,
    /// The number of streams
    pub(crate) count: u32,
    /// The number of the first stream
    pub(crate) first: StreamId,
}
