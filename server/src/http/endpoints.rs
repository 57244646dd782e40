//! Every endpoint but the pages and the site's files, in one table.

use Starts::{Monitor, Nothing, Task};

/// The kind of task that a request to an endpoint starts. It decides which quota the request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starts {
    /// A task that may keep a model busy.
    Task,
    /// The task behind a monitor page. It has a quota of its own, since a monitor has to open when all tasks are taken.
    Monitor,
    /// Nothing that outlives the response.
    Nothing,
}

/// One endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    pub(crate) path: &'static str,
    pub(crate) starts: Starts,
    /// The longest request body, in bytes.
    pub(crate) max_body: usize,
    /// Whether it answers without a login.
    pub(crate) is_open: bool,
}

/// The longest body of a question, pictures included.
pub(crate) const QUESTION: usize = 16 * 1024 * 1024;

/// The longest body of a typesetting request: 256 KiB of text, written as JSON.
pub(crate) const TYPESET: usize = 1024 * 1024;

/// The longest body of any other request.
pub(crate) const FORM: usize = 8 * 1024;

/// `GET /api/fate`, `/api/models`, `/healthz`, `/readyz`, and `/metrics`; both for `/login`; `POST` for the others.
pub(crate) const ENDPOINTS: [Endpoint; 12] = [
    endpoint("/api/chat", Task, QUESTION),
    endpoint("/api/task", Task, FORM),
    endpoint("/api/monitor", Monitor, FORM),
    endpoint("/api/kill", Nothing, FORM),
    endpoint("/api/fate", Nothing, FORM),
    endpoint("/api/models", Nothing, FORM),
    endpoint("/api/typeset", Nothing, TYPESET),
    endpoint("/metrics", Nothing, FORM),
    open("/healthz"),
    open("/readyz"),
    open("/login"),
    open("/logout"),
];

/// The endpoint at this path. A path that isn't in the table starts a task, as far as anybody knows: a new server function is
/// limited until somebody says here that it need not be.
pub(crate) fn at(path: &str) -> Endpoint {
    let known = ENDPOINTS.into_iter().find(|endpoint| endpoint.path == path);
    known.unwrap_or(endpoint("", Task, FORM))
}

const fn endpoint(path: &'static str, starts: Starts, max_body: usize) -> Endpoint {
    Endpoint { path, starts, max_body, is_open: false }
}

const fn open(path: &'static str) -> Endpoint {
    Endpoint { is_open: true, ..endpoint(path, Nothing, FORM) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server_fn::axum::server_fn_paths;

    #[test]
    fn every_server_function_is_in_the_table() {
        let paths = server_fn_paths().map(|(path, _)| path).collect::<Vec<_>>();
        assert!(paths.contains(&"/api/chat"));
        for path in paths {
            assert_eq!(at(path).path, path);
        }
    }

    #[test]
    fn an_endpoint_that_nobody_listed_counts_as_a_task() {
        assert_eq!(at("/api/new").starts, Task);
    }
}
