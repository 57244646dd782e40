//! Starcrossed: signals → config → startup → router → serve → drain.

use app::link::Fates;
use server::{config::Config, failure::Failure, front::Front, log, output, router, serve, signals::Signals, startup};
use std::{net::SocketAddr, process::ExitCode, sync::Arc};
use tokio::{net::TcpListener, runtime::Runtime};
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
    let Some(config) = Config::load()? else { return Ok(()) };
    log::init(&config.log, config.log_format)?;
    let served = runtime.block_on(run(config, signals));
    runtime.shutdown_background(); // dropping it would wait for a name that is being looked up
    served
}

/// Serves until somebody asks for the end, and ends at once if they ask twice.
async fn run(config: Config, mut signals: Signals) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let asked_twice = async {
        signals.next().await;
        stop.cancel();
        signals.next().await;
    };
    tokio::select! {
        served = serve_until(config, &stop) => served,
        () = asked_twice => Err(Failure::interrupted()),
    }
}

async fn serve_until(config: Config, stop: &CancellationToken) -> Result<(), Failure> {
    let Some(begun) = stop.run_until_cancelled(begin(&config)).await else { return Ok(()) };
    let Begun { listener, address, terms, front, found } = begun?;
    let fates = Arc::new(Fates::default());
    let app = router::app(fates.clone(), Arc::new(found.models(config.model.clone())), terms.readiness.clone());
    let app = front.guard(app);
    let _announcing = AbortOnDropHandle::new(tokio::spawn(found.announce(config.address(address))));
    serve::run(listener, app, fates, terms, stop.cancelled()).await.map_err(Failure::runtime)
}

/// What is there before the first connection is served.
struct Begun {
    listener: TcpListener,
    address: SocketAddr,
    terms: serve::Terms,
    front: Front,
    found: startup::Found,
}

async fn begin(config: &Config) -> Result<Begun, Failure> {
    let (listener, address) = serve::listen(config).await?;
    let terms = serve::Terms::of(config).await?;
    let front = Front::of(config, address, &terms.room).await?;
    let found = startup::find(config).await?;
    Ok(Begun { listener, address, terms, front, found })
}
