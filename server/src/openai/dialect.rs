//! What one event of an answer means, in whichever dialect of the API it is said.
//!
//! An error is looked for before anything else, since some servers send one inside what looks like a delta. Every field
//! is optional, and what isn't known is ignored.

use super::mend;
use app::{
    chat::options::LONGEST_NAME,
    link::{Usage, decode::Frame},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// What an event, or a whole answer, says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing: an empty `data:`, as some send to keep the line open.
    Nothing,
    /// More of the answer, or something about it.
    Piece(Piece),
    /// Nothing more will come.
    Done,
    /// What went wrong, in the server's own words.
    Error(String),
    /// Something that this API doesn't send.
    Rubbish,
}

/// A piece of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) finish_reason: Option<String>,
    pub(super) usage: Option<Usage>,
    /// How much of the prompt has been read, in percent.
    pub(super) read: Option<u8>,
}

impl Piece {
    /// Whether it tells how far the reading of the prompt is, and nothing else: no part of an answer.
    pub(super) fn is_progress(&self) -> bool {
        self.read.is_some() && *self == Self { read: self.read, ..Self::default() }
    }
}

/// What an event of a stream says.
pub(super) fn read(frame: &Frame) -> Said {
    let data = frame.data.trim();
    if frame.event == "error" {
        return Said::Error(error_in(data).unwrap_or_else(|| data.to_owned()));
    }
    match data {
        "" => Said::Nothing,
        "[DONE]" => Said::Done,
        _ => interpret(data, |choice| choice.delta),
    }
}

/// What an answer says that isn't a stream although it was asked to be one.
pub(super) fn read_whole(body: &str) -> Said {
    if body.trim().is_empty() {
        return Said::Nothing;
    }
    match interpret(body, |choice| choice.message.or(choice.delta)) {
        Said::Piece(piece) if piece == Piece::default() => Said::Rubbish,
        said => said,
    }
}

/// The name of the model that answers, as each event of an answer has it.
pub(super) fn model_in(event: &str) -> Option<String> {
    let event = mend::read::<Value>(event).ok()?;
    let name = event["model"].as_str().filter(|name| !name.trim().is_empty() && name.len() <= LONGEST_NAME)?;
    (!name.contains(char::is_control)).then(|| name.to_owned())
}

/// The words of an error, wherever in a JSON body they stand.
pub(super) fn error_in(body: &str) -> Option<String> {
    words(&mend::read(body).ok()?)
}

/// Everything that is read of an event. Large parts of one are nobody's business here.
#[derive(Deserialize)]
struct Body {
    error: Option<Value>,
    object: Option<Value>,
    message: Option<Value>,
    detail: Option<Value>,
    choices: Option<Vec<Choice>>,
    usage: Option<Lenient<Usage>>,
    prompt_progress: Option<Lenient<PromptProgress>>,
}

/// How far llama-server is with reading a prompt, in tokens. What it has read before (`cache`) counts as processed.
#[derive(Deserialize)]
struct PromptProgress {
    total: u64,
    #[serde(default)]
    cache: u64,
    processed: u64,
}

impl PromptProgress {
    fn percent(&self) -> u8 {
        let (done, all) = (self.processed.saturating_sub(self.cache), self.total.saturating_sub(self.cache));
        let percent = u128::from(done) * 100 / u128::from(all.max(1));
        if all == 0 { 100 } else { u8::try_from(percent.min(100)).unwrap_or(100) }
    }
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Message>,
    message: Option<Message>,
    finish_reason: Option<Lenient<String>>,
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Message {
    content: Option<Content>,
    refusal: Option<Content>,
    reasoning_content: Option<Content>,
    reasoning: Option<Content>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Value>),
    Other(IgnoredAny),
}

/// A value that is left out if it isn't what it should be: nobody loses an answer for a count of tokens.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient<T> {
    Good(T),
    Other(IgnoredAny),
}

impl<T> Lenient<T> {
    fn good(self) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

fn interpret(json: &str, message: impl Fn(Choice) -> Option<Message>) -> Said {
    let Ok(mut body) = mend::read::<Body>(json) else {
        return error_in_list(json).map_or(Said::Rubbish, Said::Error);
    };
    if let Some(error) = body.take_error() {
        return Said::Error(words(&error).unwrap_or_else(|| error.to_string()));
    }
    let read = body.prompt_progress.and_then(Lenient::good).map(|progress| progress.percent());
    let mut piece = Piece { usage: body.usage.and_then(Lenient::good), read, ..Piece::default() };
    for mut choice in body.choices.unwrap_or_default() {
        let finish_reason = choice.finish_reason.take().and_then(Lenient::good).filter(|reason| !reason.is_empty());
        piece.finish_reason = finish_reason.or(piece.finish_reason);
        message(choice).unwrap_or_default().add_to(&mut piece);
    }
    Said::Piece(piece)
}

impl Body {
    fn take_error(&mut self) -> Option<Value> {
        let in_choice = self.choices.iter_mut().flatten().find_map(|choice| choice.error.take());
        let is_error = self.object.as_ref().is_some_and(|object| object == "error");
        let is_answer = self.choices.is_some() || self.usage.is_some();
        let complaint = if is_error || !is_answer { self.message.take().or(self.detail.take()) } else { None };
        let is_none = |error: &Value| *error == Value::Bool(false) || *error == "";
        self.error.take().or(in_choice).or(complaint).filter(|error| !is_none(error))
    }
}

impl Message {
    fn add_to(self, piece: &mut Piece) {
        // Those who send the thought under both names send it twice.
        let thought = self.reasoning_content.filter(Content::says_something).or(self.reasoning);
        if let Some(Content::Text(thought)) = thought {
            piece.reasoning.push_str(&thought);
        }
        match self.content.filter(Content::says_something).or(self.refusal) {
            Some(Content::Text(text)) if piece.text.is_empty() => piece.text = text,
            Some(Content::Text(text)) => piece.text.push_str(&text),
            Some(Content::Parts(parts)) => parts.iter().for_each(|part| add_part(part, piece)),
            Some(Content::Other(_)) | None => {}
        }
    }
}

impl Content {
    fn says_something(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Parts(parts) => !parts.is_empty(),
            Self::Other(_) => false,
        }
    }
}

/// Content in parts, as Mistral's reasoning models have it: `{"type":"text","text":"…"}` or
/// `{"type":"thinking","thinking":[{"type":"text","text":"…"}]}`.
fn add_part(part: &Value, piece: &mut Piece) {
    let thoughts = part["thinking"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    piece.reasoning.extend(thoughts);
    piece.text.push_str(part["text"].as_str().unwrap_or_default());
}

/// An error as the only thing in a list, which is how Google sends it.
fn error_in_list(json: &str) -> Option<String> {
    words(serde_json::from_str::<[Value; 1]>(json).ok()?[0].get("error")?)
}

/// Where the words of an error stand, the most telling first.
const WORDS: [&str; 6] = ["error", "message", "msg", "detail", "errors", "code"];

/// The words of an error, however deep they lie.
fn words(error: &Value) -> Option<String> {
    match error {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(code) => Some(code.to_string()),
        Value::Array(errors) => errors.iter().find_map(words),
        Value::Object(fields) => {
            let said = WORDS.iter().find_map(|name| words(fields.get(*name)?))?;
            // A broker's own words are "Provider returned error"; what the provider said is in here.
            let raw = error.pointer("/metadata/raw").and_then(Value::as_str);
            Some(raw.map_or_else(|| said.clone(), |raw| format!("{said}: {raw}")))
        }
        Value::Null | Value::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(data: &str) -> Said {
        read(&Frame { event: String::new(), data: data.into() })
    }

    fn piece(text: &str, reasoning: &str, finish_reason: Option<&str>) -> Said {
        let finish_reason = finish_reason.map(String::from);
        Said::Piece(Piece { text: text.into(), reasoning: reasoning.into(), finish_reason, ..Piece::default() })
    }

    #[test]
    fn every_way_to_say_a_piece_is_understood() {
        for (json, said) in [
            (r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":null}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{"reasoning_content":"Hm"}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"reasoning":"Hm"}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"reasoning_content":"Hm","reasoning":"Hm"}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"reasoning_content":"","reasoning":"Hm"}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"content":"","refusal":"No."}}]}"#, piece("No.", "", None)),
            (r#"{"choices":[{"finish_reason":"stop"}]}"#, piece("", "", Some("stop"))),
            (r#"{"choices":[{"delta":null,"finish_reason":""}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":false}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"content":7}}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi \ud83c"}}]}"#, piece("Hi \u{fffd}", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi"},"logprobs":{"logprob":NaN}}]}"#, piece("Hi", "", None)),
            ("{\"choices\":[{\"delta\":{\"content\":\"a\tb\"}}]}", piece("a b", "", None)),
            (r#"{"choices":null}"#, piece("", "", None)),
            (r#"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi"}}],"error":null}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":"x"}}"#, piece("Hi", "", None)),
            (
                r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},
                {"type":"text","text":"Hi"}]}}]}"#,
                piece("Hi", "Hm", None),
            ),
        ] {
            assert_eq!(data(json), said, "{json}");
        }
    }

    #[test]
    fn how_far_a_prompt_is_read_is_no_part_of_the_answer() {
        let chunk = |progress: &str| {
            let choices = r#"[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]"#;
            let Said::Piece(piece) = data(&format!(r#"{{"choices":{choices},"prompt_progress":{progress}}}"#)) else {
                panic!("{progress}")
            };
            piece
        };
        for (progress, read) in [
            (r#"{"total":1482,"cache":0,"processed":512,"time_ms":563}"#, 34),
            (r#"{"total":1482,"cache":1481,"processed":1481,"time_ms":0}"#, 0),
            (r#"{"total":1000,"cache":500,"processed":750}"#, 50),
            (r#"{"total":1000,"processed":1000}"#, 100),
            (r#"{"total":7,"cache":7,"processed":7}"#, 100),
            (r#"{"total":18446744073709551615,"cache":0,"processed":18446744073709551615}"#, 100),
            (r#"{"total":1,"cache":0,"processed":5}"#, 100),
        ] {
            let piece = chunk(progress);
            assert!(piece.is_progress() && piece.read == Some(read), "{progress}: {piece:?}");
        }
        assert_eq!(chunk("null"), Piece::default());
        assert_eq!(chunk(r#"{"total":"many"}"#), Piece::default());
    }

    #[test]
    fn usage_is_read_with_and_without_choices() {
        for json in [
            r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#,
            r#"{"usage":{"prompt_tokens":3,"completion_tokens":4,"cost":0.1}}"#,
        ] {
            let Said::Piece(piece) = data(json) else { panic!("{json}") };
            assert_eq!(piece.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 4 }));
        }
    }

    #[test]
    fn every_way_to_say_an_error_is_understood() {
        for json in [
            r#"{"error":{"message":"Out of memory","code":500}}"#,
            r#"{"error":{"message":"Out of memory","code":"oom"},"choices":[{"delta":{"content":""}}]}"#,
            r#"{"error":"Out of memory"}"#,
            r#"{"object":"error","message":"Out of memory","code":40303}"#,
            r#"{"choices":[{"delta":{},"error":{"message":"Out of memory"}}]}"#,
            r#"{"detail":"Out of memory"}"#,
            r#"{"detail":[{"msg":"Out of memory"}]}"#,
            r#"{"message":"Out of memory"}"#,
            r#"{"type":"error","error":{"type":"overloaded","message":"Out of memory"}}"#,
            r#"[{"error":{"code":500,"message":"Out of memory"}}]"#,
        ] {
            assert_eq!(data(json), Said::Error("Out of memory".into()), "{json}");
        }
        let bare = Frame { event: "error".into(), data: r#"{"message":"Out of memory"}"#.into() };
        assert_eq!(read(&bare), Said::Error("Out of memory".into()));
        let words = Frame { event: "error".into(), data: "Out of memory".into() };
        assert_eq!(read(&words), Said::Error("Out of memory".into()));
    }

    #[test]
    fn an_error_without_words_is_still_an_error() {
        assert_eq!(data(r#"{"error":{}}"#), Said::Error("{}".into()));
        assert_eq!(data(r#"{"error":{"code":13}}"#), Said::Error("13".into()));
    }

    #[test]
    fn a_broker_passes_on_what_its_provider_said() {
        let json = r#"{"error":{"message":"Provider returned error","metadata":{"raw":"too many tokens"}}}"#;
        assert_eq!(data(json), Said::Error("Provider returned error: too many tokens".into()));
    }

    #[test]
    fn what_this_api_never_sends_is_rubbish() {
        for text in ["hello", "[1]", "3", r#"{"choices":"#, r#"{"choices":{}}"#] {
            assert_eq!(data(text), Said::Rubbish, "{text}");
        }
        assert_eq!(data(""), Said::Nothing);
        assert_eq!(data(" [DONE] "), Said::Done);
    }

    #[test]
    fn a_whole_answer_has_its_words_in_a_message() {
        let json = r#"{"object":"chat.completion","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;
        assert_eq!(read_whole(json), piece("Hi", "", Some("stop")));
        assert_eq!(read_whole(r#"{"error":"no"}"#), Said::Error("no".into()));
        assert_eq!(read_whole("\n"), Said::Nothing);
        for rubbish in ["{}", "null", "<html>"] {
            assert_eq!(read_whole(rubbish), Said::Rubbish, "{rubbish}");
        }
    }
}
