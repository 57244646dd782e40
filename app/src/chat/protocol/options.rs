//! The options of a request: which are passed on, and which are refused. Checks that depend on the model are left to its
//! server.

use super::message::{ChatRequest, Role};
use serde_json::{Number, Value};

/// Every option that is passed on, and the values that it takes.
const KNOWN: [(&str, Kind); 11] = [
    ("temperature", Kind::Between(0.0, 2.0)),
    ("top_p", Kind::Between(0.0, 1.0)),
    ("presence_penalty", Kind::Between(-2.0, 2.0)),
    ("frequency_penalty", Kind::Between(-2.0, 2.0)),
    ("max_tokens", Kind::Tokens),
    ("max_completion_tokens", Kind::Tokens),
    ("seed", Kind::Integer),
    ("top_k", Kind::Integer),
    ("min_p", Kind::Between(0.0, 1.0)),
    ("stop", Kind::Anything),
    ("reasoning_effort", Kind::Anything),
];

/// The longest name of a model, in bytes. Names are logged, and shown on the monitor.
pub const LONGEST_NAME: usize = 512;

#[derive(Clone, Copy)]
enum Kind {
    Between(f64, f64),
    Tokens,
    Integer,
    Anything,
}

impl ChatRequest {
    /// Checks the request, removes unknown options, and converts typed numbers.
    ///
    /// # Errors
    /// A sentence that names the wrong field.
    pub fn checked(mut self) -> Result<Self, String> {
        if self.messages.is_empty() {
            return Err("`messages` is empty: it takes the conversation so far, at least one message.".into());
        }
        if self.model.len() > LONGEST_NAME {
            return Err(format!("`model` is too long: a name goes up to {LONGEST_NAME} bytes."));
        }
        // Some servers refuse messages with reasoning, except for a last one that is to be continued.
        let thought = self.messages.last_mut().filter(|last| last.role == Role::Assistant && last.content.is_blank());
        let thought = thought.map(|last| std::mem::take(&mut last.reasoning_content));
        self.messages.iter_mut().for_each(|message| message.reasoning_content.clear());
        if let (Some(thought), Some(last)) = (thought, self.messages.last_mut()) {
            last.reasoning_content = thought;
        }
        let mut given = std::mem::take(&mut self.options);
        for (name, kind) in KNOWN {
            if let Some(value) = given.remove(name).filter(|value| !value.is_null()) {
                self.options.insert(name.into(), kind.check(name, value)?);
            }
        }
        Ok(self)
    }

    /// The requested limit of the answer, in tokens.
    #[must_use]
    pub fn most_tokens(&self) -> Option<u64> {
        self.tokens("max_completion_tokens").or_else(|| self.tokens("max_tokens"))
    }

    fn tokens(&self, option: &str) -> Option<u64> {
        self.options.get(option)?.as_u64()
    }
}

impl Kind {
    fn check(self, name: &str, value: Value) -> Result<Value, String> {
        let value = match value {
            Value::String(text) if !matches!(self, Self::Anything) => number(&text).unwrap_or(Value::String(text)),
            value => value,
        };
        if self.takes(&value) { Ok(value) } else { Err(format!("`{name}` {}", self.rule())) }
    }

    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Between(least, most) => value.as_f64().is_some_and(|number| (least..=most).contains(&number)),
            Self::Tokens => value.as_u64().is_some_and(|tokens| (1..=u32::MAX.into()).contains(&tokens)),
            Self::Integer => value.is_i64(),
            Self::Anything => true,
        }
    }

    fn rule(self) -> String {
        match self {
            Self::Between(least, most) => format!("is out of range: it is a number from {least} to {most}."),
            Self::Tokens => "is no length: it is a whole number, and an answer needs at least one token.".into(),
            Self::Integer => "is out of range: it is a whole number.".into(),
            Self::Anything => String::new(),
        }
    }
}

/// Parses a typed number. People write `.5` and `007`, which aren't JSON.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let padded = if text.starts_with('.') { "0" } else { "" };
    [padded, text].concat().parse::<Number>().ok().map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::protocol::message::{ChatMessage, Content};
    use serde_json::json;

    fn read(fields: Value) -> Result<ChatRequest, String> {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value::<ChatRequest>(body).map_err(|error| error.to_string())?.checked()
    }

    #[test]
    fn known_options_are_passed_on_and_others_are_not() {
        let known = json!({
            "temperature": 0.5, "top_p": 1, "max_tokens": 7, "max_completion_tokens": 8, "seed": -3, "top_k": 40,
            "min_p": 0.05, "presence_penalty": -2.0, "frequency_penalty": 2, "stop": ["a", "b"], "reasoning_effort": "low",
        });
        let mut all = known.clone();
        all.as_object_mut()
            .unwrap()
            .extend(json!({ "stream": false, "n": 3, "tools": [] }).as_object().unwrap().clone());
        let request = read(all).unwrap();
        assert_eq!(Value::Object(request.options.clone()), known);
        assert_eq!(request.most_tokens(), Some(8));
    }

    #[test]
    fn number_may_be_a_string() {
        let typed = json!({ "temperature": " 0.7", "max_tokens": "100", "seed": "-1" });
        let options = read(typed).unwrap().options;
        assert_eq!(Value::Object(options), json!({ "temperature": 0.7, "max_tokens": 100, "seed": -1 }));
        let typed = json!({ "temperature": ".5", "max_tokens": "007", "seed": "+1" });
        let options = read(typed).unwrap().options;
        assert_eq!(Value::Object(options), json!({ "temperature": 0.5, "max_tokens": 7, "seed": 1 }));
    }

    #[test]
    fn reasoning_is_passed_on_only_to_be_continued() {
        let thought = |content| json!({ "role": "assistant", "content": content, "reasoning_content": "Hm" });
        let question = json!({ "role": "user", "content": "Hi", "reasoning_content": "Hm" });
        let thoughts = |messages| {
            let messages = read(json!({ "messages": messages })).unwrap().messages;
            messages.into_iter().map(|message| message.reasoning_content).collect::<Vec<_>>()
        };
        assert_eq!(thoughts(json!([question, thought(""), question, thought("")])), ["", "", "", "Hm"]);
        assert_eq!(thoughts(json!([question, thought("So")])), ["", ""]);
        assert_eq!(thoughts(json!([thought(""), question])), ["", ""]);
    }

    #[test]
    fn null_counts_as_missing() {
        let request = read(json!({
            "model": null, "temperature": null, "stop": null,
            "messages": [{ "role": "assistant", "content": null }, { "role": "assistant" }],
        }));
        let nothing = ChatMessage::new(Role::Assistant, Content::default());
        let messages = vec![nothing.clone(), nothing];
        assert_eq!(request.unwrap(), ChatRequest { messages, ..ChatRequest::default() });
    }

    #[test]
    fn wrong_option_is_refused_by_name() {
        for (name, value) in [
            ("temperature", json!("hot")),
            ("temperature", json!(2.1)),
            ("temperature", json!("NaN")),
            ("temperature", json!("1e999")),
            ("top_p", json!(-0.1)),
            ("presence_penalty", json!([])),
            ("max_tokens", json!(0)),
            ("max_tokens", json!("")),
            ("max_completion_tokens", json!(1.5)),
            ("max_completion_tokens", json!(-1)),
            ("seed", json!(0.5)),
        ] {
            let refusal = read(json!({ name: value })).unwrap_err();
            assert!(refusal.starts_with(&format!("`{name}` is")) && refusal.ends_with('.'), "{refusal}");
        }
    }

    #[test]
    fn pictures_are_passed_on_unchanged() {
        let parts = json!([
            { "type": "text", "text": "What is it?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } },
        ]);
        let request = read(json!({ "messages": [{ "role": "user", "content": parts.clone() }] })).unwrap();
        assert_eq!(serde_json::to_value(&request.messages[0].content).unwrap(), parts);
    }
}
