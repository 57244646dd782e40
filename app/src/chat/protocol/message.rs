//! The body of `POST /api/chat`, in OpenAI's format, the deltas of the answer, and the list of models.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use starcrossed::wire::{cut, json_length};
use std::ops::Not;

/// The speaker of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The system prompt.
    #[serde(alias = "developer")]
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// The content of a message: text, or parts of several kinds as the
/// [chat completions API](https://platform.openai.com/docs/api-reference/chat/create) has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text.
    Text(String),
    /// Parts such as `{"type":"image_url",…}`, passed to the model unchanged.
    Parts(Vec<Value>),
}

impl Content {
    /// Whether there is no text and no part.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Parts(parts) => parts.is_empty(),
        }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// One message of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// The speaker.
    pub role: Role,
    /// The content. Empty if the message only calls a tool.
    #[serde(default, deserialize_with = "nullable")]
    pub content: Content,
    /// The reasoning that the model continues. Only the last message can have one.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub reasoning_content: String,
}

impl ChatMessage {
    /// A message without reasoning.
    pub fn new(role: Role, content: Content) -> Self {
        Self { role, content, reasoning_content: String::new() }
    }
}

/// The body of `POST /api/chat`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The model; empty for the server's first.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The conversation so far, oldest first.
    pub messages: Vec<ChatMessage>,
    /// Options: `temperature`, `top_p`, `max_tokens`, `seed` and so on. A number may be a string, as a person typed it. Unknown
    /// options (such as `stream`) are ignored.
    #[serde(flatten)]
    pub options: Map<String, Value>,
}

/// Reads null as the default: some clients send null for missing fields.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a stream is limited to the speed at which a page can draw. Without it, the reader's speed is the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Paced {
    /// `true` for the only stream that the page reads.
    Is(bool),
    /// The number of streams that the page reads at once: each gets its share. 0 for no limit.
    Among(u32),
}

impl Paced {
    /// The number of streams that share the pace of a page; 0 for no limit.
    #[must_use]
    pub const fn streams(self) -> u32 {
        match self {
            Self::Is(is_paced) => is_paced as u32,
            Self::Among(streams) => streams,
        }
    }
}

impl Default for Paced {
    fn default() -> Self {
        Self::Is(false)
    }
}

/// One piece of an answer: `{"text":"Hel"}`, `{"reasoning":"…"}`, or `{"text_was":"reasoning"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delta {
    /// More of the answer.
    Text(String),
    /// More of the model's reasoning.
    Reasoning(String),
    /// The text so far was of this kind. The answer follows.
    #[serde(rename = "text_was")]
    TextWas(Was),
}

/// The real kind of a text that was sent as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Was {
    /// Reasoning, whose opening tag was part of the prompt.
    Reasoning,
}

impl Delta {
    /// The text of the delta; empty for [`Delta::TextWas`].
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Reasoning(text) => text,
            Self::TextWas(_) => "",
        }
    }
}

impl Delta {
    pub(crate) fn size(&self) -> usize {
        self.text().len()
    }

    pub(crate) fn encoded_size(&self) -> usize {
        json_length(self.text())
    }

    pub(crate) fn pieces(self, most: usize) -> impl Iterator<Item = Self> + Send {
        let (text, kind): (String, fn(String) -> Self) = match self {
            Self::Text(text) => (text, Self::Text),
            Self::Reasoning(text) => (text, Self::Reasoning),
            Self::TextWas(Was::Reasoning) => (String::new(), |_| Self::TextWas(Was::Reasoning)),
        };
        cut(text, most).map(kind)
    }

    pub(crate) fn join(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Text(text), Self::Text(more)) | (Self::Reasoning(text), Self::Reasoning(more)) => {
                text.push_str(&more);
                None
            }
            (_, next) => Some(next),
        }
    }
}

/// The available models: the response of `GET /api/models`, in the format of OpenAI's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The models; the first is the default.
    pub data: Vec<ModelInfo>,
    /// The reasons for missing models, for the person: one line for each server that can't be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The model's name, as [`ChatRequest::model`] takes it.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// The server that has it, if there are several. The page doesn't read this, because the id begins with it.
    #[serde(skip_deserializing, skip_serializing_if = "String::is_empty")]
    pub owned_by: String,
    /// Whether the model accepts images; none if its server doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<bool>,
    /// Whether its server can continue reasoning that was cut off. Left out if unknown.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub continues_thought: bool,
}

impl ModelList {
    /// A list of models with these names.
    pub fn from_names(names: impl IntoIterator<Item = String>) -> Self {
        let info = |id| ModelInfo { id, object: "model".into(), ..ModelInfo::default() };
        Self { object: "list".into(), data: names.into_iter().map(info).collect(), message: None }
    }
}
