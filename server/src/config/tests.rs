use super::*;

const NOTHING: fn(&str) -> Option<String> = |_| None;

fn read(line: &[&str], variable: impl Fn(&str) -> Option<String>) -> Result<Config, StartupError> {
    let args = Args::try_parse_from([&["starcrossed"], line].concat()).map_err(|error| one_line(&error))?;
    Config::of(args, variable)
}

/// The upstreams: name, URL and key of each.
fn upstreams(line: &[&str]) -> Vec<(String, String, Option<String>)> {
    let upstreams = read(line, NOTHING).unwrap_or_else(|why| panic!("{why}")).upstreams;
    upstreams.into_iter().map(|one| (one.name, one.url.into(), one.api_key)).collect()
}

fn only(config: Config) -> Endpoint {
    let [one] = <[Endpoint; 1]>::try_from(config.upstreams).ok().unwrap();
    one
}

fn refusal(line: &[&str]) -> String {
    read(line, NOTHING).err().map(|failure| failure.to_string()).expect("a refusal")
}

#[test]
fn nothing_has_to_be_said() {
    let config = read(&[], NOTHING).unwrap();
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("127.0.0.1:3000", "info"));
    assert_eq!(config.log_format, log::Format::Text);
    assert!(config.upstreams.is_empty() && config.model.is_none());
}

#[test]
fn the_log_is_for_people_or_for_programs() {
    assert_eq!(read(&["--log-format", "json"], NOTHING).unwrap().log_format, log::Format::Json);
    assert!(refusal(&["--log-format", "xml"]).contains("'xml'"));
}

#[test]
fn what_cannot_be_understood_is_said_beside_the_way_to_the_help() {
    assert!(refusal(&["--nonsense"]).ends_with("See starcrossed --help"));
}

#[test]
fn a_name_of_the_server_is_one_and_no_address_of_a_page() {
    let config = read(&["--host", "chat.example.com., chat.lan", "--host", "box"], NOTHING).unwrap();
    assert_eq!(config.hosts, ["chat.example.com", "chat.lan", "box"]);
    for host in ["https://chat.example.com", "chat.example.com:443", "*.example.com", "münchen.example", "."] {
        assert!(refusal(&["--host", host]).starts_with(&format!("--host {host}: this is not a host name")), "{host}");
    }
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
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("127.0.0.1:4000", "debug"));
    let upstream = only(config);
    assert_eq!((upstream.url.as_str(), upstream.api_key.as_deref()), ("http://others/v1", Some("theirs")));

    let ours = ["--upstream", "http://ours/v1", "--api-key", "mine", "--listen", "[::1]:1", "--log", "warn"];
    let config = read(&ours, others).unwrap();
    assert_eq!((config.listen.as_str(), config.log.as_str()), ("[::1]:1", "warn"));
    let upstream = only(config);
    assert_eq!((upstream.url.as_str(), upstream.api_key.as_deref()), ("http://ours/v1", Some("mine")));
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let config = read(&["--upstream", "", "--model", " "], |_| Some(String::new())).unwrap();
    assert!(config.upstreams.is_empty() && config.model.is_none());
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

#[test]
fn several_upstreams_are_named_by_the_person_or_by_where_they_are() {
    let lines: [&[&str]; 2] = [
        &["--upstream", "a=localhost:1", "--upstream", "https://b/v1?x=y", "--upstream", "http://127.0.0.1:2/v1"],
        &["--upstream", " a=localhost:1, https://b/v1?x=y\nhttp://127.0.0.1:2/v1,"],
    ];
    for line in lines {
        let expected =
            [("a", "http://localhost:1/"), ("b", "https://b/v1?x=y"), ("127.0.0.1:2", "http://127.0.0.1:2/v1")];
        assert_eq!(upstreams(line), expected.map(|(name, url)| (name.into(), url.into(), None)));
    }
}

#[test]
fn each_key_goes_to_the_upstream_that_it_names() {
    let lines: [&[&str]; 2] =
        [&["--api-key", "b=sk-b==", "--api-key", "h:1=sk-h"], &["--api-key", "b=sk-b==,\n h:1=sk-h\n"]];
    for keys in lines {
        let line =
            [&["--upstream", "a=http://a", "--upstream", "b=http://b", "--upstream", "http://h:1"], keys].concat();
        let keys = upstreams(&line).into_iter().map(|(.., key)| key).collect::<Vec<_>>();
        assert_eq!(keys, [None, Some("sk-b==".into()), Some("sk-h".into())]);
    }
}

#[test]
fn the_only_upstream_gets_the_only_key_with_whatever_is_in_it() {
    let key = |line: &[&str]| upstreams(line).remove(0).2.unwrap();
    for text in ["sk-a", "c2s=", "c2s==", "sk-a,b c", "x=y"] {
        assert_eq!(key(&["--upstream", "http://h", "--api-key", text]), text);
    }
    assert_eq!(key(&["--upstream", "a=http://h", "--api-key", "a=sk-a"]), "sk-a");
    assert_eq!(key(&["--upstream", "a=http://h", "--api-key", "c2s="]), "c2s=");
}

#[test]
fn a_key_that_may_be_anybodys_is_sent_to_nobody() {
    let two = ["--upstream", "a=http://a", "--upstream", "b=http://b", "--api-key"];
    for key in ["sk-secret", "c=sk-secret", "sk-secret==", "a=sk-secret,sk-secret"] {
        let refusal = refusal(&[&two[..], &[key]].concat());
        assert!(refusal.contains("--api-key NAME=KEY") && refusal.ends_with(": a, b"), "{refusal}");
        assert!(!refusal.contains("sk-") && refusal.lines().count() == 1, "{refusal}");
    }
    let refusal = refusal(&["--upstream", "a=http://a", "--api-key", "b=sk-secret"]);
    assert!(refusal.ends_with("NAME is one of: a") && !refusal.contains("sk-"), "{refusal}");
}

#[test]
fn a_key_without_an_upstream_is_known_to_be_unused() {
    let is_unused = |line: &[&str]| read(line, |_| None).unwrap().is_key_unused;
    assert!(is_unused(&["--api-key", "sk-0123456789"]));
    assert!(!is_unused(&["--api-key", "sk-0123456789", "--upstream", "http://h/v1"]));
    assert!(!is_unused(&["--api-key", " "]) && !is_unused(&[]));
    let others = |name: &str| (name == "OPENAI_API_KEY").then(|| "sk-0123456789".to_owned());
    assert!(!read(&[], others).unwrap().is_key_unused, "it is there for other tools");
}

#[test]
fn what_others_use_as_key_goes_to_openai_alone_where_there_are_several() {
    let theirs = |name: &str| (name == "OPENAI_API_KEY").then(|| "sk-o".to_owned());
    let keys = |line: &[&str]| {
        let upstreams = read(line, theirs).ok().unwrap().upstreams;
        upstreams.into_iter().map(|one| one.api_key.unwrap_or_default()).collect::<Vec<_>>()
    };
    let here = ["--upstream", "http://localhost:1"];
    let openai = ["--upstream", "https://api.openai.com/v1"];
    assert_eq!(keys(&[here, openai].concat()), ["", "sk-o"]);
    assert_eq!(keys(&[here, openai, ["--api-key", "api.openai.com=sk-1"]].concat()), ["", "sk-1"]);
    assert_eq!(keys(&[here, ["--upstream", "http://api.openai.com/v1"]].concat()), ["", ""], "in the clear");
    assert_eq!(keys(&here), ["sk-o"]);
}

#[test]
fn upstreams_that_cannot_be_told_apart_or_named_are_refused() {
    for (line, words) in [
        (["--upstream", "http://h/a", "--upstream", "http://h/b"], "two upstreams are named h"),
        (["--upstream", "a=http://h", "--upstream", "a=http://i"], "--upstream NAME=URL"),
        (["--upstream", "ü=http://h", "--model", "x"], "--upstream NAME=URL"),
        (["--upstream", "=http://h", "--model", "x"], "--upstream NAME=URL"),
        (["--upstream", "a=", "--model", "x"], "can't use the upstream"),
        (["--upstream", "a=ftp://me:pw@h?key=pw", "--model", "x"], "can't use the upstream that was given"),
    ] {
        let refusal = refusal(&line);
        assert!(refusal.contains(words) && !refusal.contains("pw"), "{refusal}");
    }
    let twice = ["--upstream", "a=http://h", "--api-key", "a=sk-1", "--api-key", "sk-2"];
    let refusal = refusal(&twice);
    assert!(refusal.contains("the upstream a has two API keys") && !refusal.contains("sk-"), "{refusal}");
}
