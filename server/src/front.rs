//! What every request passes before it is answered, in this order: who it comes from, by which name it asks, whose page it is,
//! whether whoever sends it may come in, whether they may end other people's tasks, and whether there is a place for the task
//! that they want.

use crate::{
    admission::{Admission, admit},
    auth::Auth,
    clients::Proxies,
    config::Config,
    headers,
    hosts::Hosts,
    killers::Killers,
    origin,
    slots::Slots,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use std::{net::SocketAddr, sync::Arc};

/// What stands in front of the program.
#[derive(Debug)]
pub struct Front {
    /// Whose word is taken for who is asking.
    pub proxies: Proxies,
    /// By which names the server may be asked.
    pub hosts: Hosts,
    /// Who may come in.
    pub auth: Auth,
    /// Who of them may end other people's tasks.
    pub killers: Killers,
    /// How many tasks there may be.
    pub tasks: Arc<Slots>,
}

impl Front {
    /// As `config` asks for, on a server that listens at `address` and has room for these tasks.
    #[must_use]
    pub fn of(config: &Config, address: SocketAddr, tasks: Arc<Slots>) -> Self {
        let auth = Auth::new(config.password.clone(), config.tokens.clone());
        Self {
            proxies: Proxies::new(&config.trusted, config.tls.is_some()),
            hosts: Hosts::of(address, config.hosts.clone()),
            killers: Killers::of(address, &auth),
            auth,
            tasks,
        }
    }

    /// `app`, for who gets past all of it.
    pub fn guard(self, app: Router) -> Router {
        let app = self.killers.mark(app.layer(from_fn_with_state(Admission::new(self.tasks), admit)));
        let app = self.hosts.guard(origin::guard(self.auth.guard(app)));
        self.proxies.tell(app.layer(from_fn(headers::common)))
    }
}
