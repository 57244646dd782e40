//! Who may end other people's tasks, from the monitor: who has proven who they are. Where nobody has to, who sits at the
//! server's own machine, if it is there for no other.

use crate::guard::{
    auth::{Auth, Proven},
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

/// Whom to take for one.
#[derive(Clone, Copy, Debug)]
pub struct Killers {
    /// Whether everybody who can ask may: nobody else than this machine can, and nobody has to prove anything.
    all: bool,
}

impl Killers {
    /// On a server that listens at `address`, and lets in whom `auth` does.
    #[must_use]
    pub fn of(address: SocketAddr, auth: &Auth) -> Self {
        Self { all: address.ip().to_canonical().is_loopback() && !auth.is_required() }
    }

    /// What a proxy on this machine hands on doesn't come from this machine.
    fn include(self, request: &Request) -> bool {
        let is_proven = request.extensions().get::<Proven>().is_some();
        is_proven || self.all && !is_handed_on(request)
    }
}

/// Headers that proxies, tunnels and content delivery networks add. Who adds one by hand loses nothing but this.
const ADDED: [&str; 2] = ["via", "cdn-loop"];

/// Parts of such headers' names: `Forwarded`, `X-Forwarded-Host`, `X-Original-Forwarded-For`, `X-Real-IP`, `CF-Connecting-IP`,
/// `True-Client-IP`, `X-Azure-ClientIP`, and so on.
const PARTS: [&str; 6] = ["forwarded", "real-ip", "realip", "client-ip", "clientip", "connecting-ip"];

/// What such headers' names begin with.
const BEGINNINGS: [&str; 9] =
    ["cf-", "fly-", "fastly-", "tailscale-", "ngrok-", "x-amzn-", "x-envoy-", "x-original-", "x-proxy"];

/// Whether a proxy has handed this request on. A browser at this machine asks for it by a name of this machine, over HTTP/1.1
/// or later; a proxy that adds no header at all, such as plain nginx, mostly asks over HTTP/1.0.
fn is_handed_on(request: &Request) -> bool {
    let is_asked_from_here =
        host_check::host(request).ok().flatten().is_some_and(|host| host_check::is_this_machine(&host));
    !is_asked_from_here
        || request.version() < Version::HTTP_11
        || request.headers().keys().any(|name| is_of_a_proxy(name.as_str()))
}

/// `name` is in lower case, as every header's name is here.
fn is_of_a_proxy(name: &str) -> bool {
    ADDED.contains(&name)
        || PARTS.iter().any(|part| name.contains(part))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Middleware: marks the requests of clients that may end tasks.
pub(crate) async fn mark(State(killers): State<Killers>, mut request: Request, next: Next) -> Response {
    if killers.include(&request) {
        request.extensions_mut().insert(MayKill);
    }
    next.run(request).await
}
