//! The pages, and the page at each path.

/// The pages of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/`, and `/c/…` for each conversation.
    Chat,
    /// `/task`
    Task,
    /// `/monitor`
    Monitor,
    /// Every other address.
    NotFound,
}

impl Page {
    /// The page at this path.
    #[must_use]
    pub fn at(path: &str) -> Self {
        match path {
            "/" => Self::Chat,
            "/task" => Self::Task,
            "/monitor" => Self::Monitor,
            _ if path.strip_prefix("/c/").is_some_and(|id| !id.is_empty() && !id.contains('/')) => Self::Chat,
            _ => Self::NotFound,
        }
    }

    /// The document's title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Chat => "Starcrossed",
            Self::Task => "A page and its task · Starcrossed",
            Self::Monitor => "Monitor · Starcrossed",
            Self::NotFound => "Not found · Starcrossed",
        }
    }
}
