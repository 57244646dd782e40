//! The base URL of a model server, as a person writes it.

use url::Url;

/// Parses a base URL. Without a scheme it is `http://`, so `localhost:11434` works.
///
/// # Errors
/// It is no HTTP URL: a sentence for the person.
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
