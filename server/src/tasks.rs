//! The tasks of this server: what ends them, and what is known of them.

use app::link::{Supervisor, registry::TaskRegistry};
use std::sync::Arc;

/// A supervisor, and the registry that observes its tasks.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// Ends all tasks at shutdown.
    pub supervisor: Supervisor,
    /// Knows who lives and who lived.
    pub registry: TaskRegistry,
}

impl Default for Tasks {
    fn default() -> Self {
        let registry = TaskRegistry::default();
        Self { supervisor: Supervisor::observed_by(Arc::new(registry.clone())), registry }
    }
}
