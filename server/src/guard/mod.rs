//! The checks that every request passes before it is answered. [`Guards::wrap`] lists all of it, in the order of a request.
//!
//! | module | what it does |
//! |---|---|
//! | [`trusted_proxies`] | finds the client's address behind trusted proxies |
//! | [`unread`] | limits the memory of responses that wait to be read |
//! | [`host_check`] | refuses host names that aren't ours (DNS rebinding) |
//! | [`origin_check`] | refuses requests of other sites' pages (CSRF) |
//! | [`auth`] | asks for the password or a token; the login page |
//! | [`kill_permission`] | says who may end other people's tasks |
//! | [`body_limit`] | limits the size, the time and the memory of request bodies |
//! | [`task_limit`] | limits the number of tasks |
//! | [`quota`], [`capacity`] | a quota that clients share; how large each quota is on this machine |
//! | [`hold`](mod@hold) | guards that live as long as a task or a response |

pub mod auth;
pub(crate) mod body_limit;
pub mod capacity;
mod hold;
pub mod host_check;
pub mod kill_permission;
pub mod origin_check;
pub mod quota;
pub mod task_limit;
pub mod trusted_proxies;
pub mod unread;

use crate::{
    guard::{
        auth::Auth, body_limit::BodyBudget, capacity::Capacity, host_check::Hosts, kill_permission::KillPermission,
        task_limit::TaskLimit, trusted_proxies::TrustedProxies,
    },
    http::{
        api_errors, headers,
        sent_bytes::{self, SentBytes},
    },
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_response_with_state},
};
use starcrossed::LinkServer;

/// The settings of all guards.
#[derive(Debug)]
pub(crate) struct Guards {
    pub(crate) proxies: TrustedProxies,
    pub(crate) hosts: Hosts,
    pub(crate) auth: Auth,
    pub(crate) killers: KillPermission,
    pub(crate) room: Capacity,
    pub(crate) traffic: SentBytes,
}

/// Puts one guard around the routes.
type Layer = Box<dyn FnOnce(Router) -> Router>;

impl Guards {
    /// Puts all guards around `routes`.
    pub(crate) fn wrap(self, routes: Router, links: LinkServer) -> Router {
        let Self { proxies, hosts, auth, killers, room, traffic } = self;
        let bodies = BodyBudget::default();
        let form_bodies = bodies.clone();
        let limit = TaskLimit::new(room.tasks);
        let in_request_order: [Layer; 13] = [
            // The client's address, and whether it came over TLS. Everything below counts by address.
            Box::new(move |app| app.layer(from_fn_with_state(proxies, trusted_proxies::annotate))),
            // Headers that streams need to pass proxies, and the supervisor that ends tasks at shutdown.
            Box::new(move |app| links.around(app)),
            // The memory of the response, until the client has read it.
            Box::new(move |app| app.layer(from_fn_with_state(room.unread, unread::hold))),
            // Headers that every response has, refusals included.
            Box::new(move |app| app.layer(from_fn(headers::common))),
            // Only under our own host names: DNS rebinding.
            Box::new(move |app| app.layer(from_fn_with_state(hosts, host_check::check))),
            // Only from our own pages: CSRF.
            Box::new(move |app| app.layer(from_fn(origin_check::check))),
            // Only with the password or a token. The login page joins here, so what follows isn't asked of it.
            Box::new(move |app| auth.guard(app, form_bodies)),
            // Whether the client may end other people's tasks.
            Box::new(move |app| app.layer(from_fn_with_state(killers, kill_permission::mark))),
            // The whole body, within its limits. A client that sends slowly takes no place from others.
            Box::new(move |app| app.layer(from_fn_with_state(bodies, body_limit::arrive))),
            // A place for the task that the request starts.
            Box::new(move |app| app.layer(from_fn_with_state(limit, task_limit::admit))),
            // The bytes that streams send, for the metrics.
            Box::new(move |app| app.layer(map_response_with_state(traffic, sent_bytes::count))),
            // Under /api: plain HTTP, and refusals in JSON.
            Box::new(move |app| app.layer(from_fn(api_errors::normalize))),
            // axum's own limit of 2 MB is off: `body_limit` has taken the body.
            Box::new(move |app| app.layer(DefaultBodyLimit::disable())),
        ];
        in_request_order.into_iter().rev().fold(routes, |app, layer| layer(app))
    }
}
