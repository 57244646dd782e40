//! The document, and which page stands in it.

use crate::{
    browser::{before_hydration, router::Router, theme::ThemeHead},
    chat::page::ChatPage,
    lazy::{
        Lazy,
        pages::{Pages, load_pages},
    },
    routes::Page,
};
use leptos::prelude::*;

/// Loads the page's code while the document is still being parsed, and starts it after that. It waits one more turn of the
/// event loop, so that what has been typed meanwhile comes first. Every failure is passed to `unready`: see [`before_hydration::script`].
const BEGIN: &str = "if(window.program)(async()=>{const{default:init,hydrate}=await import('CODE');\
    await init({module_or_path:program});await parsed;await new Promise(r=>setTimeout(r));await hydrate()})()\
    .catch(unready)";

/// The script that fetches later parts of the program, as `cargo leptos build --split` names it.
const SPLITTER: &str = "__wasm_split.______________________.js";

/// The HTML document around the app.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let title = use_context().map_or(Page::Chat, |address: Router| Page::at(&address.path())).title();
    let file = |name: &str| ["/", &options.site_pkg_dir, "/", name].concat();
    let (style, code, program) = (file("starcrossed.css"), file("starcrossed.js"), file("starcrossed.wasm"));
    let begin = BEGIN.replace("CODE", &code);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <title>{title}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
                <ThemeHead />
                <meta name="description" content="A chat page for your language model, in which Stop means stop." />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                // With what a proxy may ask for: a page behind a password has its manifest there too.
                <link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials" />
                <script nonce=use_nonce() inner_html=before_hydration::script(&program)></script>
                <link rel="stylesheet" href=style />
                <link rel="modulepreload" href=code />
                <link rel="modulepreload" href=file(SPLITTER) />
                <script type="module" async nonce=use_nonce() inner_html=begin></script>
                <AutoReload options />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The app: shows the page of the current path.
#[component]
pub fn App() -> impl IntoView {
    let address = Router::follow();
    let page = Memo::new(move |_| Page::at(&address.path()));
    Effect::new(move |_| {
        document().set_title(page.get().title());
        before_hydration::tell("whole"); // what the page before missed is of no interest any more
    });
    // The chat page has something to look up first, and says itself when it is ready.
    Effect::new(move |_| {
        if page.get() != Page::Chat {
            before_hydration::mark_ready();
        }
    });
    let shown = move || match page.get() {
        Page::Chat => view! { <ChatPage /> }.into_any(),
        Page::Task => fetched(|pages| (pages.task)()),
        Page::Monitor => fetched(|pages| (pages.monitor)()),
        Page::NotFound => view! { <NotFound /> }.into_any(),
    };
    view! {
        <noscript inner_html=before_hydration::NO_SCRIPT></noscript>
        {shown}
    }
}

/// A page whose code is fetched on demand.
fn fetched(page: fn(Pages) -> AnyView) -> AnyView {
    let pages = Lazy::new(|| Box::pin(load_pages()));
    pages.load();
    (move || match pages.get() {
        Some(pages) => page(pages),
        None => view! { <Missing failed=pages.failed /> }.into_any(),
    })
    .into_any()
}

/// The placeholder of a page whose code is not here yet. [`before_hydration::script`] tells the person why.
#[component]
fn Missing(failed: RwSignal<bool>) -> impl IntoView {
    view! {
        <main class="plain" hidden=move || !failed.get()>
            <h1>"This page can't be loaded"</h1>
            <p>
                <a href="/" rel="external">"Back to the chat"</a>
            </p>
        </main>
    }
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <main class="plain">
            <h1>"There is no page here"</h1>
            <p>"The address may be mistyped, or what stood here is gone. "<a href="/">"Back to the chat"</a>"."</p>
        </main>
    }
}

/// Fetches what the page at this address can't be taken over without. Says whether it is here.
pub async fn load_page_code() -> bool {
    let path = window().location().pathname().unwrap_or_default();
    !matches!(Page::at(&path), Page::Task | Page::Monitor) || load_pages().await.is_ok()
}
