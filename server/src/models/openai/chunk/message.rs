//! A message, or a piece of one: text, reasoning, and other parts.

use super::{beyond::Beyond, piece::Piece};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Number, Value};

#[derive(Default, Deserialize)]
pub(crate) struct Message {
    content: Option<Content>,
    refusal: Option<Content>,
    reasoning_content: Option<Content>,
    reasoning: Option<Content>,
    thinking: Option<Content>,
    tool_calls: Option<Value>,
    function_call: Option<Value>,
    images: Option<Value>,
    image: Option<Value>,
    image_url: Option<Value>,
    audio: Option<Value>,
    video: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Content {
    Text(String),
    Parts(Vec<Value>),
    Part(Map<String, Value>),
    Number(Number),
    Other(IgnoredAny),
}

impl Message {
    pub(crate) fn says_something(&self) -> bool {
        let words = [&self.content, &self.refusal, &self.reasoning_content, &self.reasoning, &self.thinking];
        words.into_iter().flatten().any(Content::says_something) || self.beyond().is_some()
    }

    pub(crate) fn add_to(self, piece: &mut Piece) {
        piece.beyond = self.beyond();
        // Servers that send the reasoning under several names send the same text in each.
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
        let is_there = |value: &Option<Value>| {
            value.as_ref().is_some_and(|value| is_there(&value) || value.as_str().is_some_and(|text| !text.is_empty()))
        };
        if [&self.images, &self.image, &self.image_url].into_iter().any(is_there) {
            return Some(Beyond::Picture);
        }
        let sound = is_there(&self.audio).then_some(Beyond::Sound);
        sound.or_else(|| is_there(&self.video).then_some(Beyond::Video))
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
            Self::Part(part) => !part.is_empty(),
            Self::Number(_) => true,
            Self::Other(_) => false,
        }
    }

    fn add_to(self, piece: &mut Piece) {
        match self {
            Self::Text(text) if piece.text.is_empty() => piece.text = text,
            Self::Text(text) => piece.text.push_str(&text),
            Self::Parts(parts) => parts.iter().for_each(|part| add_part(part, piece)),
            Self::Part(part) => add_part(&Value::Object(part), piece),
            Self::Number(number) => piece.text.push_str(&number.to_string()),
            Self::Other(_) => {}
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
    let kind = kind(part);
    let is = |names: &[&str]| names.iter().any(|name| kind.contains(name));
    let thoughts = part["thinking"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    piece.reasoning.extend(thoughts.chain(part["thinking"].as_str()));
    let words = ["text", "refusal", "transcript", "content"].iter().find_map(|name| part[*name].as_str());
    let words = words.or(part["text"]["value"].as_str()).or(part.as_str());
    if is(&["thinking", "reasoning", "thought"]) {
        return piece.reasoning.push_str(words.unwrap_or_default());
    }
    piece.text.push_str(words.unwrap_or_default());
    let beyond = if is(&["tool", "function"]) {
        Some(Beyond::Tool(name(part).unwrap_or_default()))
    } else if is(&["image", "picture"]) || !part["image_url"].is_null() {
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
    piece.beyond = Beyond::first(piece.beyond.take(), beyond);
}

/// The type of a part. One that names none may be Gemini's `{"inlineData":{"mimeType":"image/png","data":"…"}}`; of any other
/// that holds no text, the name of its first field.
fn kind(part: &Value) -> String {
    if let Some(kind) = part["type"].as_str() {
        return kind.to_ascii_lowercase();
    }
    let data = ["inline_data", "inlineData", "file_data", "fileData"].iter().find_map(|name| part.get(*name));
    if let Some(mime) = data.and_then(|data| data["mime_type"].as_str().or(data["mimeType"].as_str())) {
        return mime.to_ascii_lowercase();
    }
    let fields = part.as_object().filter(|fields| !fields.contains_key("text") && !fields.contains_key("content"));
    fields.and_then(|fields| fields.keys().next()).map_or_else(String::new, |name| name.to_ascii_lowercase())
}
