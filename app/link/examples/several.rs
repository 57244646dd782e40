//! Several tasks at once, each under a key, with starts that wait. To serve it: `app/link/examples/run several`.

use leptos::prelude::*;
use starcrossed::{EventStream, Sse, WhenRunning, use_link_fold, use_links};

#[server(output = Sse)]
async fn count(to: u32) -> Result<EventStream<u32>, ServerFnError> {
    use futures::StreamExt;
    let numbers = futures::stream::iter(1..=to).then(|n| async move {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        n
    });
    Ok(starcrossed::linked_stream(numbers))
}

#[component]
fn App() -> impl IntoView {
    let make = |_: &u32| use_link_fold(count, |latest: &mut u32, n| *latest = n).when_running(WhenRunning::Queue(2));
    let (jobs, added) = (use_links(make), StoredValue::new(0));
    let add = move |_| {
        added.update_value(|n| *n += 1);
        jobs.start(added.get_value(), 20);
    };
    view! {
        <button on:click=add>"Add"</button>
        <button on:click=move |_| jobs.stop_all()>"Stop all"</button>
        <ul><For each=move || jobs.all() key=|(key, _)| *key let((key, job))>
            <li aria-label=format!("Task {key}")>
                <b>{move || format!("{} of 20", job.value().get())}</b>
                <span role="status">{move || job.state().read().exit().map_or("runs", |exit| exit.reason.as_str())}</span>
                <button on:click=move |_| job.start(20)>"Again"</button> <button on:click=move |_| job.restart(20)>"Restart"</button>
                <button on:click=move |_| job.stop()>"Stop"</button> <button on:click=move |_| jobs.remove(&key)>"Remove"</button>
            </li>
        </For></ul>
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
        let start = "import start from '/pkg/several.js'; start()";
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
