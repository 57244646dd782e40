//! A message, or a piece of one: words, thoughts, and what is neither.

use super::dialect::Piece;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

/// What an answer may hold besides words. None of it can be shown or done here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// A call of the tool of this name, which may be unknown.
    Tool(String),
    /// A picture.
    Picture,
    /// Something to hear.
    Sound,
    /// Something to watch.
    Video,
    /// Content of this type.
    Other(String),
}

#[derive(Default, Deserialize)]
pub(super) struct Message {
    content: Option<Content>,
    refusal: Option<Content>,
    reasoning_content: Option<Content>,
    reasoning: Option<Content>,
    thinking: Option<Content>,
    tool_calls: Option<Value>,
    function_call: Option<Value>,
    images: Option<Value>,
    audio: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Value>),
    Part(Map<String, Value>),
    Other(IgnoredAny),
}

impl Message {
    pub(super) fn says_something(&self) -> bool {
        let words = [&self.content, &self.refusal, &self.reasoning_content, &self.reasoning, &self.thinking];
        words.into_iter().flatten().any(Content::says_something) || self.beyond().is_some()
    }

    pub(super) fn add_to(self, piece: &mut Piece) {
        piece.beyond = self.beyond();
        // Those who send the thought under several names send it several times.
        let thoughts = [self.reasoning_content, self.reasoning, self.thinking];
        if let Some(thought) = thoughts.into_iter().flatten().find(Content::says_something) {
            piece.reasoning.push_str(&thought.into_thought());
        }
        for words in [self.content, self.refusal].into_iter().flatten() {
            words.add_to(piece);
        }
        if piece.text.is_empty()
            && let Some(transcript) = self.audio.as_ref().and_then(|audio| audio["transcript"].as_str())
        {
            piece.text.push_str(transcript);
        }
    }

    fn beyond(&self) -> Option<Beyond> {
        let is_there = |value: &&Value| match value {
            Value::Array(values) => !values.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => false,
        };
        if let Some(calls) = self.tool_calls.as_ref().filter(is_there) {
            return Some(Beyond::Tool(name(&calls[0]["function"]).or(name(&calls[0])).unwrap_or_default()));
        }
        if let Some(call) = self.function_call.as_ref().filter(is_there) {
            return Some(Beyond::Tool(name(call).unwrap_or_default()));
        }
        let picture = self.images.as_ref().filter(is_there).map(|_| Beyond::Picture);
        picture.or_else(|| self.audio.as_ref().filter(is_there).map(|_| Beyond::Sound))
    }
}

fn name(tool: &Value) -> Option<String> {
    Some(tool["name"].as_str()?.to_owned())
}

impl Content {
    fn says_something(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Parts(parts) => !parts.is_empty(),
            Self::Part(part) => part.contains_key("type"),
            Self::Other(_) => false,
        }
    }

    fn add_to(self, piece: &mut Piece) {
        match self {
            Self::Text(text) if piece.text.is_empty() => piece.text = text,
            Self::Text(text) => piece.text.push_str(&text),
            Self::Parts(parts) => parts.iter().for_each(|part| add_part(part, piece)),
            Self::Part(part) if part.contains_key("type") => add_part(&Value::Object(part), piece),
            Self::Part(_) | Self::Other(_) => {}
        }
    }

    fn into_thought(self) -> String {
        if let Self::Text(text) = self {
            return text;
        }
        let mut piece = Piece::default();
        self.add_to(&mut piece);
        piece.reasoning + &piece.text
    }
}

/// Content in parts, as Mistral's reasoning models have it: `{"type":"text","text":"…"}` or
/// `{"type":"thinking","thinking":[{"type":"text","text":"…"}]}`.
fn add_part(part: &Value, piece: &mut Piece) {
    let kind = part["type"].as_str().unwrap_or_default().to_ascii_lowercase();
    let is = |names: &[&str]| names.iter().any(|name| kind.contains(name));
    let thoughts = part["thinking"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    piece.reasoning.extend(thoughts.chain(part["thinking"].as_str()));
    let words = ["text", "refusal", "transcript"].iter().find_map(|name| part[*name].as_str()).or(part.as_str());
    if is(&["thinking", "reasoning", "thought"]) {
        return piece.reasoning.push_str(words.unwrap_or_default());
    }
    piece.text.push_str(words.unwrap_or_default());
    let beyond = if is(&["tool", "function"]) {
        Some(Beyond::Tool(name(part).unwrap_or_default()))
    } else if is(&["image"]) || !part["image_url"].is_null() {
        Some(Beyond::Picture)
    } else if is(&["audio"]) {
        Some(Beyond::Sound)
    } else if is(&["video"]) {
        Some(Beyond::Video)
    } else if words.is_some() || kind.is_empty() || is(&["text", "reference", "citation", "annotation", "signature"]) {
        None // words, or a note about them
    } else {
        Some(Beyond::Other(kind))
    };
    piece.beyond = piece.beyond.take().or(beyond);
}
