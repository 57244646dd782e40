//! Explains a connection that failed.

use crate::models::openai::{
    connection::{proxy::Proxy, trust, upstream::Upstream},
    error::{
        SECURE,
        quote::{QUOTED, plain, within},
        span,
    },
};
use std::{error::Error, io, time::Duration};

/// Why a connection failed, and what to look at.
pub(super) fn unreachable(upstream: &Upstream, error: &reqwest::Error, limit: Duration) -> String {
    let address = upstream.address();
    if let Some(error) = find::<rustls::Error>(error) {
        let trouble = within(&trust::trouble(error), 2 * QUOTED, upstream);
        return format!("No secure connection to {address}: {trouble}");
    }
    let cause = plain(&root(error), upstream);
    let is_plain = upstream.url.scheme() == "http";
    let proxy = Proxy::of(upstream);
    if !error.is_connect() {
        let hint = match &proxy {
            Some(proxy) => format!(" {}", proxy.hint()),
            None if is_plain => SECURE.into(),
            None => String::new(),
        };
        return format!("{address} broke the connection off without an answer: {cause}{hint}");
    }
    if let Some(proxy) = proxy {
        let cause = if error.is_timeout() { format!("nothing within {}.", span(limit)) } else { cause };
        return format!("{address} can't be reached: {}", proxy.trouble(&root(error), &cause));
    }
    if error.is_timeout() {
        return format!(
            "{address} can't be reached: no connection within {}. Check the URL, and the network between.{}",
            span(limit),
            if is_plain { "" } else { trust::PLAIN }
        );
    }
    if error.is_dns() {
        return format!("{address} can't be reached: there is no host of that name. Check the URL. ({cause})");
    }
    if find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        return format!("Nothing answers at {address}. Is the model server running, and is its URL right?");
    }
    if upstream.url.scheme() == "https" && find::<io::Error>(error).is_none_or(|error| error.get_ref().is_some()) {
        return format!("No secure connection to {address}: {cause}{}", trust::PLAIN);
    }
    format!("{address} can't be reached: {cause} Check the URL, and the network between.")
}

/// The error at the bottom, which is the one that says something.
pub(super) fn root(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// The first error of this type among the causes. An I/O error may hold its own cause without naming it as one.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}
