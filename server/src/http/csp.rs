//! The Content Security Policy of pages. Text that gets into a page, such as an answer, can run nothing and send nothing.

use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::prelude::{use_context, use_nonce};
use leptos_axum::ResponseOptions;
use std::env;

/// Scripts are the site's files, and inline scripts with the nonce of this response. `wasm-unsafe-eval` allows compiling
/// WebAssembly, and nothing else. `data:` images are those that a person attaches. No form may be sent: without scripts, a
/// question would end up in the URL.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; \
    style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self' 'wasm-unsafe-eval'";

/// Sets the policy of the page that is being rendered. `cargo leptos watch` gets none: it reloads the page with a script and a
/// connection of its own.
pub fn enforce() {
    if env::var_os("LEPTOS_WATCH").is_some() {
        return;
    }
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    if let Ok(policy) = HeaderValue::try_from(format!("{POLICY} 'nonce-{nonce}'")) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
