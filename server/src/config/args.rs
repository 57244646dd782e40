//! The command line as it is typed. [`Config`](crate::config::Config) is what it means.

use super::UpstreamLimits;
use crate::startup::log;
use clap::{Parser, value_parser};
use ipnet::IpNet;
use std::{net::IpAddr, path::PathBuf, time::Duration};

const EXAMPLES: &str = "\
Examples:
  starcrossed
      finds model servers on this machine
  starcrossed --upstream http://127.0.0.1:11434/v1
      uses Ollama
  STARCROSSED_API_KEY=… starcrossed --upstream https://api.example.com/v1
      uses a service that needs a key
  STARCROSSED_API_KEY=cloud=… starcrossed --upstream local=http://127.0.0.1:11434/v1 --upstream cloud=https://api.example.com/v1
      uses both; only the second is sent the key
  starcrossed --listen 0.0.0.0:8000
      listens for the whole network, on another port";

/// A chat page for your language model, in one binary, where Stop means stop.
#[derive(Parser)] // not Debug: it holds keys
#[command(name = "starcrossed", version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
#[expect(clippy::doc_markdown, reason = "these comments are the text of --help, which has no Markdown")]
pub struct Args {
    /// The address and port to listen on. Port 0 takes a free port
    ///
    /// The default is 127.0.0.1:3000, which only this machine can reach.
    #[arg(long, env = "STARCROSSED_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// A host name of this server, such as chat.example.com. May be repeated
    ///
    /// Requests for other names are refused (protects against DNS rebinding). IP addresses and localhost always work.
    /// Without this option, a server that listens for other machines accepts every name. Behind a proxy on the same
    /// machine, give the name that the proxy passes on. In the variable, separate names by commas or white space.
    #[arg(long, env = "STARCROSSED_HOST", value_name = "NAME")]
    pub host: Vec<String>,

    /// The password for the pages and the API. Safer in the environment, or in a file
    ///
    /// A server that listens for other machines needs a password, an API token, or --open.
    #[arg(
        long,
        env = "STARCROSSED_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true,
        conflicts_with = "password_file"
    )]
    pub password: Option<String>,

    /// A file with the password in its first line
    #[arg(long, env = "STARCROSSED_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// A token for programs that use the API: Authorization: Bearer TOKEN. May be repeated
    #[arg(long, env = "STARCROSSED_API_TOKEN", value_name = "TOKEN", hide_env_values = true, value_delimiter = ',')]
    pub api_token: Vec<String>,

    /// Let anyone in who can reach the port, even from other machines
    #[arg(long, env = "STARCROSSED_OPEN", value_parser = clap::builder::FalseyValueParser::new())]
    pub open: bool,

    /// The certificate for HTTPS and HTTP/2, with its chain, as a PEM file
    ///
    /// The file is read again when it changes. Over plain HTTP, a browser opens at most six connections to a site, so a
    /// seventh tab with a running answer has to wait. HTTP/2 has no such limit.
    #[arg(long, env = "STARCROSSED_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key, as a PEM file
    #[arg(long, env = "STARCROSSED_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// A proxy whose X-Forwarded-For and X-Forwarded-Proto headers are trusted: an address, or a network such as
    /// 10.0.0.0/8. May be repeated
    ///
    /// All clients behind a proxy that isn't trusted count as one client.
    #[arg(long, env = "STARCROSSED_TRUST_PROXY", value_name = "ADDRESS", value_parser = network, value_delimiter = ',')]
    pub trust_proxy: Vec<IpNet>,

    /// The most answers that may run at once. Further questions are refused with Retry-After
    ///
    /// The default is 8192, or fewer where the limit on open files is lower.
    #[arg(long, env = "STARCROSSED_MAX_TASKS", value_name = "NUMBER", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub max_tasks: Option<u32>,

    /// The most answers that one client may have at once. A client is one address. The default is nine tenths
    #[arg(long, env = "STARCROSSED_MAX_TASKS_PER_CLIENT", value_name = "NUMBER", value_parser = value_parser!(u32).range(1..))]
    pub max_tasks_per_client: Option<u32>,

    /// The time from SIGTERM to the end of all tasks, in seconds
    ///
    /// Meanwhile /readyz answers 503, so that load balancers send no new requests.
    #[arg(long, env = "STARCROSSED_DRAIN", value_name = "SECONDS", value_parser = pause, allow_negative_numbers = true, default_value = "0")]
    pub drain: Duration,

    /// The base URL of a model server with OpenAI's API, such as http://127.0.0.1:11434/v1. May be repeated
    ///
    /// Where there are several, each has a name, and its models are called name/model. Write NAME=URL; otherwise host and
    /// port are the name. In the variable, separate URLs by commas or white space.
    ///
    /// The default is OPENAI_BASE_URL. Without that, the program looks on this machine for Ollama (port 11434), llama.cpp
    /// (8080), LM Studio (1234) and vLLM (8000), and uses all that it finds. If it finds none, a built-in demo answers.
    #[arg(long, env = "STARCROSSED_UPSTREAM", value_name = "[NAME=]URL", hide_env_values = true)]
    pub upstream: Vec<String>,

    /// The model server's API key. Safer in the environment, since other users can read a command line
    ///
    /// With several model servers, write NAME=KEY once for each that needs a key. In the variable, separate them by commas
    /// or white space. A server is never sent the key of another.
    ///
    /// The default is OPENAI_API_KEY; with several model servers, for api.openai.com alone.
    #[arg(long, env = "STARCROSSED_API_KEY", value_name = "[NAME=]KEY", hide_env_values = true)]
    pub api_key: Vec<String>,

    /// The model to use when a question names none; with several model servers, NAME/MODEL
    ///
    /// The default is the first model of the first model server.
    #[arg(long, env = "STARCROSSED_MODEL", value_name = "NAME")]
    pub model: Option<String>,

    #[command(flatten)]
    pub(crate) limits: UpstreamLimits,

    /// The log level: error, warn, info, debug or trace, or directives such as server=debug,hyper=info
    ///
    /// The default is RUST_LOG, and without that, info.
    #[arg(long, env = "STARCROSSED_LOG", value_name = "LEVEL")]
    pub log: Option<String>,

    /// The format of a log line: text for people, or JSON for programs
    #[arg(long, env = "STARCROSSED_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value = "text")]
    pub log_format: log::Format,
}

/// The longest time: a year. A longer one could overflow the clock.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// A number of seconds above 0, fractions allowed.
pub(super) fn seconds(text: &str) -> Result<Duration, &'static str> {
    pause(text).ok().filter(|duration| !duration.is_zero()).ok_or("expected a number of seconds above 0")
}

/// A number of seconds, or 0.
fn pause(text: &str) -> Result<Duration, &'static str> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.map(|duration| duration.min(LONGEST)).ok_or("expected a number of seconds")
}

/// A network; a bare address is a network of one.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address
        .or_else(|_| text.parse())
        .map_err(|_| "expected an address such as 10.0.0.7, or a network such as 10.0.0.0/8")
}
