//! What the program was asked to be: the command line, and the environment where that is silent.

use crate::{
    config::args::Args,
    startup::{error::Failure, log},
};
use clap::{Parser, error::ErrorKind};
use ipnet::IpNet;
use std::{env, net::SocketAddr, time::Duration};

pub mod args;
mod base_url;
mod endpoints;
mod secrets;
mod tls_files;

pub use base_url::parse_url;
pub use endpoints::Endpoint;
pub use tls_files::TlsFiles;

const LISTEN: &str = "127.0.0.1:3000";
const LOG: &str = "info";

/// Everything that can be chosen, checked.
pub struct Config {
    /// An address and a port, as [`tokio::net::TcpListener::bind`] takes them.
    pub listen: String,
    /// The names that it goes by.
    pub hosts: Vec<String>,
    /// What opens the pages and the API, if anything has to.
    pub password: Option<String>,
    /// What opens the API for a program.
    pub tokens: Vec<String>,
    /// Whether everybody may come in, from wherever.
    pub open: bool,
    /// The certificate to serve HTTPS with, if that is wanted.
    pub tls: Option<TlsFiles>,
    /// The proxies whose word is taken for who is asking.
    pub trusted: Vec<IpNet>,
    /// How many tasks may live at once; none for as many as there can be.
    pub max_tasks: Option<usize>,
    /// How many of them one client may have; none for nine tenths.
    pub max_tasks_per_client: Option<usize>,
    /// How long to go on after having been asked to stop.
    pub drain: Duration,
    /// The model servers; none for whatever is found on this machine.
    pub upstreams: Vec<Endpoint>,
    /// Whether a key was given and no server to send it to.
    pub is_key_unused: bool,
    /// The model that answers if none is named.
    pub model: Option<String>,
    /// How long the model server may take to be connected to.
    pub connect_timeout: Duration,
    /// How long it may take to begin.
    pub header_timeout: Duration,
    /// How long it may be silent.
    pub idle_timeout: Duration,
    /// How long an answer may take.
    pub answer_timeout: Duration,
    /// How long an answer may get, in bytes.
    pub max_answer: usize,
    /// What is logged.
    pub log: String,
    /// How it is written.
    pub log_format: log::Format,
}

impl Config {
    /// Reads the command line and the environment. None if all that was asked for has been printed: help, the version.
    ///
    /// # Errors
    /// What can't be understood, in one line.
    pub fn load() -> Result<Option<Self>, Failure> {
        match Args::try_parse() {
            Ok(args) => Self::of(args, |name| env::var(name).ok()).map(Some),
            Err(asked) if matches!(asked.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                _ = asked.print(); // a reader that has gone, as in `--help | head -1`, is no failure
                Ok(None)
            }
            Err(error) => Err(one_line(&error)),
        }
    }

    /// Makes sense of `args`. `variable` looks up what other tools, and the build tool's watch mode, put in the
    /// environment.
    fn of(args: Args, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
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
            connect_timeout: args.connect_timeout,
            header_timeout: args.header_timeout,
            idle_timeout: args.idle_timeout,
            answer_timeout: args.answer_timeout,
            max_answer: args.max_answer as usize * 1024 * 1024,
            log: pick(args.log, "RUST_LOG").unwrap_or_else(|| LOG.into()),
            log_format: args.log_format,
        })
    }

    /// Whether the server may listen here: for other machines only if somebody has thought of who may come in.
    ///
    /// # Errors
    /// Nobody has.
    pub fn allow(&self, listens: SocketAddr) -> Result<(), Failure> {
        if listens.ip().to_canonical().is_loopback() || self.open || self.password.is_some() || !self.tokens.is_empty()
        {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "on {listens} other machines could ask your model: give a --password-file (or --api-token) that lets people in, \
             or say --open to let everybody in"
        )))
    }

    /// The address of the page, on a server that listens here.
    #[must_use]
    pub fn address(&self, listens: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{listens}")
    }
}

/// A name as a browser sends it, without its port.
fn name(host: &str) -> Result<String, Failure> {
    let name = host.trim_end_matches('.');
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(Failure::usage(format!("--host {host}: that is not a name, such as chat.example.com")));
    }
    Ok(name.to_owned())
}

/// A variable that is set to nothing is as good as not set: container files do that.
fn given(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What clap says in a paragraph.
fn one_line(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").trim_end();
    Failure::usage(format!("{first}. See starcrossed --help"))
}

#[cfg(test)]
mod tests;
