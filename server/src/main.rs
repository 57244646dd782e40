//! Starcrossed: config → router → serve → drain.

use app::link::Fates;
use server::{config::Config, failure::Failure, front::Front, log, router, serve, signals, startup};
use std::{process::ExitCode, sync::Arc};
use tokio_util::task::AbortOnDropHandle;

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn start() -> Result<(), Failure> {
    let Some(config) = Config::load()? else { return Ok(()) };
    log::init(&config.log, config.log_format)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::runtime)?;
    let served = runtime.block_on(run(config));
    runtime.shutdown_background(); // dropping it would wait for a name that is being looked up
    served
}

async fn run(config: Config) -> Result<(), Failure> {
    let (listener, address) = serve::listen(&config).await?;
    let terms = serve::Terms::of(&config).await?;
    let found = startup::find(&config).await?;
    let fates = Arc::new(Fates::default());
    let app = router::app(fates.clone(), Arc::new(found.models(config.model.clone())), terms.readiness.clone());
    let app = Front::of(&config, address, terms.room.tasks.clone()).guard(app);
    let _announcing = AbortOnDropHandle::new(tokio::spawn(found.announce(config.address(address))));
    tokio::select! {
        served = serve::run(listener, app, fates, terms, signals::asked_to_stop()) => served.map_err(Failure::runtime),
        () = signals::insisted_on() => Err(Failure::interrupted()),
    }
}
