//! Starcrossed: signals → config → startup → router → serve → drain.

use server::{
    config::Config,
    guard::Front,
    http::tasks::Tasks,
    models::source,
    net,
    os::signals::Signals,
    routes,
    startup::{error::Failure, log, output},
};
use std::{net::SocketAddr, process::ExitCode, sync::Arc};
use tokio::{net::TcpListener, runtime::Runtime, task::spawn_blocking};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

fn main() -> ExitCode {
    output::start();
    let code = match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    };
    output::flush();
    code
}

fn start() -> Result<(), Failure> {
    let runtime = Runtime::new().map_err(Failure::runtime)?;
    let signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    let served = runtime.block_on(run(signals));
    runtime.shutdown_background(); // dropping it would wait for a file that can't be read, or a name that is looked up
    served
}

/// Serves until somebody asks for the end, and ends at once if they ask twice.
async fn run(mut signals: Signals) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let asked_twice = async {
        signals.stop().await;
        stop.cancel();
        signals.stop_at_once().await;
    };
    tokio::select! {
        served = serve_until(&stop) => served,
        () = asked_twice => Err(Failure::interrupted()),
    }
}

async fn serve_until(stop: &CancellationToken) -> Result<(), Failure> {
    let Some(begun) = stop.run_until_cancelled(begin()).await else { return Ok(()) };
    let Some(Begun { config, listener, address, terms, front, found }) = begun? else { return Ok(()) };
    let tasks = Tasks::default();
    let app = routes::app(tasks.clone(), Arc::new(found.models(config.model.clone())), terms.readiness.clone());
    let app = front.guard(app, &tasks.links);
    let _announcing = AbortOnDropHandle::new(tokio::spawn(found.announce(config.address(address))));
    net::run(listener, app, tasks, terms, stop.cancelled()).await.map_err(Failure::runtime)
}

/// What is there before the first connection is served.
struct Begun {
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    terms: net::Terms,
    front: Front,
    found: source::Found,
}

/// None if the command line asked for nothing but the help or the version.
async fn begin() -> Result<Option<Begun>, Failure> {
    let Some(config) = configure().await? else { return Ok(None) };
    let (listener, address) = net::listen(&config).await?;
    let terms = net::Terms::of(&config).await?;
    let front = Front::of(&config, address, &terms.room).await?;
    let found = source::find(&config).await?;
    Ok(Some(Begun { config, listener, address, terms, front, found }))
}

/// Reads the configuration on a thread of its own, since a password file may be a pipe or on a disk that hangs. Then starts
/// the log.
async fn configure() -> Result<Option<Config>, Failure> {
    let config = spawn_blocking(Config::load).await.map_err(Failure::runtime)??;
    if let Some(config) = &config {
        log::init(&config.log, config.log_format)?;
    }
    Ok(config)
}
