//! What is said: the body of `/api/chat`, which is the field's own, and the deltas that come back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// One message of a conversation, as a model is sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who says it.
    pub role: Role,
    /// What it says.
    pub content: Content,
}

/// The body of `POST /api/chat`. What isn't known here (`stream` and the like) is ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The model that is to answer; empty for the server's first.
    #[serde(default)]
    pub model: String,
    /// The conversation so far, oldest first.
    pub messages: Vec<ChatMessage>,
    /// 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The longest answer, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Same seed, same answer, where the model can do that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Where the model shall stop: a string or a list of strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Value>,
}

/// One piece of an answer: `{"text":"Hel"}` or `{"reasoning":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delta {
    /// More of the answer.
    Text(String),
    /// More of what the model thinks before it answers.
    Reasoning(String),
}

/// The models that can be asked: the answer of `GET /api/models`, in the shape of OpenAI's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The models; the first is the one that answers if none is named.
    pub data: Vec<ModelInfo>,
    /// Why there are none, or fewer than there should be: a sentence for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name, as `model` takes it.
    pub id: String,
    /// Always `model`.
    pub object: String,
}

impl ModelList {
    /// A list of these names.
    pub fn of(names: impl IntoIterator<Item = String>) -> Self {
        let data = names.into_iter().map(|id| ModelInfo { id, object: "model".into() }).collect();
        Self { object: "list".into(), data, message: None }
    }
}

impl ChatRequest {
    /// What is wrong with it, as a sentence, if something is. What only the model can judge is left to it.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let outside = |value: Option<f64>, most: f64| value.is_some_and(|value| !(0.0..=most).contains(&value));
        if self.messages.is_empty() {
            return Some("`messages` is empty: it takes the conversation so far, at least one message.");
        }
        if outside(self.temperature, 2.0) {
            return Some("`temperature` is out of range: it goes from 0 to 2.");
        }
        if outside(self.top_p, 1.0) {
            return Some("`top_p` is out of range: it goes from 0 to 1.");
        }
        if self.max_tokens == Some(0) {
            return Some("`max_tokens` is 0: an answer needs at least one.");
        }
        None
    }
}
