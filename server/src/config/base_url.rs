//! The base URL of a model server, as a person writes it.

use url::Url;

/// Reads a base URL as a person writes it: `localhost:11434` will do.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn parse_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url =
        Url::parse(&whole).map_err(|error| format!("not a URL ({error}); it looks like http://127.0.0.1:11434/v1"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("it has to begin with http:// or https://".into())
    }
}
