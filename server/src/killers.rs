//! Who may end other people's tasks, from the monitor: who has proven who they are. Where nobody has to, who sits at the
//! server's own machine, if it is there for no other.

use crate::{
    auth::{Auth, Proven},
    clients::FORWARDED_FOR,
};
use app::monitor::MayKill;
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
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

    /// `app`, which finds in a request that comes from one of them that it does.
    pub fn mark(self, app: Router) -> Router {
        app.layer(from_fn_with_state(self, mark))
    }

    /// What a proxy on this machine hands on doesn't come from this machine.
    fn include(self, request: &Request) -> bool {
        let is_proven = request.extensions().get::<Proven>().is_some();
        is_proven || self.all && !request.headers().contains_key(FORWARDED_FOR)
    }
}

async fn mark(State(killers): State<Killers>, mut request: Request, next: Next) -> Response {
    if killers.include(&request) {
        request.extensions_mut().insert(MayKill);
    }
    next.run(request).await
}
