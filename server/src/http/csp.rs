//! What a page may do, as the browser enforces it: the content security policy. Whatever might get into a page, an answer's
//! text say, runs nothing and sends nothing anywhere.

use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::prelude::{use_context, use_nonce};
use leptos_axum::ResponseOptions;
use std::env;

/// Scripts: the site's own files, and the few in the page that carry this answer's number. `wasm-unsafe-eval` lets
/// WebAssembly be compiled, and nothing else. Pictures are those that a person attaches. No form is
/// sent: scripts do all of that, and where none run, a question must not get into an address.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; \
    style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self' 'wasm-unsafe-eval'";

/// Puts the policy on the page that is being drawn. Under `cargo leptos watch` there is none: that reloads the page by a
/// script and a connection of its own.
pub fn enforce() {
    if env::var_os("LEPTOS_WATCH").is_some() {
        return;
    }
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    if let Ok(policy) = HeaderValue::try_from(format!("{POLICY} 'nonce-{nonce}'")) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
