//! Says who may end other people's tasks from the monitor: logged-in users. On a server without a password, only requests
//! from the same machine may, and only if the server listens on loopback alone.

use crate::guard::{
    auth::{Auth, Authenticated},
    host_check,
};
use app::api::monitor::MayKill;
use axum::{
    extract::{Request, State},
    http::Version,
    middleware::Next,
    response::Response,
};
use std::net::SocketAddr;

/// Decides who may end tasks.
#[derive(Clone, Copy, Debug)]
pub struct KillPermission {
    /// Whether no login is needed, and only this machine can connect.
    all: bool,
}

impl KillPermission {
    /// For a server that listens at `address` and asks for a login as `auth` says.
    #[must_use]
    pub fn of(address: SocketAddr, auth: &Auth) -> Self {
        Self { all: address.ip().to_canonical().is_loopback() && !auth.is_required() }
    }

    /// A request that a proxy on this machine forwards doesn't count as one from this machine.
    fn include(self, request: &Request) -> bool {
        let is_proven = request.extensions().get::<Authenticated>().is_some();
        is_proven || self.all && !is_handed_on(request)
    }
}

/// Headers that proxies, tunnels and content delivery networks add. A client that adds one itself only loses this permission.
const ADDED: [&str; 2] = ["via", "cdn-loop"];

/// Parts of such header names: `Forwarded`, `X-Forwarded-Host`, `X-Original-Forwarded-For`, `X-Real-IP`, `CF-Connecting-IP`,
/// `True-Client-IP`, `X-Azure-ClientIP`, and so on.
const PARTS: [&str; 6] = ["forwarded", "real-ip", "realip", "client-ip", "clientip", "connecting-ip"];

/// Prefixes of such header names.
const BEGINNINGS: [&str; 9] =
    ["cf-", "fly-", "fastly-", "tailscale-", "ngrok-", "x-amzn-", "x-envoy-", "x-original-", "x-proxy"];

/// Whether a proxy forwarded this request. A browser on this machine uses a loopback name and HTTP/1.1 or later. A proxy that
/// adds no header at all, such as plain nginx, mostly uses HTTP/1.0.
fn is_handed_on(request: &Request) -> bool {
    let is_asked_from_here =
        host_check::host(request).ok().flatten().is_some_and(|host| host_check::is_this_machine(&host));
    !is_asked_from_here
        || request.version() < Version::HTTP_11
        || request.headers().keys().any(|name| is_of_a_proxy(name.as_str()))
}

/// `name` is in lower case, as in every `HeaderName`.
fn is_of_a_proxy(name: &str) -> bool {
    ADDED.contains(&name)
        || PARTS.iter().any(|part| name.contains(part))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Middleware: marks the requests of clients that may end tasks.
pub(crate) async fn mark(State(killers): State<KillPermission>, mut request: Request, next: Next) -> Response {
    if killers.include(&request) {
        request.extensions_mut().insert(MayKill);
    }
    next.run(request).await
}
