//! The page of fly.io's essay "Star-Crossed LiveView Processes". To serve it: `app/link/examples/run essay`.

use leptos::prelude::*;
use starcrossed::{EventStream, Sse, State, use_link};

#[server(output = Sse)]
async fn work(crash: bool) -> Result<EventStream<String>, ServerFnError> {
    Ok(starcrossed::spawn_linked(async move |out: starcrossed::Sender<String>| {
        for n in 1..=5 {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            assert!(n != 3 || !crash, "the task raised an exception");
            out.send(format!("Async work chunk {n}")).await?;
        }
        Ok(())
    }))
}

#[component]
fn App() -> impl IntoView {
    let (job, crash) = (use_link(work), RwSignal::new(false));
    let runs = move || job.state().read().is_active();
    let press = move |_| if runs() { job.stop() } else { job.start(crash.get()) };
    let status = move || match &*job.state().read() {
        State::Idle => "",
        State::Running | State::Stopping => "running",
        State::Ended(exit) => exit.reason.as_str(),
    };
    view! {
        <button on:click=press>{move || if runs() { "Cancel" } else { "Start" }}</button>
        <label><input type="checkbox" bind:checked=crash />"Crash"</label>
        <p role="status">{status}</p>
        <ul>{move || job.items().get().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
    }
}

#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use leptos_axum::{LeptosRoutes, file_and_error_handler, generate_route_list};
    use starcrossed::{LinkServer, registry::TaskRegistry};
    tracing_subscriber::fmt().init();
    let options = get_configuration(None)?.leptos_options;
    let listener = tokio::net::TcpListener::bind(options.site_addr).await?;
    let shell = |_: LeptosOptions| {
        let start = "import start from '/pkg/essay.js'; start()";
        view! { <!DOCTYPE html><html><head><script type="module">{start}</script></head><body><App /></body></html> }
    };
    let (routes, head) = (generate_route_list(App), options.clone());
    let pages = axum::Router::new().leptos_routes(&options, routes, move || shell(head.clone()));
    let app = pages.fallback(file_and_error_handler(shell)).with_state(options);
    Ok(LinkServer::observed_by(TaskRegistry::default()).serve(listener, app).await?)
}

#[cfg(not(feature = "ssr"))]
fn main() {
    #[cfg(feature = "hydrate")]
    hydrate_body(App);
}
