//! Removes secrets from a model server's text: its key, and the credentials in its URL.
//!
//! Each is replaced by `[key]` as it is, percent-encoded in either case, as JSON escapes it, and in Base64 as `Authorization: Basic` has it.

use crate::models::openai::{connection::upstream::Upstream, model_list::Listed};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// An API key shorter than this is a placeholder (`ollama`, `none`, `x`), and a word that errors are made of.
const KEY: usize = 8;

/// Credentials in the URL that are shorter than [`KEY`] are replaced as whole words only, and below this length not at all.
const WORD: usize = 3;

const REDACTED: &str = "[key]";

/// The characters that most programs percent-encode: all but letters, digits, and the unreserved characters
/// ([RFC 3986, 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Upstream {
    /// The line without the key and the URL's credentials.
    pub(crate) fn redact(&self, line: &str) -> String {
        let line = self.forms().iter().fold(line.to_owned(), |line, form| replaced(&line, form));
        self.encoded_forms().iter().fold(line, |line, form| without_case(&line, form))
    }

    /// The same, of a line whose end was cut off. A secret may have been cut in two, so the last part of the line is left out that
    /// could hold the first half of one.
    pub(crate) fn redact_cut(&self, line: &str) -> String {
        let longest = self.forms().iter().chain(&self.encoded_forms()).map(String::len).max().unwrap_or_default();
        let mut line = self.redact(line);
        line.truncate(line.floor_char_boundary(line.len().saturating_sub(longest)));
        line
    }

    /// Leaves out the models whose names hold a secret. A short one may well be a model's name.
    pub(crate) fn leave_out_secrets(&self, models: &mut Vec<Listed>) {
        let forms = self.forms().into_iter().filter(|form| form.len() >= KEY).collect::<Vec<_>>();
        models.retain(|model| !forms.iter().any(|form| model.name.contains(form.as_str())));
    }

    /// The secrets in every form that is looked for, the longest first: one may be a part of another.
    fn forms(&self) -> Vec<String> {
        let mut forms = self.secrets().iter().flat_map(|secret| forms(&in_one_line(secret))).collect::<Vec<_>>();
        forms.sort_unstable_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
    }

    /// The secrets that look otherwise in a URL, percent-encoded in the two ways that are usual, in lower case: `%2F` is `%2f`.
    fn encoded_forms(&self) -> Vec<String> {
        let mut encoded = Vec::new();
        for secret in self.secrets().iter().filter(|secret| secret.len() >= WORD) {
            let whole = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
            let usual = utf8_percent_encode(secret, RESERVED).to_string();
            encoded.extend(
                [whole, usual].into_iter().filter(|form| form.contains('%')).map(|form| form.to_ascii_lowercase()),
            );
        }
        encoded.sort_unstable_by_key(|form| std::cmp::Reverse(form.len()));
        encoded.dedup();
        encoded
    }

    /// All that is secret, in each encoding in which a server may repeat it.
    fn secrets(&self) -> Vec<String> {
        let key = self.key().filter(|key| key.len() >= KEY);
        let mut secrets = key.map(with_base64).unwrap_or_default();
        let (user, password) = (self.url.username(), self.url.password().unwrap_or_default());
        for text in [user, password].into_iter().filter(|text| !text.is_empty()) {
            secrets.push(text.to_owned());
            secrets.extend(with_base64(&decoded(text)));
        }
        if !user.is_empty() || !password.is_empty() {
            secrets.extend(with_base64(&format!("{}:{}", decoded(user), decoded(password))));
        }
        let raw = self.url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        secrets.extend(raw.filter(|(name, _)| is_secret(name)).map(|(_, value)| value.to_owned()));
        let parameters = self.url.query_pairs().filter(|(name, _)| is_secret(name));
        secrets.extend(parameters.flat_map(|(_, value)| with_base64(&value)));
        secrets.retain(|secret| secret.len() >= WORD);
        secrets
    }
}

/// Whether a parameter of this name is for the server alone.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "secret", "password", "sig", "auth"].iter().any(|word| name.contains(word))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The text, and its Base64 with and without padding.
fn with_base64(text: &str) -> Vec<String> {
    let encoded = [STANDARD.encode(text), URL_SAFE.encode(text)];
    let unpadded = encoded.clone().map(|text| text.trim_end_matches('=').to_owned());
    encoded.into_iter().chain(unpadded).chain([text.to_owned()]).collect()
}

/// The secret as it is, and as JSON writes it: there are two ways to write a slash.
fn forms(secret: &str) -> Vec<String> {
    let json = Value::from(secret).to_string();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json).to_owned();
    vec![json.replace('/', "\\/"), json, secret.to_owned()]
}

/// The line with [`REDACTED`] in place of a secret. A short one is replaced only where it is a whole word.
fn replaced(line: &str, secret: &str) -> String {
    if secret.is_empty() || secret.len() >= KEY {
        return if secret.is_empty() { line.to_owned() } else { line.replace(secret, REDACTED) };
    }
    let is_inside = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
    let (mut kept, mut end) = (String::with_capacity(line.len()), 0);
    for (at, _) in line.match_indices(secret) {
        let after = at + secret.len();
        if is_inside(line[..at].chars().next_back()) || is_inside(line[after..].chars().next()) {
            continue;
        }
        kept.push_str(&line[end..at]);
        kept.push_str(REDACTED);
        end = after;
    }
    kept.push_str(&line[end..]);
    kept
}

/// The line with [`REDACTED`] in place of a secret, which is given in lower case.
fn without_case(line: &str, secret: &str) -> String {
    let (mut kept, mut end) = (String::with_capacity(line.len()), 0);
    for (at, _) in line.to_ascii_lowercase().match_indices(secret) {
        kept.push_str(&line[end..at]);
        kept.push_str(REDACTED);
        end = at + secret.len();
    }
    kept.push_str(&line[end..]);
    kept
}

/// The words with one space between each two, and nothing in them that a terminal would obey.
pub(crate) fn in_one_line(words: &str) -> String {
    let words = words.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most `most` characters. A text that was cut ends in an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    fn at(url: &str) -> Upstream {
        Upstream::new(url.parse().unwrap())
    }

    #[test]
    fn credentials_in_the_url_are_redacted_as_they_are_and_encoded() {
        let upstream = at("https://gardener:p%40ss%2Fword1@h/v1");
        let basic = STANDARD.encode("gardener:p@ss/word1");
        for secret in ["gardener", "p%40ss%2Fword1", "p@ss/word1", r"p@ss\/word1", "gardener:p@ss/word1", &basic] {
            let line = upstream.redact(&format!("Basic {secret}, again={secret}"));
            assert!(!line.contains(secret) && line.contains(REDACTED), "{secret}: {line}");
        }
        let unpadded = basic.trim_end_matches('=');
        assert!(!upstream.redact(&format!("({unpadded})")).contains(unpadded));
    }

    #[test]
    fn short_credentials_are_redacted_as_whole_words() {
        let upstream = at("http://bob:pass@h/v1");
        assert_eq!(upstream.redact("no bob, pass=pass; bobsled password"), "no [key], [key]=[key]; bobsled password");
        let basic = STANDARD.encode("bob:pass");
        assert_eq!(upstream.redact(&format!("Basic {basic}!")), "Basic [key]!");
    }

    #[test]
    fn a_token_in_place_of_a_user_is_redacted_too() {
        let upstream = at("http://sk-0123456789@h/v1");
        for secret in ["sk-0123456789".to_owned(), STANDARD.encode("sk-0123456789:"), STANDARD.encode("sk-0123456789")]
        {
            assert_eq!(upstream.redact(&format!("a {secret} b")), "a [key] b");
        }
    }

    #[test]
    fn a_key_is_redacted_in_base64_too() {
        let upstream = Upstream { api_key: Some("sk-0123456789".into()), ..at("http://h/v1") };
        assert_eq!(upstream.redact(&STANDARD.encode("sk-0123456789")), REDACTED);
        let stopgap = Upstream { api_key: Some("ollama".into()), ..at("http://h/v1") };
        assert_eq!(stopgap.redact("ollama has no such model"), "ollama has no such model");
    }

    #[test]
    fn a_key_is_redacted_percent_encoded_in_either_case() {
        let upstream = Upstream { api_key: Some("sk/0123+456 7-9".into()), ..at("http://h/v1") };
        for form in ["sk%2F0123%2B456%207-9", "sk%2f0123%2b456%207-9", "sk%2F0123%2B456%207%2D9"] {
            assert_eq!(upstream.redact(&format!("ä?key={form}&b")), "ä?key=[key]&b");
        }
    }

    #[test]
    fn of_a_line_that_was_cut_no_half_of_a_secret_is_left() {
        let upstream = Upstream { api_key: Some("sk-0123456789".into()), ..at("http://h/v1") };
        let line = format!("{} sk-01234567", "x".repeat(100));
        let kept = upstream.redact_cut(&line);
        assert!(kept.len() > 50 && !kept.contains("sk-"), "{kept}");
        assert_eq!(Upstream { api_key: None, ..upstream }.redact_cut("as it is"), "as it is");
    }

    #[test]
    fn what_is_cut_is_cut_between_characters() {
        assert_eq!((cut("äöü", 3).as_str(), cut("äöü", 2).as_str()), ("äöü", "äö…"));
    }
}
