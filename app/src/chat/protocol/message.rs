//! What is said: the body of `/api/chat`, which is the field's own, and the deltas that come back.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use starcrossed::wire::{cut, json_length};
use std::ops::Not;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What the model is told before anybody asks.
    #[serde(alias = "developer")]
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// What a tool answered the model.
    Tool,
}

/// What one message says: text, or parts of several kinds as the
/// [chat completions API](https://platform.openai.com/docs/api-reference/chat/create) has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text.
    Text(String),
    /// Parts such as `{"type":"image_url",…}`, handed to the model as they are.
    Parts(Vec<Value>),
}

impl Content {
    /// Text, and pictures to look at with it: the URL of each, mostly a `data:` one.
    #[must_use]
    pub fn with_images(text: String, urls: Vec<String>) -> Self {
        if urls.is_empty() {
            return Self::Text(text);
        }
        let images = urls.into_iter().map(|url| json!({ "type": "image_url", "image_url": { "url": url } }));
        Self::Parts([json!({ "type": "text", "text": text })].into_iter().chain(images).collect())
    }

    /// Whether it says nothing.
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

/// One message of a conversation, as a model is sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who says it.
    pub role: Role,
    /// What it says. Nothing, where somebody only called a tool.
    #[serde(default, deserialize_with = "nullable")]
    pub content: Content,
    /// The beginning of a thought that the model is to go on with. Only the last message can have one.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub reasoning_content: String,
}

impl ChatMessage {
    /// This, said by `role`.
    pub fn new(role: Role, content: Content) -> Self {
        Self { role, content, reasoning_content: String::new() }
    }
}

/// The body of `POST /api/chat`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The model that is to answer; empty for the server's first.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The conversation so far, oldest first.
    pub messages: Vec<ChatMessage>,
    /// How to answer: `temperature`, `top_p`, `max_tokens`, `seed` and so on. A number may come as the text that a
    /// person has typed. What isn't known (`stream` and the like) is ignored.
    #[serde(flatten)]
    pub options: Map<String, Value>,
}

/// Some clients write null for what they don't say.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a stream is no faster than a page can draw. Left out, it is as fast as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Paced {
    /// `true` for the only stream that the page reads.
    Is(bool),
    /// How many streams the page reads at once: each gets its share. 0 for no limit.
    Among(u32),
}

impl Paced {
    /// How many streams share the pace of a page; 0 for no limit.
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
    /// More of what the model thinks before it answers.
    Reasoning(String),
    /// The text so far has turned out to be this. The answer follows.
    #[serde(rename = "text_was")]
    TextWas(Was),
}

/// A kind that text can turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Was {
    /// A thought, whose beginning stood in the prompt.
    Reasoning,
}

impl Delta {
    /// Its words; none where it is about words that were said before.
    fn words(&self) -> &str {
        match self {
            Self::Text(text) | Self::Reasoning(text) => text,
            Self::TextWas(_) => "",
        }
    }
}

impl Delta {
    pub(crate) fn size(&self) -> usize {
        self.words().len()
    }

    pub(crate) fn encoded_size(&self) -> usize {
        json_length(self.words())
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

/// The models that can be asked: the answer of `GET /api/models`, in the shape of OpenAI's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The models; the first is the one that answers if none is named.
    pub data: Vec<ModelInfo>,
    /// Why there are none, or fewer than there should be: for the person, a line for each server that can't be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name, as `model` takes it.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// The server that has it, where there are several. Its name begins with that; so the page needn't read this.
    #[serde(skip_deserializing, skip_serializing_if = "String::is_empty")]
    pub owned_by: String,
    /// Whether it looks at pictures; none where its server doesn't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<bool>,
    /// Whether its server can go on with a thought that was cut off. Left out where that isn't known.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub continues_thought: bool,
}

impl ModelList {
    /// A list of these names.
    pub fn from_names(names: impl IntoIterator<Item = String>) -> Self {
        let info = |id| ModelInfo { id, object: "model".into(), ..ModelInfo::default() };
        Self { object: "list".into(), data: names.into_iter().map(info).collect(), message: None }
    }
}
