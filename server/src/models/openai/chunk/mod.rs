//! The meaning of one event or JSON value of an answer, in every dialect of the API.
//!
//! | module | what it does |
//! |---|---|
//! | [`message`] | a message, or a piece of one |
//! | [`piece`], [`beyond`] | a piece of an answer: text, reasoning, and other parts |
//! | [`choices`] | picks one of several answers |
//! | [`repeat`] | drops text that a server sends twice |
//! | [`finish_reason`] | says whether an answer is whole |
//! | [`think_tags`], [`code_spans`] | finds reasoning in tags within the text, but not within code |
//!
//! Errors are looked for first, since some servers send one inside of what looks like a delta. Every field is optional, and
//! unknown fields are ignored.

pub(crate) mod beyond;
pub(crate) mod choices;
pub(crate) mod code_spans;
pub(crate) mod finish_reason;
pub(crate) mod message;
pub(crate) mod piece;
pub(crate) mod repeat;
pub(crate) mod think_tags;

use crate::models::openai::{
    chunk::{
        finish_reason::{is_known, is_reason},
        message::{Content, Message},
        piece::Piece,
    },
    wire::{
        body::Unit,
        json_repair,
        stray_bytes::unmarked,
        surrogates::{Joiner, Marks},
    },
};
use app::chat::protocol::{options::LONGEST_NAME, usage::Usage};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};

/// The meaning of one part of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// An empty `data:`, which some servers send to keep the connection open.
    Nothing,
    /// JSON that is no part of an answer, and no error.
    Unknown,
    /// More of the answer, or something about it.
    Piece(Piece),
    /// The end of the answer.
    Done,
    /// An error, in the server's own words.
    Error(String),
    /// Something that isn't part of this API.
    Unrecognized(String),
}

/// Reads a part of a body, and says one thing after the other.
pub(crate) fn read(unit: &Unit) -> Vec<Parsed> {
    let frame = match unit {
        Unit::Json(json) => return read_bare(json.trim()),
        Unit::Event(frame) => frame,
    };
    let data = frame.data.trim();
    if frame.event == "error" {
        return vec![Parsed::Error(error_in(data).unwrap_or_else(|| data.to_owned()))];
    }
    if is_sign_of_life(&frame.event) || is_sign_of_life(data) {
        return vec![Parsed::Nothing];
    }
    match data {
        "" | "null" => vec![Parsed::Nothing],
        "[DONE]" | "\"[DONE]\"" => vec![Parsed::Done],
        _ => interpret(data).unwrap_or_else(|| read_values(data)),
    }
}

/// Whether this is the name of an event, or the data of one, that only keeps the line open.
fn is_sign_of_life(text: &str) -> bool {
    matches!(text, "ping" | "heartbeat" | "keepalive" | "keep-alive" | "keep_alive")
}

/// The meaning of JSON outside of events. Text that only looks like JSON, such as `[1]` in a log line, means nothing.
pub(crate) fn read_bare(json: &str) -> Vec<Parsed> {
    match json {
        "[DONE]" => vec![Parsed::Done],
        _ => interpret(json).unwrap_or_else(|| vec![Parsed::Unknown]),
    }
}

/// Reads an event that holds several JSON values: some servers leave out the blank lines between events. Others make an
/// event of what is one already, with its `data:`. Nothing is read after the end, or after the first value that is none.
fn read_values(data: &str) -> Vec<Parsed> {
    let mut values = Vec::new();
    let mut rest = data;
    loop {
        rest = rest.trim_start().strip_prefix("data:").unwrap_or(rest).trim_start();
        if rest.is_empty() {
            return values;
        }
        if rest.starts_with("[DONE]") {
            values.push(Parsed::Done);
            return values;
        }
        let length = match serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>().next() {
            Some(Ok(value)) if value.get().starts_with(['{', '[']) => value.get().len(),
            // JSON that has to be mended is one value a line.
            _ => rest.find('\n').unwrap_or(rest.len()),
        };
        let (value, after) = rest.split_at(length);
        let Some(said) = interpret(value.trim()) else {
            values.push(Parsed::Unrecognized(value.trim().to_owned()));
            return values;
        };
        values.extend(said);
        rest = after;
    }
}

/// The name of the model that answers, as each event of an answer has it.
pub(crate) fn model_in(event: &str) -> Option<String> {
    let event = json_repair::read::<Value>(event).ok()?;
    let name = event["model"].as_str().filter(|name| !name.trim().is_empty() && name.len() <= LONGEST_NAME)?;
    (!name.contains(char::is_control)).then(|| unmarked(name).into_owned())
}

/// The words of the error that a whole body is; none if it is something else.
pub(crate) fn complaint_in(body: &str) -> Option<String> {
    let said = read_bare(body.trim()).into_iter().find(|said| *said != Parsed::Unknown)?;
    if let Parsed::Error(words) = said { Some(words) } else { None }
}

/// The text of the error in a JSON body.
pub(crate) fn error_in(body: &str) -> Option<String> {
    words(&json_repair::read(body).ok()?)
}

/// The fields of an event that are read. The others, which can be long, are skipped.
#[derive(Deserialize)]
struct Body {
    error: Option<Value>,
    object: Option<Value>,
    choices: Option<Vec<Choice>>,
    usage: Option<OrIgnored<Usage>>,
    prompt_progress: Option<OrIgnored<PromptProgress>>,
    /// Ollama's own API: the delta, whether that is the last one, and why.
    message: Option<OrIgnored<Message>>,
    done: Option<OrIgnored<bool>>,
    done_reason: Option<OrIgnored<String>>,
}

/// The progress of llama-server in reading a prompt, in tokens. Tokens from its `cache` count as processed.
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

#[derive(Default, Deserialize)]
struct Choice {
    index: Option<OrIgnored<u64>>,
    delta: Option<Message>,
    message: Option<Message>,
    /// The text in the API for completions without a chat.
    text: Option<Content>,
    finish_reason: Option<OrIgnored<String>>,
    /// The same by other names. vLLM has in `stop_reason` what the model has stopped at, which may be any text.
    #[serde(rename = "finishReason")]
    finish_reason_in_camels: Option<OrIgnored<String>>,
    stop_reason: Option<OrIgnored<String>>,
    error: Option<Value>,
}

/// A value that is ignored if it has the wrong type, so that a bad count of tokens doesn't lose an answer.
#[derive(Deserialize)]
#[serde(untagged)]
enum OrIgnored<T> {
    Good(T),
    Other(IgnoredAny),
}

impl<T> OrIgnored<T> {
    fn good(self) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

/// Reads a JSON value. None if it is nothing that this API sends.
fn interpret(json: &str) -> Option<Vec<Parsed>> {
    if json.starts_with('[') {
        return interpret_list(json);
    }
    let (mut body, has_halves) = json_repair::read_marked::<Body>(json).ok()?;
    body.take_ollama();
    if let Some(error) = body.take_error(json) {
        let marks = Marks { halves: has_halves, bytes: true };
        return Some(vec![Parsed::Error(Joiner::default().join(error, marks))]);
    }
    if body.choices.is_none() && body.usage.is_none() && body.prompt_progress.is_none() {
        return Some(vec![Parsed::Unknown]);
    }
    let read = body.prompt_progress.and_then(OrIgnored::good).map(|progress| progress.percent());
    let mut pieces = body.choices.unwrap_or_default().into_iter().map(Choice::into_piece).collect::<Vec<_>>();
    pieces.sort_by_key(|piece| piece.choice);
    let is_one_of_several = pieces.first().map(|piece| piece.choice) != pieces.last().map(|piece| piece.choice);
    // The fields beside the choices are said once.
    let first = if pieces.is_empty() { Piece::default() } else { pieces.remove(0) };
    let first = Piece { usage: body.usage.and_then(OrIgnored::good), read, ..first };
    let pieces = [first].into_iter().chain(pieces);
    Some(pieces.map(|piece| Parsed::Piece(Piece { has_halves, is_one_of_several, ..piece })).collect())
}

/// Google sends an error as the only thing in a list, and its own API sends a whole answer as one.
fn interpret_list(json: &str) -> Option<Vec<Parsed>> {
    let values = json_repair::read::<Vec<Value>>(json).ok().filter(|values| !values.is_empty())?;
    if !values.iter().all(Value::is_object) {
        return None;
    }
    Some(
        values
            .iter()
            .flat_map(|value| interpret(&value.to_string()).unwrap_or_else(|| vec![Parsed::Unknown]))
            .collect(),
    )
}

impl Body {
    /// Translates Ollama's own API to this one.
    fn take_ollama(&mut self) {
        let Some(is_done) = self.done.take().and_then(OrIgnored::good) else { return };
        let Some(delta) = self.message.take().and_then(OrIgnored::good).filter(|_| self.choices.is_none()) else {
            return;
        };
        let reason = self.done_reason.take().or_else(|| Some(OrIgnored::Good("stop".into())));
        let choice = Choice { delta: Some(delta), finish_reason: reason.filter(|_| is_done), ..Choice::default() };
        self.choices = Some(vec![choice]);
    }

    /// The words of the error that this is, if it is one.
    fn take_error(&mut self, json: &str) -> Option<String> {
        let is_answer = self.choices.as_ref().is_some_and(|choices| !choices.is_empty()) || self.usage.is_some();
        let is_error = |error: &Value| is_error(error) && !(is_answer && is_blank(error));
        let in_choice = self.choices.iter_mut().flatten().find_map(|choice| choice.error.take().filter(is_error));
        let error = self.error.take().filter(is_error).or(in_choice);
        if let Some(words) = error.as_ref().and_then(words) {
            return Some(words);
        }
        let is_called_error = self.object.as_ref().is_some_and(|object| object == "error");
        let complaint = (error.is_some() || is_called_error || !is_answer).then(|| complaint(json)).flatten();
        complaint.or_else(|| error.map(|error| error["type"].as_str().map_or_else(|| error.to_string(), String::from)))
    }
}

/// Whether the value of `error` says that there is one.
fn is_error(error: &Value) -> bool {
    let is_none =
        *error == Value::Bool(false) || *error == "" || *error == 0 || error.as_array().is_some_and(Vec::is_empty);
    !is_none
}

/// Whether nothing is in a value but nothing: `{"code":0,"message":""}`.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Array(values) => values.iter().all(is_blank),
        Value::String(text) => text.trim().is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
    }
}

impl Choice {
    fn into_piece(self) -> Piece {
        let reasons =
            [self.finish_reason, self.finish_reason_in_camels].into_iter().flatten().filter_map(OrIgnored::good);
        let stop_reason = self.stop_reason.and_then(OrIgnored::good).filter(|reason| is_known(reason));
        let finish_reason = reasons.filter(|reason| is_reason(reason)).chain(stop_reason).next();
        let choice = Some(self.index.and_then(OrIgnored::good).unwrap_or_default());
        let delta = self.delta.filter(Message::says_something);
        let message = self.message.filter(|message| delta.is_none() && message.says_something());
        let mut piece = Piece { finish_reason, is_message: message.is_some(), choice, ..Piece::default() };
        match (delta.or(message), self.text) {
            (Some(message), _) => message.add_to(&mut piece),
            (None, Some(Content::Text(text))) => piece.text = text,
            (None, _) => {}
        }
        piece
    }
}

/// Paths to the text of an error, the most telling first.
const WORDS: [&str; 14] = [
    "error_description",
    "error",
    "message",
    "msg",
    "detail",
    "errors",
    "error_message",
    "error_msg",
    "errorMessage",
    "Message",
    "status_msg",
    "err",
    "faultstring",
    "code",
];

/// Paths to the text of an error in a body that is no answer. A number doesn't count here.
const COMPLAINTS: [&str; 14] = [
    "message",
    "msg",
    "detail",
    "errors",
    "error_message",
    "error_msg",
    "errorMessage",
    "error_description",
    "Message",
    "Error",
    "err",
    "exception",
    "fault",
    "base_resp",
];

/// The complaint in a body that is no answer.
fn complaint(json: &str) -> Option<String> {
    let body = json_repair::read::<Value>(json).ok()?;
    let is_complaint = |value: &&Value| !value.is_number() && value["status_code"] != 0; // MiniMax says so of a success
    COMPLAINTS.iter().find_map(|name| body.get(*name).filter(is_complaint).and_then(words))
}

/// The words of an error, however deep they lie.
fn words(error: &Value) -> Option<String> {
    match error {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => words(&inner).or_else(|| Some(text.clone())), // as a broker quotes it
            _ => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        },
        Value::Number(code) => Some(code.to_string()),
        Value::Array(errors) => errors.iter().find_map(words),
        Value::Object(fields) => {
            let said = WORDS.iter().find_map(|name| words(fields.get(*name)?))?;
            // A broker's own words are "Provider returned error"; what the provider said is in here.
            let raw = error.pointer("/metadata/raw").filter(|raw| raw.is_string()).and_then(words);
            Some(raw.map_or_else(|| said.clone(), |raw| format!("{said}: {raw}")))
        }
        Value::Null | Value::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{beyond::Beyond, *};
    use starcrossed::wire::Frame;

    fn data(data: &str) -> Parsed {
        event("", data)
    }

    fn event(event: &str, data: &str) -> Parsed {
        one(all_in(event, data))
    }

    /// All that an event says.
    fn all_in(event: &str, data: &str) -> Vec<Parsed> {
        let said = read(&Unit::Event(Frame { event: event.into(), data: data.into() }));
        said.into_iter().map(of_any_choice).collect()
    }

    fn bare(json: &str) -> Parsed {
        one(all_in_bare(json))
    }

    fn all_in_bare(json: &str) -> Vec<Parsed> {
        read(&Unit::Json(json.into())).into_iter().map(of_any_choice).collect()
    }

    fn one(mut said: Vec<Parsed>) -> Parsed {
        assert_eq!(said.len(), 1, "{said:?}");
        said.remove(0)
    }

    fn of_any_choice(said: Parsed) -> Parsed {
        match said {
            Parsed::Piece(piece) => Parsed::Piece(Piece { choice: None, ..piece }),
            said => said,
        }
    }

    fn piece(text: &str, reasoning: &str, finish_reason: Option<&str>) -> Parsed {
        let finish_reason = finish_reason.map(String::from);
        Parsed::Piece(Piece { text: text.into(), reasoning: reasoning.into(), finish_reason, ..Piece::default() })
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
            (r#"{"choices":[{"delta":{"content":7}}]}"#, piece("7", "", None)),
            (r#"{"choices":[{"delta":{"content":false}}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{"content":{"text":"Hi"}}}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"content":[{"type":"text","text":{"value":"Hi"}}]}}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{},"finish_reason":"null"}]}"#, piece("", "", None)),
            (r#"{"choices":[{"delta":{},"finishReason":"stop"}]}"#, piece("", "", Some("stop"))),
            (
                r#"{"choices":[{"delta":{},"finish_reason":null,"stop_reason":"end_turn"}]}"#,
                piece("", "", Some("end_turn")),
            ),
            (r#"{"choices":[{"delta":{},"finish_reason":null,"stop_reason":"User:"}]}"#, piece("", "", None)),
            (
                r#"{"choices":[{"delta":{},"finish_reason":"length","stop_reason":null}]}"#,
                piece("", "", Some("length")),
            ),
            (r#"data: {"choices":[{"delta":{"content":"Hi"}}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"content":"Hi"},"logprobs":{"logprob":NaN}}]}"#, piece("Hi", "", None)),
            ("{\"choices\":[{\"delta\":{\"content\":\"a\tb\"}}]}", piece("a b", "", None)),
            (r#"{"choices":[{"text":"Hi","finish_reason":"stop"}]}"#, piece("Hi", "", Some("stop"))),
            (r#"{"choices":[{"delta":{"content":["Hi",{"type":"text","text":"!"}]}}]}"#, piece("Hi!", "", None)),
            (r#"{"choices":[{"delta":{"content":{"type":"text","text":"Hi"}}}]}"#, piece("Hi", "", None)),
            (r#"{"choices":[{"delta":{"content":[{"type":"refusal","refusal":"No."}]}}]}"#, piece("No.", "", None)),
            (r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":"Hm"}]}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"content":[{"type":"reasoning","text":"Hm"}]}}]}"#, piece("", "Hm", None)),
            (r#"{"choices":[{"delta":{"content":[{"type":"reference","reference_ids":[1]}]}}]}"#, piece("", "", None)),
            (
                r#"{"choices":[{"delta":{"tool_calls":[],"function_call":null,"audio":null,"images":[]}}]}"#,
                piece("", "", None),
            ),
            (
                r#"{"message":{"role":"assistant","content":"Hi","thinking":"Hm"},"done":false}"#,
                piece("Hi", "Hm", None),
            ),
            (r#"{"message":{"role":"assistant","content":""},"done":true}"#, piece("", "", Some("stop"))),
            (r#"{"message":{"content":""},"done":true,"done_reason":"length"}"#, piece("", "", Some("length"))),
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
            let Parsed::Piece(piece) = data(&format!(r#"{{"choices":{choices},"prompt_progress":{progress}}}"#)) else {
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
            let Parsed::Piece(piece) = data(json) else { panic!("{json}") };
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
            r#"{"choices":[],"message":"Out of memory"}"#,
            r#"{"error":true,"message":"Out of memory"}"#,
            r#"{"error":{},"msg":"Out of memory"}"#,
            r#"{"success":false,"errors":[{"code":7003,"message":"Out of memory"}],"result":null}"#,
            r#"{"errors":["Out of memory"]}"#,
            r#"{"code":1113,"msg":"Out of memory","success":false}"#,
            r#"{"error_code":17,"error_msg":"Out of memory"}"#,
            r#"{"base_resp":{"status_code":1004,"status_msg":"Out of memory"}}"#,
            r#"{"error":"{\"message\":\"Out of memory\"}"}"#,
            r#"{"error":{"message":"{\"error\":{\"message\":\"Out of memory\"}}"}}"#,
            r#"{"Error":"Out of memory"}"#,
            r#"{"exception":"Out of memory"}"#,
            r#"{"fault":{"faultstring":"Out of memory"}}"#,
            r#"{"error":"Out of memory","done":true,"message":{"content":"x"}}"#,
        ] {
            assert_eq!(data(json), Parsed::Error("Out of memory".into()), "{json}");
            assert_eq!(bare(json), Parsed::Error("Out of memory".into()), "{json}");
        }
        assert_eq!(event("error", r#"{"message":"Out of memory"}"#), Parsed::Error("Out of memory".into()));
        assert_eq!(event("error", "Out of memory"), Parsed::Error("Out of memory".into()));
    }

    #[test]
    fn an_error_without_words_is_still_an_error() {
        assert_eq!(data(r#"{"error":{}}"#), Parsed::Error("{}".into()));
        assert_eq!(data(r#"{"error":{"code":13}}"#), Parsed::Error("13".into()));
    }

    #[test]
    fn a_broker_passes_on_what_its_provider_said() {
        let json = r#"{"error":{"message":"Provider returned error","metadata":{"raw":"too many tokens"}}}"#;
        assert_eq!(data(json), Parsed::Error("Provider returned error: too many tokens".into()));
    }

    #[test]
    fn what_this_api_never_sends_is_rubbish() {
        for text in ["hello", "[1]", "[]", "3", r#"{"choices":"#, r#"{"choices":{}}"#] {
            assert_eq!(data(text), Parsed::Unrecognized(text.into()), "{text}");
            assert_eq!(bare(text), Parsed::Unknown, "{text}");
        }
        for text in ["{}", r#"{"status":"ok"}"#, r#"{"choices":null}"#, r#"{"type":"ping"}"#, r#"{"code":0}"#] {
            assert_eq!(data(text), Parsed::Unknown, "{text}");
        }
        for text in ["", "null", "ping", "keep-alive"] {
            assert_eq!(data(text), Parsed::Nothing, "{text}");
        }
        assert_eq!(event("ping", "2026-01-01 00:00:00"), Parsed::Nothing);
        assert_eq!(data("data: [DONE]"), Parsed::Done);
        assert_eq!(data(" [DONE] "), Parsed::Done);
        assert_eq!(bare("[DONE]"), Parsed::Done);
    }

    #[test]
    fn words_may_stand_in_a_message_where_there_is_no_delta() {
        let message = |choice: &str| {
            let Parsed::Piece(piece) = bare(&format!(r#"{{"choices":[{choice}]}}"#)) else { panic!("{choice}") };
            (piece.text, piece.reasoning, piece.is_message)
        };
        let said = ("Hi".to_owned(), "Hm".to_owned(), true);
        assert_eq!(message(r#"{"delta":null,"message":{"content":"Hi","reasoning":"Hm"}}"#), said);
        assert_eq!(message(r#"{"delta":{},"message":{"content":"Hi","reasoning":"Hm"}}"#), said);
        assert_eq!(message(r#"{"delta":{"content":""},"message":{"content":"Hi","reasoning":"Hm"}}"#), said);
        assert_eq!(message(r#"{"message":{"content":"Hi","reasoning":"Hm"},"finish_reason":"stop"}"#), said);
        let delta = ("Hi".to_owned(), String::new(), false);
        assert_eq!(message(r#"{"delta":{"content":"Hi"},"message":{"content":"Hi there"}}"#), delta);
        assert_eq!(message(r#"{"delta":{"content":"Hi"},"message":null}"#), delta);
    }

    #[test]
    fn a_list_is_read_as_what_is_in_it() {
        let list = r#"[{"choices":[{"delta":{"content":"H"}}]},{"choices":[{"delta":{"content":"i"},"finish_reason":"stop"}]}]"#;
        assert_eq!(all_in_bare(list), [piece("H", "", None), piece("i", "", Some("stop"))]);
        assert_eq!(bare(r#"[{"status":"ok"}]"#), Parsed::Unknown);
    }

    #[test]
    fn what_is_beyond_words_is_known_by_its_kind() {
        let beyond = |delta: &str| {
            let Parsed::Piece(piece) = data(&format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#)) else {
                panic!("{delta}")
            };
            (piece.beyond, piece.text)
        };
        let tool = |name: &str| (Some(Beyond::Tool(name.into())), String::new());
        assert_eq!(beyond(r#"{"tool_calls":[{"index":0,"function":{"name":"clock","arguments":""}}]}"#), tool("clock"));
        assert_eq!(beyond(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#), tool(""));
        assert_eq!(beyond(r#"{"function_call":{"name":"clock","arguments":"{}"}}"#), tool("clock"));
        assert_eq!(beyond(r#"{"content":[{"type":"tool_use","id":"1","name":"clock","input":{}}]}"#), tool("clock"));
        let said = |kind: Beyond, text: &str| (Some(kind), text.to_owned());
        for delta in [
            r#"{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}"#,
            r#"{"content":[{"type":"output_image"}]}"#,
            r#"{"content":{"type":"image"}}"#,
            r#"{"images":[{"type":"image_url","image_url":{"url":"x"}}]}"#,
        ] {
            assert_eq!(beyond(delta), said(Beyond::Picture, ""), "{delta}");
        }
        assert_eq!(beyond(r#"{"content":null,"audio":{"id":"a","data":"AA=="}}"#), said(Beyond::Sound, ""));
        assert_eq!(beyond(r#"{"audio":{"transcript":"Hi"}}"#), said(Beyond::Sound, "Hi"));
        assert_eq!(beyond(r#"{"content":[{"type":"input_audio","input_audio":{}}]}"#), said(Beyond::Sound, ""));
        assert_eq!(beyond(r#"{"content":[{"type":"video_url"}]}"#), said(Beyond::Video, ""));
        assert_eq!(beyond(r#"{"image":"data:image/png;base64,AA=="}"#), said(Beyond::Picture, ""));
        assert_eq!(beyond(r#"{"video":{"url":"x"}}"#), said(Beyond::Video, ""));
        let inline = |mime: &str| format!(r#"{{"content":[{{"inlineData":{{"mimeType":"{mime}","data":"AA"}}}}]}}"#);
        assert_eq!(beyond(&inline("image/png")), said(Beyond::Picture, ""));
        assert_eq!(beyond(&inline("audio/wav")), said(Beyond::Sound, ""));
        assert_eq!(beyond(r#"{"content":{"chart":{}}}"#), said(Beyond::Other("chart".into()), ""));
        let file = said(Beyond::Other("file".into()), "Hi");
        assert_eq!(beyond(r#"{"content":[{"type":"text","text":"Hi"},{"type":"file","file":{}}]}"#), file);
    }

    #[test]
    fn values_of_one_event_are_said_one_after_the_other() {
        let value = |text: &str| format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}]}}"#);
        let (h, i) = (value("H"), value("i"));
        let said = |next: Parsed| vec![piece("H", "", None), next];
        let both = [piece("H", "", None), piece("i", "", None), Parsed::Done];
        assert_eq!(all_in("", &format!("{h}data: {i}data: [DONE]")), both);
        assert_eq!(all_in("", &format!("{h}\n{i}\n[DONE]\n{h}")), both, "nothing comes after the end");
        assert_eq!(all_in("", &format!("{h}\noops\n{i}")), said(Parsed::Unrecognized("oops".into())));
        assert_eq!(
            all_in("", &format!("{h}\n{{\"choices\":[{{\"del")),
            said(Parsed::Unrecognized(r#"{"choices":[{"del"#.into()))
        );
        assert_eq!(all_in("", &format!("{h}\n{{\"error\":\"No\"}}")), said(Parsed::Error("No".into())));
        assert_eq!(all_in_bare(&format!("[{h},{{\"error\":\"No\"}}]")), said(Parsed::Error("No".into())));
        assert_eq!(
            all_in("", &"[\n".repeat(9)),
            [Parsed::Unrecognized("[".into())],
            "the first that is no value ends it"
        );
    }

    #[test]
    fn of_several_answers_each_is_told() {
        let json = r#"{"choices":[{"index":1,"delta":{"content":"B"}},{"delta":{"content":"A"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#;
        let said = read(&Unit::Json(json.into())).into_iter().map(|said| {
            let Parsed::Piece(piece) = said else { panic!("it is an answer") };
            (piece.text, piece.choice, piece.is_one_of_several, piece.usage.is_some())
        });
        let said = said.collect::<Vec<_>>();
        assert_eq!(said, [("A".into(), Some(0), true, true), ("B".into(), Some(1), true, false)]);
    }

    #[test]
    fn an_error_that_says_that_there_is_none_fails_no_answer() {
        for error in ["{}", r#"{"code":0,"message":""}"#, r#"{"code":null,"message":null}"#, "null", "0", r#""""#] {
            let json = format!(r#"{{"error":{error},"choices":[{{"delta":{{"content":"Hi"}}}}]}}"#);
            assert_eq!(data(&json), piece("Hi", "", None), "{json}");
        }
        let json = r#"{"base_resp":{"status_code":0,"status_msg":"success"},"choices":[]}"#;
        assert_eq!(data(json), piece("", "", None));
        assert_eq!(data(r#"{"base_resp":{"status_code":0,"status_msg":"success"}}"#), Parsed::Unknown);
    }

    #[test]
    fn a_whole_answer_has_its_words_in_a_message() {
        let json = r#"{"object":"chat.completion","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;
        let Parsed::Piece(whole) = bare(json) else { panic!("it is an answer") };
        assert_eq!((whole.text.as_str(), whole.finish_reason.as_deref()), ("Hi", Some("stop")));
    }
}
