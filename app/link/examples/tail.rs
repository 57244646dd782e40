//! The latest lines of a log. To serve it: `LOG=/var/log/syslog app/link/examples/run tail`.

use leptos::prelude::*;
use starcrossed::{EventStream, Sse, use_link_fold};

#[server(output = Sse)]
async fn tail() -> Result<EventStream<String>, ServerFnError> {
    use tokio::io::{AsyncBufReadExt, AsyncSeekExt, BufReader};
    let mut log = BufReader::new(tokio::fs::File::open(std::env::var("LOG")?).await?);
    log.seek(std::io::SeekFrom::End(0)).await?;
    Ok(starcrossed::spawn_linked(async move |out: starcrossed::Sender<String>| {
        let mut line = String::new();
        loop {
            log.read_line(&mut line).await?;
            if line.ends_with('\n') {
                out.send(std::mem::take(&mut line)).await?;
            } else {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }))
}

#[component]
fn App() -> impl IntoView {
    let keep = |latest: &mut std::collections::VecDeque<String>, line| {
        latest.truncate(99);
        latest.push_front(line);
    };
    let job = use_link_fold(|()| tail(), keep);
    view! {
        <button on:click=move |_| job.start(())>"Follow"</button>
        <button on:click=move |_| job.stop()>"Stop"</button>
        <pre>{move || job.value().read().iter().map(String::as_str).collect::<String>()}</pre>
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
        let start = "import start from '/pkg/tail.js'; start()";
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
