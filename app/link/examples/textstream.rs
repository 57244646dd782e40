//! The essay's page without this crate: Leptos' `TextStream`, `abortable` and an `AbortOnDropHandle`. It is what the crate is
//! measured against. The marked lines are the link; a panic of the task looks like its success.

use futures::{StreamExt, future::AbortHandle, future::abortable};
use leptos::{prelude::*, task::spawn_local};
use server_fn::codec::{StreamingText, TextStream};

#[server(output = StreamingText)]
async fn work(crash: bool) -> Result<TextStream, ServerFnError> {
    use tokio::{sync::mpsc, time::sleep};
    let (out, mut sent) = mpsc::channel(16);
    let task = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(async move {
        for n in 1..=5 {
            sleep(std::time::Duration::from_secs(1)).await;
            assert!(n != 3 || !crash, "the task raised an exception");
            if out.send(format!("Async work chunk {n}\n")).await.is_err() {
                return;
            }
        }
    }));
    Ok(futures::stream::poll_fn(move |cx| {
        _ = &task; // owned by the stream: aborted when that is dropped
        sent.poll_recv(cx)
    })
    .into())
}

#[component]
fn App() -> impl IntoView {
    let (messages, status, crash) = (RwSignal::new(String::new()), RwSignal::new(""), RwSignal::new(false));
    let running = RwSignal::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(task) = running.try_update(Option::take).flatten() {
            task.abort();
            status.try_set("killed");
        }
    };
    on_cleanup(stop);
    let start = move || {
        let hear = async move {
            let Ok(stream) = work(crash.get_untracked()).await else { return status.set("failed") };
            let mut stream = stream.into_inner();
            while let Some(Ok(text)) = stream.next().await {
                messages.update(|messages| messages.push_str(&text));
            }
            running.set(None);
            status.set("normal"); // or has it crashed, or is the connection lost?
        };
        let (hear, task) = abortable(hear);
        messages.set(String::new());
        status.set("running");
        running.set(Some(task));
        spawn_local(async { _ = hear.await });
    };
    let runs = move || running.read().is_some();
    let press = move |_| if runs() { stop() } else { start() };
    view! {
        <button on:click=press>{move || if runs() { "Cancel" } else { "Start" }}</button>
        <label><input type="checkbox" bind:checked=crash />"Crash"</label>
        <p role="status">{status}</p>
        <ul>{move || messages.get().lines().map(|text| view! { <li>{text.to_owned()}</li> }).collect_view()}</ul>
    }
}

#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use leptos_axum::{LeptosRoutes, file_and_error_handler, generate_route_list};
    let options = get_configuration(None)?.leptos_options;
    let listener = tokio::net::TcpListener::bind(options.site_addr).await?;
    let shell = |_: LeptosOptions| {
        let start = "import start from '/pkg/textstream.js'; start()";
        view! { <!DOCTYPE html><html><head><script type="module">{start}</script></head><body><App /></body></html> }
    };
    let (routes, head) = (generate_route_list(App), options.clone());
    let pages = axum::Router::new().leptos_routes(&options, routes, move || shell(head.clone()));
    let app = pages.fallback(file_and_error_handler(shell)).with_state(options);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(not(feature = "ssr"))]
fn main() {
    #[cfg(feature = "hydrate")]
    hydrate_body(App);
}
