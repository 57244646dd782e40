//! Starcrossed: config → router → serve → drain.

use app::link::Fates;
use server::{
    config::{self, Config},
    failure::Failure,
    log, router, serve, signals,
};
use std::{process::ExitCode, sync::Arc};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn start() -> Result<(), Failure> {
    let Some(config) = Config::load()? else { return Ok(()) };
    let runtime = Runtime::new().map_err(|error| Failure::runtime(format!("can't start: {error}")))?;
    let served = runtime.block_on(run(config));
    runtime.shutdown_background(); // not by dropping it, which waits for a name that is being looked up
    served
}

async fn run(config: Config) -> Result<(), Failure> {
    log::init(config.log);
    let listener = serve::listen(&config.listen).await?;
    let fates = Arc::new(Fates::default());
    let app = router::app(config::leptos_options(), fates.clone(), Arc::new(server::standin::Standin));
    println!(
        "Starcrossed listens on http://{}",
        listener.local_addr().map_err(|error| Failure::runtime(error.to_string()))?
    );
    serve::run(listener, app, fates, signals::asked_to_stop())
        .await
        .map_err(|error| Failure::runtime(error.to_string()))
}
