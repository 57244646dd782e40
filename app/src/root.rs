//! The document, and which page stands in it.

use crate::{chat::page::ChatPage, early, essay::TaskPage};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};
use std::time::Duration;

/// The HTML document around the app.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="A chat page for your language model, in which Stop means stop." />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href="/pkg/starcrossed.css" />
                <script inner_html=early::SCRIPT></script>
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The app: one page or another.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // When all that the pages do at first has been done.
    Effect::new(move |_| drop(set_timeout(early::ready, Duration::ZERO)));
    view! {
        <Title text="Starcrossed" />
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=ChatPage />
                <Route path=path!("/task") view=TaskPage />
            </Routes>
        </Router>
    }
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found · Starcrossed" />
        <main class="plain">
            <h1>"There is no page here"</h1>
            <p>"The address may be mistyped, or what stood here is gone. "<a href="/">"Back to the chat"</a>"."</p>
        </main>
    }
}
