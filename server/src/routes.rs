//! The routes of the server.

use crate::{
    http::{
        assets, client_addr::ClientAddr, csp, metrics::metrics, readiness::Readiness, refusal, sent_bytes::SentBytes,
        tasks::Tasks,
    },
    startup::output::Output,
    typeset::TypesetService,
};
use any_spawner::Executor;
use app::{app::shell, browser::router as page_router, chat::protocol::model::SharedModel, routes::Page};
use axum::{
    Router,
    extract::Request,
    http::{StatusCode, request::Parts},
    middleware::from_fn,
    response::Response,
    routing::{MethodFilter, any, get, on},
};
use futures::future::BoxFuture;
use leptos::{config::LeptosOptions, prelude::*};
use leptos_axum::{handle_server_fns_with_context, render_app_to_stream_with_context};
use std::env;
use tower_http::compression::CompressionLayer;

/// All routes: pages, server functions, files, and the endpoints for machines. [`endpoints`](crate::http::endpoints) has the list.
pub(crate) fn app(
    tasks: Tasks,
    model: SharedModel,
    readiness: Readiness,
    traffic: SentBytes,
    output: Output,
) -> Router {
    // Leptos spawns on Tokio while it renders. A second call in one process, as in tests, changes nothing.
    _ = Executor::init_tokio();
    let registry = tasks.registry.clone();
    let typesetting = TypesetService::default();
    let context = move |client| {
        provide_context(tasks.registry.clone());
        provide_context(model.clone());
        provide_context(typesetting.of(client));
    };
    let pages = Router::new().fallback(get(page(leptos_options()))).layer(CompressionLayer::new());
    let page_or_not_found = pages.layer(from_fn(assets::first)); // files are compressed already

    server_functions(context)
        .route("/api", any(refusal::not_found))
        .route("/api/", any(refusal::not_found))
        .route("/api/{*rest}", any(refusal::not_found))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || readiness.answer()))
        .route("/metrics", get(async move || metrics(&registry.metrics(), &traffic, &output)))
        .fallback_service(page_or_not_found)
}

/// The settings of Leptos. They are made here, since Leptos otherwise reads a file or variables that a lone binary doesn't have.
fn leptos_options() -> LeptosOptions {
    let options =
        LeptosOptions::builder().output_name("starcrossed").site_root("target/site").site_pkg_dir(assets::folder());
    let reload_port = env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok());
    options.reload_port(reload_port.unwrap_or(3001)).hash_files(false).build()
}

/// A route for each server function. `context` provides what they need to answer this client.
fn server_functions(context: impl Fn(ClientAddr) + Clone + Send + Sync + 'static) -> Router {
    let serve = move |request: Request| {
        let (context, client) = (context.clone(), ClientAddr::of(&request));
        handle_server_fns_with_context(move || context(client), request)
    };
    server_fn::axum::server_fn_paths().fold(Router::new(), |router, (path, method)| {
        match MethodFilter::try_from(method) {
            Ok(method) => router.route(path, on(method, serve.clone())),
            Err(_) => router,
        }
    })
}

/// Renders the page at the path, or the 404 page.
fn page(options: LeptosOptions) -> impl Fn(Request) -> BoxFuture<'static, Response> + Clone {
    let render = render_app_to_stream_with_context(provide_address, move || {
        csp::enforce();
        shell(options.clone())
    });
    move |request| {
        let is_there = Page::at(request.uri().path()) != Page::NotFound;
        let page = render(request);
        Box::pin(async move {
            let mut response = page.await;
            if !is_there {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        })
    }
}

fn provide_address() {
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned());
    provide_context(page_router::Router::at(path.as_deref().unwrap_or("/")));
}
