//! Starcrossed: signals → config → listen → find the models → build → serve → drain.

use server::{
    config::Config,
    models::source,
    net,
    os::signals::Signals,
    server::{Options, Server},
    startup::{error::StartupError, log, output::Output},
};
use std::process::ExitCode;
use tokio::{runtime::Runtime, task::spawn_blocking};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

fn main() -> ExitCode {
    let output = Output::start();
    let code = match start(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&output),
    };
    output.flush();
    code
}

fn start(output: &Output) -> Result<(), StartupError> {
    let runtime = Runtime::new().map_err(StartupError::runtime)?;
    let signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    let served = runtime.block_on(run(signals, output));
    runtime.shutdown_background(); // dropping it would wait for a blocked read of a file, or for a name lookup
    served
}

/// Serves until the first request to stop has been carried out. A second request ends the program at once.
async fn run(mut signals: Signals, output: &Output) -> Result<(), StartupError> {
    let stop = CancellationToken::new();
    let asked_twice = async {
        signals.shutdown_signal().await;
        stop.cancel();
        signals.second_signal().await;
    };
    tokio::select! {
        served = serve_until(&stop, output) => served,
        () = asked_twice => Err(StartupError::interrupted()),
    }
}

/// Starts, and serves until `stop`. A request to stop that comes during the start ends it.
async fn serve_until(stop: &CancellationToken, output: &Output) -> Result<(), StartupError> {
    let starting = async {
        let Some(config) = configure(output).await? else { return Ok(None) };
        let (listener, address) = net::listen(&config).await?;
        let options = Options::from_config(&config, output.clone()).await?;
        let found = source::find(&config).await?;
        let server = Server::build(options, found.models(config.model.clone()), address);
        Ok(Some((server, listener, found, config.address(address))))
    };
    let Some(started) = stop.run_until_cancelled(starting).await else { return Ok(()) };
    let Some((server, listener, found, url)) = started? else { return Ok(()) }; // only --help or --version was asked for
    let announcing = {
        let output = output.clone();
        async move { found.print_banner(url, &output).await }
    };
    let _announcing = AbortOnDropHandle::new(tokio::spawn(announcing));
    server.serve(listener, stop.cancelled()).await.map_err(StartupError::runtime)
}

/// Reads the configuration, and starts the log. A password file may be a pipe, or on a disk that hangs, so it is read on a
/// thread of its own. None for `--help` and `--version`.
async fn configure(output: &Output) -> Result<Option<Config>, StartupError> {
    let config = spawn_blocking(Config::load).await.map_err(StartupError::runtime)??;
    if let Some(config) = &config {
        log::init(&config.log, config.log_format, output)?;
    }
    Ok(config)
}
