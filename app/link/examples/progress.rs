//! A progress bar over work that blocks a thread. To serve it: `app/link/examples/run progress`.

use leptos::prelude::*;
use starcrossed::{EventStream, Sse, State, use_link_fold};

#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Counted {
    primes: usize,
}

#[server(output = Sse)]
async fn count(step: u32) -> Result<EventStream<u32, Counted>, ServerFnError> {
    let prime = |n: &u32| *n > 1 && (2..=n.isqrt()).all(|d| !n.is_multiple_of(d));
    Ok(starcrossed::spawn_linked_blocking(move |out| {
        let mut primes = 0;
        for percent in 0..100 {
            out.blocking_send(percent)?; // fails once the page is gone, and that ends the thread
            primes += (percent * step..(percent + 1) * step).filter(prime).count();
        }
        Ok(Counted { primes })
    }))
}

#[component]
fn App() -> impl IntoView {
    let job = use_link_fold(count, |percent: &mut u32, now| *percent = now);
    let status = move || match &*job.state().read() {
        State::Ended(exit) => format!("{}: {} primes", exit.reason.as_str(), exit.result.primes),
        _ => format!("{} %", job.value().get()),
    };
    view! {
        <button on:click=move |_| job.restart(100_000)>"Count"</button>
        <button on:click=move |_| job.stop()>"Stop"</button>
        <progress max="100" value=move || job.value().get()></progress>
        <p role="status">{status}</p>
    }
}

#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use leptos_axum::{LeptosRoutes, file_and_error_handler, generate_route_list};
    let options = get_configuration(None)?.leptos_options;
    let listener = tokio::net::TcpListener::bind(options.site_addr).await?;
    let shell = |_: LeptosOptions| {
        let start = "import start from '/pkg/progress.js'; start()";
        view! { <!DOCTYPE html><html><head><script type="module">{start}</script></head><body><App /></body></html> }
    };
    let (routes, head) = (generate_route_list(App), options.clone());
    let pages = axum::Router::new().leptos_routes(&options, routes, move || shell(head.clone()));
    let app = pages.fallback(file_and_error_handler(shell)).with_state(options);
    Ok(starcrossed::LinkServer::new().serve(listener, app).await?)
}

#[cfg(not(feature = "ssr"))]
fn main() {
    #[cfg(feature = "hydrate")]
    hydrate_body(App);
}
