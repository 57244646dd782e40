//! The command line, as it is typed. [`crate::config`] makes sense of it.

use crate::startup::log;
use clap::{Parser, value_parser};
use ipnet::IpNet;
use std::{net::IpAddr, path::PathBuf, time::Duration};

const EXAMPLES: &str = "\
Examples:
  starcrossed
      looks for a model server on this machine
  starcrossed --upstream http://127.0.0.1:11434/v1
      asks Ollama
  STARCROSSED_API_KEY=… starcrossed --upstream https://api.example.com/v1
      asks a service that wants a key
  STARCROSSED_API_KEY=cloud=… starcrossed --upstream local=http://127.0.0.1:11434/v1 --upstream cloud=https://api.example.com/v1
      asks both; the key goes to the second alone
  starcrossed --listen 0.0.0.0:8000
      is there for the whole network, on another port";

/// A chat page for your language model, in one binary, where Stop means stop.
#[derive(Parser)] // not Debug: it holds keys
#[command(name = "starcrossed", version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
#[expect(clippy::doc_markdown, reason = "these comments are the text of --help, which has no Markdown")]
pub struct Args {
    /// Where to listen: an address and a port. Port 0 takes any that is free
    ///
    /// Unless this is given, 127.0.0.1:3000: this machine alone.
    #[arg(long, env = "STARCROSSED_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// A name that the server goes by, such as chat.example.com. May be repeated
    ///
    /// Who asks for another is refused, so that no stranger's page can pass for this one. Addresses and localhost are
    /// always taken; and unless this is given, so is every name where it listens for more than this machine. Behind a proxy
    /// on the same machine, give the name that the proxy passes on. In the variable, commas or white space stand between them.
    #[arg(long, env = "STARCROSSED_HOST", value_name = "NAME")]
    pub host: Vec<String>,

    /// The password that opens the pages and the API. Better given in the environment, or in a file
    ///
    /// Who listens for more than this machine needs one, or a token, or has to say --open.
    #[arg(
        long,
        env = "STARCROSSED_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true,
        conflicts_with = "password_file"
    )]
    pub password: Option<String>,

    /// A file that has the password in its first line
    #[arg(long, env = "STARCROSSED_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// A token that opens the API for a program that sends it, as Authorization: Bearer TOKEN. May be repeated
    #[arg(long, env = "STARCROSSED_API_TOKEN", value_name = "TOKEN", hide_env_values = true, value_delimiter = ',')]
    pub api_token: Vec<String>,

    /// Let everybody in who can reach the port, even from other machines
    #[arg(long, env = "STARCROSSED_OPEN", value_parser = clap::builder::FalseyValueParser::new())]
    pub open: bool,

    /// The certificate to serve HTTPS and HTTP/2 with, a file in PEM, its chain included
    ///
    /// Read again when it changes, as when it is renewed. Over plain HTTP a browser opens six connections to a site and no
    /// more, so that a seventh tab with an answer under way has to wait; over HTTP/2 there is no such limit.
    #[arg(long, env = "STARCROSSED_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key, a file in PEM
    #[arg(long, env = "STARCROSSED_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// A proxy whose word is taken for who is asking (X-Forwarded-For, X-Forwarded-Proto): an address, or a net such as
    /// 10.0.0.0/8. May be repeated
    ///
    /// Where clients are counted, all who come through a proxy that isn't trusted are one.
    #[arg(long, env = "STARCROSSED_TRUST_PROXY", value_name = "ADDRESS", value_parser = net, value_delimiter = ',')]
    pub trust_proxy: Vec<IpNet>,

    /// How many answers may be under way at once. Who asks beyond that is told to come again
    ///
    /// Unless this is given, 8192, or as many as the system lets the program have connections for.
    #[arg(long, env = "STARCROSSED_MAX_TASKS", value_name = "NUMBER", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub max_tasks: Option<u32>,

    /// How many of them one client may have, that is one address. Unless this is given, nine tenths
    #[arg(long, env = "STARCROSSED_MAX_TASKS_PER_CLIENT", value_name = "NUMBER", value_parser = value_parser!(u32).range(1..))]
    pub max_tasks_per_client: Option<u32>,

    /// How long an answer may get, in MiB of text. Beyond that it is ended, and what has come stays
    #[arg(long, env = "STARCROSSED_MAX_ANSWER", value_name = "MIB", value_parser = value_parser!(u32).range(1..=4096), default_value = "8")]
    pub max_answer: u32,

    /// How long an answer may take, in seconds, waiting and thinking included
    #[arg(long, env = "STARCROSSED_ANSWER_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "7200")]
    pub answer_timeout: Duration,

    /// How long to go on after SIGTERM before everything ends, in seconds
    ///
    /// Meanwhile /readyz answers 503, so that a load balancer sends nobody here any more.
    #[arg(long, env = "STARCROSSED_DRAIN", value_name = "SECONDS", value_parser = pause, allow_negative_numbers = true, default_value = "0")]
    pub drain: Duration,

    /// A model server: the base URL of anything that speaks OpenAI's API, such as http://127.0.0.1:11434/v1. May be repeated
    ///
    /// With several, each has a name, and its models are asked for as name/model: write NAME=URL, or else its host and
    /// port are its name. In the variable, commas or white space stand between them.
    ///
    /// Unless this is given, OPENAI_BASE_URL is used; without that too, it looks on this machine for Ollama (port
    /// 11434), llama.cpp (8080), LM Studio (1234) and vLLM (8000), and asks all that it finds. With nothing found, a
    /// built-in demo answers.
    #[arg(long, env = "STARCROSSED_UPSTREAM", value_name = "[NAME=]URL", hide_env_values = true)]
    pub upstream: Vec<String>,

    /// The model server's key, if it wants one. Better given in the environment: a command line can be read by others
    ///
    /// With several model servers, write NAME=KEY, and repeat it for each that wants one (in the variable, with commas or
    /// white space between them). No server is sent the key of another.
    ///
    /// Unless this is given, OPENAI_API_KEY is used; with several model servers, for api.openai.com alone.
    #[arg(long, env = "STARCROSSED_API_KEY", value_name = "[NAME=]KEY", hide_env_values = true)]
    pub api_key: Vec<String>,

    /// The model that answers if the page names none; with several model servers, NAME/MODEL
    ///
    /// Unless this is given, the first that the first model server has.
    #[arg(long, env = "STARCROSSED_MODEL", value_name = "NAME")]
    pub model: Option<String>,

    /// How long connecting to the model server may take, in seconds
    #[arg(long, env = "STARCROSSED_CONNECT_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "10")]
    pub connect_timeout: Duration,

    /// How long the model server may take until its answer begins, in seconds
    ///
    /// Long, since a model that is being loaded, or whose slots are all taken, sends nothing at all.
    #[arg(long, env = "STARCROSSED_HEADER_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "1800")]
    pub header_timeout: Duration,

    /// How long the model server may be silent in the middle of an answer, in seconds
    #[arg(long, env = "STARCROSSED_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "120")]
    pub idle_timeout: Duration,

    /// What is logged: error, warn, info, debug or trace, or directives such as server=debug,hyper=info
    ///
    /// Unless this is given, RUST_LOG is used; without that too, info.
    #[arg(long, env = "STARCROSSED_LOG", value_name = "LEVEL")]
    pub log: Option<String>,

    /// How a line of the log is written: as text for people, or as JSON for programs
    #[arg(long, env = "STARCROSSED_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value = "text")]
    pub log_format: log::Format,
}

/// The longest patience: a year. The clock itself can't count for ever.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// A number of seconds, fractions allowed.
fn seconds(text: &str) -> Result<Duration, &'static str> {
    pause(text).ok().filter(|duration| !duration.is_zero()).ok_or("it takes a number of seconds above 0")
}

/// The same, or none at all.
fn pause(text: &str) -> Result<Duration, &'static str> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.map(|duration| duration.min(LONGEST)).ok_or("it takes a number of seconds")
}

/// A net, or the one address that there is in it.
fn net(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).map_err(|_| "it takes an address such as 10.0.0.7, or a net such as 10.0.0.0/8")
}
