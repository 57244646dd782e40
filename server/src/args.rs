//! The command line, as it is typed. [`crate::config`] makes sense of it.

use clap::Parser;
use std::time::Duration;

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
}

/// The longest patience: a year. The clock itself can't count for ever.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// A number of seconds, fractions allowed.
fn seconds(text: &str) -> Result<Duration, &'static str> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let duration = duration.filter(|duration| !duration.is_zero()).map(|duration| duration.min(LONGEST));
    duration.ok_or("it takes a number of seconds above 0")
}
