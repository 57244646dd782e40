//! The tasks of this server: what ends them, and what is known of them.

use starcrossed::{LinkServer, registry::TaskRegistry};

/// The server's side of all links, and the registry that observes their tasks.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// Ends all tasks at shutdown.
    pub links: LinkServer,
    /// Knows who lives and who lived.
    pub registry: TaskRegistry,
}

impl Default for Tasks {
    fn default() -> Self {
        let registry = TaskRegistry::default();
        Self { links: LinkServer::observed_by(registry.clone()), registry }
    }
}
