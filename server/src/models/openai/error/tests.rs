use super::{
    quote::{QUOTED, READ, WORD},
    *,
};
use reqwest::{StatusCode, header::HeaderMap};

fn upstream(url: &str, key: &str) -> Upstream {
    Upstream { api_key: Some(key.to_owned()), ..Upstream::new(url.parse().unwrap()) }
}

#[test]
fn a_key_is_not_quoted_in_whatever_way_it_was_repeated() {
    let key = r#"sk/01 "23\45"#;
    let upstream = upstream("http://127.0.0.1/v1", key);
    let json = serde_json::Value::from(key).to_string();
    for words in [key.to_owned(), key.replace(' ', "\r\n\t"), json.clone(), json.replace('/', "\\/")] {
        let quoted = plain(&format!("No key {words} here, nor {words}"), &upstream);
        assert!(!quoted.contains("01") && !quoted.contains("45"), "{quoted}");
        assert_eq!(quoted.matches("[key]").count(), 2, "{quoted}");
    }
}

#[test]
fn a_key_in_the_url_is_not_quoted_and_a_version_is() {
    let upstream = upstream("https://me:hunter22+more@h/v1?api-version=2024-10-21&api-key=0123456789", "none");
    let words = "/v1/models?api-version=2024-10-21&api-key=0123456789 is not for hunter22+more";
    assert_eq!(plain(words, &upstream), "/v1/models?api-version=2024-10-21&api-key=[key] is not for [key].");
}

#[test]
fn a_long_word_of_a_server_is_cut_and_redacted() {
    let upstream = upstream("http://127.0.0.1/v1", "sk-0123456789");
    assert_eq!(word("stop", &upstream), "stop");
    assert_eq!(word("st\nop sk-0123456789", &upstream), "st op [key]");
    assert_eq!(word(&"x".repeat(100_000), &upstream).chars().count(), WORD + 1);
    assert_eq!(plain(&"ä".repeat(100_000), &upstream).chars().count(), QUOTED + 1);
}

#[test]
fn no_part_of_a_key_is_quoted_that_lies_where_the_words_are_cut() {
    let key = "sk-0123456789abcdef";
    let upstream = upstream("http://127.0.0.1/v1", key);
    for before in (READ - key.len())..READ {
        let words = format!("{}{key} and more", " ".repeat(before));
        assert!(!plain(&words, &upstream).contains("sk"), "{before}");
    }
}

#[test]
fn a_server_that_loads_is_told_from_one_that_has_failed() {
    let is_loading = |status: u16, body: &str| {
        let status = StatusCode::from_u16(status).unwrap();
        Refusal { status, headers: HeaderMap::new(), body: body.to_owned() }.is_loading()
    };
    for body in [
        r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#,
        r#"{"error":{"message":"litellm.ServiceUnavailableError: OpenAIException - Loading model"}}"#,
        r#"{"error":{"message":"Please wait","type":"unavailable_error"}}"#,
        r#"{"detail":"The model is not ready yet"}"#,
        "The server is starting",
        "Engine is initializing, cannot serve requests",
    ] {
        assert!(is_loading(503, body), "{body}");
        assert!(!is_loading(500, body), "{body}");
    }
    for body in [
        "",
        "Service Unavailable",
        r#"{"error":{"message":"Failed to load model","type":"unavailable_error"}}"#,
        r#"{"error":"error loading model: out of memory"}"#,
        "Unable to load the model",
        r#"{"error":{"message":"Failed loading model"}}"#,
        "The engine failed to initialize",
    ] {
        assert!(!is_loading(503, body), "{body}");
    }
}

#[test]
fn who_wants_a_key_is_told_from_others_and_how_it_gets_one_is_said() {
    let refusal = |status: StatusCode, body: &str| {
        Failure::Refused(Box::new(Refusal { status, headers: HeaderMap::new(), body: body.to_owned() }))
    };
    for (status, body, is_locked) in [
        (StatusCode::UNAUTHORIZED, "{}", true),
        (StatusCode::UNAUTHORIZED, "<html>", false),
        (StatusCode::FORBIDDEN, r#"{"error":"no key"}"#, true),
        (StatusCode::FORBIDDEN, "<html>", false),
        (StatusCode::FORBIDDEN, "Forbidden", false),
    ] {
        assert_eq!(refusal(status, body).absence() == Absence::Locked, is_locked, "{status} {body}");
    }
    let found = Upstream { is_found: true, name: "vllm".into(), ..Upstream::new("http://h/v1".parse().unwrap()) };
    let sentence = refusal(StatusCode::UNAUTHORIZED, "{}").sentence(&found);
    assert!(sentence.ends_with("give it with --upstream http://h/v1 --api-key KEY."), "{sentence}");
}

#[test]
fn in_the_log_nothing_is_quoted() {
    let upstream = upstream("http://127.0.0.1/v1", "none");
    for (failure, page, log) in [
        (
            Failure::Reported("can't read 'my secret\u{1}' \u{2}twice".into()),
            "http://127.0.0.1/v1 reports an error: can't read 'my secret ' twice.",
            "http://127.0.0.1/v1 reports an error: …",
        ),
        (
            Failure::Part(Box::new(Failure::Reported("my secret".into()))),
            "http://127.0.0.1/v1 reports an error: my secret. The answer may be incomplete.",
            "http://127.0.0.1/v1 reports an error: … The answer may be incomplete.",
        ),
    ] {
        let exit = failure.exit(&upstream);
        assert_eq!((exit.message.as_deref(), exit.log_message.as_deref()), (Some(page), Some(log)));
    }
}

#[test]
fn what_is_quoted_is_one_line_that_no_terminal_obeys() {
    let upstream = upstream("http://127.0.0.1/v1", "none");
    assert_eq!(plain("\u{1b}[31mred\u{7}\r\n\u{0}and \u{9b}2J\u{85}gone", &upstream), "[31mred and 2J gone.");
}
