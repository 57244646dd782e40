use super::*;

const NOTHING: fn(&str) -> Option<String> = |_| None;

fn read(line: &[&str], variable: impl Fn(&str) -> Option<String>) -> Result<Config, Failure> {
    let args = Args::try_parse_from([&["starcrossed"], line].concat()).map_err(|error| one_line(&error))?;
    Config::of(args, variable)
}

fn refusal(line: &[&str]) -> String {
    read(line, NOTHING).err().map(|failure| failure.to_string()).expect("a refusal")
}

#[test]
fn nothing_has_to_be_said() {
    let config = read(&[], NOTHING).unwrap();
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("127.0.0.1:3000", "info"));
    assert!(config.upstream.is_none() && config.api_key.is_none() && config.model.is_none());
}

#[test]
fn what_other_tools_read_is_honoured_but_our_own_comes_first() {
    let others = |name: &str| match name {
        "OPENAI_BASE_URL" => Some("http://others/v1".into()),
        "OPENAI_API_KEY" => Some("theirs".into()),
        "RUST_LOG" => Some("debug".into()),
        "LEPTOS_SITE_ADDR" => Some("127.0.0.1:4000".into()),
        _ => None,
    };
    let config = read(&[], others).unwrap();
    assert_eq!(config.upstream.unwrap().as_str(), "http://others/v1");
    assert_eq!(config.api_key.as_deref(), Some("theirs"));
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("127.0.0.1:4000", "debug"));

    let ours = ["--upstream", "http://ours/v1", "--api-key", "mine", "--listen", "[::1]:1", "--log", "warn"];
    let config = read(&ours, others).unwrap();
    assert_eq!(config.upstream.unwrap().as_str(), "http://ours/v1");
    assert_eq!(config.api_key.as_deref(), Some("mine"));
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("[::1]:1", "warn"));
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let config = read(&["--upstream", "", "--model", " "], |_| Some(String::new())).unwrap();
    assert!(config.upstream.is_none() && config.api_key.is_none() && config.model.is_none());
    assert_eq!(config.listen, "127.0.0.1:3000");
}

#[test]
fn what_cannot_be_meant_is_refused_in_one_line_that_says_what() {
    for (line, word) in [
        (["--upstream", "ftp://h/v1"], "ftp://h/v1"),
        (["--upstream", "http://"], "http://"),
        (["--idle-timeout", "soon"], "--idle-timeout"),
        (["--idle-timeout", "0"], "above 0"),
        (["--idle-timeout", "-1"], "--idle-timeout"),
        (["--idle-timeout", "1e99"], "above 0"),
        (["--connect-timeout", "NaN"], "above 0"),
        (["--lisen", "x"], "--lisen"),
        (["--model", "--log"], "--model"),
        (["up", "down"], "up"),
    ] {
        let refusal = refusal(&line);
        assert!(refusal.contains(word) && refusal.lines().count() == 1, "{refusal}");
    }
}

#[test]
fn a_password_in_a_bad_url_is_not_repeated() {
    let refusal = refusal(&["--upstream", "ftp://me:hunter22@h/v1"]);
    assert!(refusal.contains("upstream") && !refusal.contains("hunter22"), "{refusal}");
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_and_not_repeated() {
    for key in ["sk-se\ncret", "sk-secret-ü"] {
        let refusal = refusal(&["--api-key", key]);
        assert!(refusal.contains("key") && !refusal.contains("sk-"), "{refusal}");
    }
}
