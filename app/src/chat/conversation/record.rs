//! The records of a conversation and of its settings.

use super::message::Message;
use crate::chat::protocol::message::ChatRequest;
use serde::{Deserialize, Serialize};

/// The settings of an answer, as they were typed. An empty field leaves the choice to the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The system prompt.
    pub system: String,
    /// A number from 0 to 2.
    pub temperature: String,
    /// A number from 0 to 1.
    pub top_p: String,
    /// The longest answer, in tokens.
    pub max_tokens: String,
    /// An integer. The same seed gives the same answer, if the model supports it.
    pub seed: String,
}

/// One conversation, without its messages. Every tab that has it open writes this record, and the last one wins. So the visible
/// branch or a draft may be lost, but never a message. The title and the settings are merged from other tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConversationInfo {
    /// The random id, as in the address `/c/<id>`.
    pub id: String,
    /// The title; empty before the first question.
    pub title: String,
    /// The time of its first message, in milliseconds since 1970.
    pub created_ms: u64,
    /// The time of its latest message, in milliseconds since 1970.
    pub updated_ms: u64,
    /// The id of the last message of the visible branch.
    pub head: Option<String>,
    /// The text that was typed and not sent.
    pub draft: String,
    /// The model for the next question.
    pub model: String,
    /// The settings for the next question.
    pub settings: Settings,
}

/// A whole conversation, as it is saved, exported and imported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationRecord {
    /// Its record without the messages.
    pub conversation: ConversationInfo,
    /// Its messages, in any order.
    pub messages: Vec<Message>,
}

impl Settings {
    /// A sentence that says what is wrong with the settings, before anything is sent. None if they are right.
    #[must_use]
    pub fn error(&self) -> Option<&'static str> {
        if is_outside(&self.temperature, 2.0) {
            return Some("Temperature must be a number from 0 to 2.");
        }
        if is_outside(&self.top_p, 1.0) {
            return Some("Top P must be a number from 0 to 1.");
        }
        let tokens = self.max_tokens.trim();
        if !tokens.is_empty() && !tokens.parse::<u32>().is_ok_and(|tokens| tokens > 0) {
            return Some("The longest answer must be a whole number of tokens, 1 or more.");
        }
        if !self.seed.trim().is_empty() && self.seed.trim().parse::<i64>().is_err() {
            return Some("The seed must be a whole number.");
        }
        None
    }

    /// Copies the settings into a request as they were typed. The server parses them.
    pub(super) fn fill(&self, request: &mut ChatRequest) {
        let typed = [
            ("temperature", &self.temperature),
            ("top_p", &self.top_p),
            ("max_tokens", &self.max_tokens),
            ("seed", &self.seed),
        ];
        for (name, text) in typed {
            if !text.trim().is_empty() {
                request.options.insert(name.into(), text.trim().into());
            }
        }
    }
}

/// Whether a text is anything else than a number from 0 to `most`. An empty one is right.
fn is_outside(text: &str, most: f64) -> bool {
    !text.trim().is_empty() && !number(text).is_some_and(|number| (0.0..=most).contains(&number))
}

/// Reads a number as JSON does. The standard library's way would be several kilobytes more to download.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let padded = if text.starts_with('.') { "0" } else { "" };
    serde_json::from_str(&[padded, text].concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_empty_say_nothing() {
        let mut request = ChatRequest::default();
        Settings::default().fill(&mut request);
        assert_eq!((request, Settings::default().error()), (ChatRequest::default(), None));
    }

    #[test]
    fn settings_are_read_as_they_were_typed() {
        let mut request = ChatRequest::default();
        let settings = Settings {
            temperature: " .5".into(),
            top_p: "1".into(),
            max_tokens: "100 ".into(),
            seed: "-3".into(),
            ..Settings::default()
        };
        settings.fill(&mut request);
        let sent: Vec<(&str, &str)> =
            request.options.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
        assert_eq!(sent, [("max_tokens", "100"), ("seed", "-3"), ("temperature", ".5"), ("top_p", "1")]);
        assert_eq!(settings.error(), None);
    }

    #[test]
    fn settings_that_make_no_sense_are_told_of_before_they_are_sent() {
        let temperature = |text: &str| Settings { temperature: text.into(), ..Settings::default() };
        for text in ["hot", "2.1", "-1", "1,5", "1e", "NaN"] {
            assert!(temperature(text).error().is_some(), "{text}");
        }
        assert!(Settings { max_tokens: "0".into(), ..Settings::default() }.error().is_some());
        assert!(Settings { seed: "1.5".into(), ..Settings::default() }.error().is_some());
    }
}
