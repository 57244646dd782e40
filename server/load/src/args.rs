//! The command line.

use crate::check::StreamId;
use clap::{Parser, Subcommand, value_parser};
use std::{net::SocketAddr, path::PathBuf};

/// Measures what the release binary stands, on this machine.
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

/// What to do with it.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Holds many streams at once, drops them, and looks at what is left
    Hold(Hold),
    /// Looks for the rate of deltas that is too much for one core
    Limit(Limit),
    /// Has everything happen at random, for long
    Soak(Soak),
    /// The clients that are going to vanish, in a network of their own: a part of soak
    #[command(hide = true)]
    Vanishing(Vanishing),
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Hold {
    /// How many streams
    #[arg(long, value_name = "NUMBER", default_value = "5000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) streams: u32,

    /// How often each has a delta, in milliseconds
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) interval_ms: u32,

    /// How long they are held, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,

    /// How many times all come and go. Only the last is measured; what memory comes to is told of each
    #[arg(long, value_name = "NUMBER", default_value = "5", value_parser = value_parser!(u32).range(2..))]
    pub(crate) waves: u32,

    /// Leave rudely, with a RST, as a machine does whose program was killed
    #[arg(long)]
    pub(crate) rst: bool,

    /// With as many streams as there can be, where the system doesn't let this program have files enough for all
    #[arg(long)]
    pub(crate) fit: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Limit {
    /// How many streams the deltas are spread over
    #[arg(long, value_name = "NUMBER", default_value = "1000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) streams: u32,

    /// How many deltas a second to begin with
    #[arg(long, value_name = "NUMBER", default_value = "2000", value_parser = value_parser!(u32).range(1..))]
    pub(crate) from: u32,

    /// How long each rate is held, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Soak {
    /// How long, in seconds
    #[arg(long, env = "SOAK_SECONDS", value_name = "SECONDS", default_value = "600")]
    #[arg(value_parser = value_parser!(u32).range(10..))]
    pub(crate) seconds: u32,

    /// What chance begins with: the same number, the same visits. Unless it is given, chance chooses it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// How many clients come and go
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) clients: u32,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Vanishing {
    /// Where the server is
    pub(crate) address: SocketAddr,
    /// How many streams
    pub(crate) count: u32,
    /// The number of the first
    pub(crate) first: StreamId,
}
