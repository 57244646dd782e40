//! Which address leads where.

use crate::{api, assets, headers, metrics::metrics, typeset::Typesetting};
use app::{
    App,
    chat::model::SharedModel,
    link::{self, Fates},
    shell,
    typeset::typesetter::SharedTypesetter,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, map_response},
    routing::{any, get},
};
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use std::sync::Arc;

/// The whole program as a service: pages, server functions, files, and what machines ask.
pub fn app(options: LeptosOptions, fates: Arc<Fates>, model: SharedModel) -> Router {
    let watched = fates.clone();
    let typesetter: SharedTypesetter = Arc::new(Typesetting::default());
    let context = move || {
        provide_context(fates.clone());
        provide_context(model.clone());
        provide_context(typesetter.clone());
    };
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let not_found = ErrorHandler::new_with_context(context.clone(), shell, options.clone());
    let file_or_not_found = Router::new().fallback_service(not_found).layer(from_fn(assets::first));

    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, page)
        .route("/api", any(api::nothing_here))
        .route("/api/", any(api::nothing_here))
        .route("/api/{*rest}", any(api::nothing_here))
        .route("/healthz", get(async || "ok"))
        .route("/metrics", get(async move || metrics(&watched)))
        .fallback_service(file_or_not_found)
        .layer(DefaultBodyLimit::disable()) // the API has its own
        .layer(from_fn(api::plain_http))
        .layer(map_response(link::proxies::unbuffered))
        .layer(map_response(headers::common))
        .with_state(options)
}
