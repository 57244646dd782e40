//! The tasks of this server.

use starcrossed::{LinkServer, registry::TaskRegistry};

/// The server's side of all links, and the registry that observes their tasks. Clones share both.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// Ends all tasks at shutdown.
    pub links: LinkServer,
    /// Knows the running tasks, and the exits of ended ones.
    pub registry: TaskRegistry,
}

impl Default for Tasks {
    fn default() -> Self {
        let registry = TaskRegistry::default();
        Self { links: LinkServer::observed_by(registry.clone()), registry }
    }
}
