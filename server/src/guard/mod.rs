//! What every request passes before it is answered, in this order: who it comes from, by which name it asks, whose page it is,
//! whether whoever sends it may come in, whether they may end other people's tasks, whether its body has arrived, and whether there
//! is a place for the task that they want. On the way out, the memory of a response is counted until it is
//! read, and a proxy is given what it needs to pass the response on.

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
    config::Config,
    guard::{
        auth::Auth,
        capacity::Room,
        host_check::Hosts,
        kill_permission::Killers,
        quota::Slots,
        task_limit::{Admission, admit},
        trusted_proxies::Proxies,
        unread::Unread,
    },
    http::headers,
    startup::error::Failure,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use starcrossed::LinkServer;
use std::{net::SocketAddr, sync::Arc};
use tokio::task::spawn_blocking;

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
    /// The responses that wait to be read.
    pub unread: Unread,
}

impl Front {
    /// As `config` asks for, on a server that listens at `address` and has this room. The key that a password
    /// makes takes 0.2 s of a processor, so it is made on a thread of its own.
    ///
    /// # Errors
    /// There is no thread.
    pub async fn of(config: &Config, address: SocketAddr, room: &Room) -> Result<Self, Failure> {
        let (password, tokens) = (config.password.clone(), config.tokens.clone());
        let auth = spawn_blocking(|| Auth::new(password, tokens)).await.map_err(Failure::runtime)?;
        Ok(Self {
            proxies: Proxies::new(&config.trusted, config.tls.is_some()),
            hosts: Hosts::of(address, config.hosts.clone()),
            killers: Killers::of(address, &auth),
            auth,
            tasks: room.tasks.clone(),
            unread: room.unread.clone(),
        })
    }

    /// `app`, for who gets past all of it, with what `links` puts around everything that answers.
    pub fn guard(self, app: Router, links: &LinkServer) -> Router {
        let app = app.layer(from_fn_with_state(Admission::new(self.tasks), admit)).layer(from_fn(body_limit::arrive));
        let app = self.killers.mark(app);
        let app = self.hosts.guard(origin_check::guard(self.auth.guard(app)));
        let app = app.layer(from_fn(headers::common)).layer(from_fn_with_state(self.unread, unread::hold));
        self.proxies.tell(links.around(app))
    }
}
