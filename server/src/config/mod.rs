//! The configuration: the command line, and the environment for what it leaves out.
//!
//! | module | what it does |
//! |---|---|
//! | [`args`] | the options, and the text of `--help` |
//! | [`upstream_limits`] | the options that limit an answer, and their defaults |
//! | [`endpoints`], [`base_url`] | the model servers, each with its key |
//! | [`secrets`] | the password and the tokens |
//! | [`tls_files`] | the files of the certificate |

use crate::{
    config::args::Args,
    startup::{error::StartupError, log},
};
use clap::{Parser, error::ErrorKind};
use ipnet::IpNet;
use std::{env, net::SocketAddr, time::Duration};

pub mod args;
mod base_url;
mod endpoints;
mod secrets;
mod tls_files;
mod upstream_limits;

pub use base_url::parse_url;
pub use endpoints::Endpoint;
pub use tls_files::TlsFiles;
pub use upstream_limits::UpstreamLimits;

const LISTEN: &str = "127.0.0.1:3000";
const LOG: &str = "info";

/// All settings, checked.
pub struct Config {
    /// An address and a port, as [`tokio::net::TcpListener::bind`] takes them.
    pub listen: String,
    /// The host names of the server. Without any, a server for other machines accepts every name.
    pub hosts: Vec<String>,
    /// The password for the pages and the API.
    pub password: Option<String>,
    /// The tokens for programs.
    pub tokens: Vec<String>,
    /// Whether anyone may come in without a password, from other machines too.
    pub open: bool,
    /// The certificate. Without one, the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The proxies that are believed when they name a client.
    pub trusted: Vec<IpNet>,
    /// The most tasks at once. None: as many as the limit on open files allows, up to 8192.
    pub max_tasks: Option<usize>,
    /// The most tasks of one client. None: nine tenths of all.
    pub max_tasks_per_client: Option<usize>,
    /// The time between a request to stop and the end of all tasks.
    pub drain: Duration,
    /// The model servers. Empty: whatever is found on this machine.
    pub upstreams: Vec<Endpoint>,
    /// Whether there is a key, but no server to send it to.
    pub is_key_unused: bool,
    /// The model for questions that name none.
    pub model: Option<String>,
    /// The limits on each answer.
    pub limits: UpstreamLimits,
    /// The log level, or directives.
    pub log: String,
    /// The format of a log line.
    pub log_format: log::Format,
}

impl Config {
    /// Reads the command line and the environment. None after `--help` and `--version`.
    ///
    /// # Errors
    /// An option or variable can't be understood: a sentence in one line.
    pub fn load() -> Result<Option<Self>, StartupError> {
        match Args::try_parse() {
            Ok(args) => Self::of(args, |name| env::var(name).ok()).map(Some),
            Err(asked) if matches!(asked.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                _ = asked.print(); // a closed pipe, as in `--help | head -1`, is no failure
                Ok(None)
            }
            Err(error) => Err(one_line(&error)),
        }
    }

    /// The configuration in `args`. `variable` looks up the variables of other tools, such as `OPENAI_BASE_URL`, and those of
    /// cargo-leptos.
    fn of(args: Args, variable: impl Fn(&str) -> Option<String>) -> Result<Self, StartupError> {
        let other = |name: &str| given(variable(name));
        let pick = |own: Option<String>, name: &str| given(own).or_else(|| other(name));
        let upstreams = endpoints::read(&args.upstream, other("OPENAI_BASE_URL"))?;
        Ok(Self {
            listen: pick(args.listen, "LEPTOS_SITE_ADDR").unwrap_or_else(|| LISTEN.into()),
            hosts: args.host.iter().flat_map(|names| endpoints::pieces(names)).map(name).collect::<Result<_, _>>()?,
            password: secrets::password(args.password, args.password_file.as_deref())?,
            tokens: secrets::tokens(args.api_token)?,
            open: args.open,
            tls: args.tls_cert.zip(args.tls_key).map(|(certificate, key)| TlsFiles { certificate, key }),
            trusted: args.trust_proxy,
            max_tasks: args.max_tasks.map(|most| most as usize),
            max_tasks_per_client: args.max_tasks_per_client.map(|most| most as usize),
            drain: args.drain,
            is_key_unused: upstreams.is_empty() && args.api_key.iter().any(|key| !key.trim().is_empty()),
            upstreams: endpoints::with_keys(upstreams, &args.api_key, other("OPENAI_API_KEY"))?,
            model: given(args.model),
            limits: args.limits,
            log: pick(args.log, "RUST_LOG").unwrap_or_else(|| LOG.into()),
            log_format: args.log_format,
        })
    }

    /// Whether the server may listen at this address.
    ///
    /// # Errors
    /// Other machines can reach it, and there is neither a password nor a token nor `--open`.
    pub fn allow(&self, listens: SocketAddr) -> Result<(), StartupError> {
        if listens.ip().to_canonical().is_loopback() || self.open || self.password.is_some() || !self.tokens.is_empty()
        {
            return Ok(());
        }
        Err(StartupError::usage(format!(
            "refusing to listen on {listens} without a password: set --password-file or --api-token, or pass --open to allow \
             anyone"
        )))
    }

    /// The URL of the page, on a server that listens at this address.
    #[must_use]
    pub fn address(&self, listens: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{listens}")
    }
}

/// A host name as a browser sends it, without its port.
fn name(host: &str) -> Result<String, StartupError> {
    let name = host.trim_end_matches('.');
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(StartupError::usage(format!("--host {host}: this is not a host name, such as chat.example.com")));
    }
    Ok(name.to_owned())
}

/// A trimmed value. An empty variable counts as unset, since container files often set variables to nothing.
fn given(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The first line of clap's error, which is a paragraph.
fn one_line(error: &clap::Error) -> StartupError {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").trim_end();
    StartupError::usage(format!("{first}. See starcrossed --help"))
}

#[cfg(test)]
mod tests;
