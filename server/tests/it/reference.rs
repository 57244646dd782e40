//! The documents are true: the options, paths, targets, commands and metrics that they name exist, and none is missing.

use crate::support::{raw_client::get, server::Server};
use clap::{Arg, ArgAction, CommandFactory, Parser};
use futures::future::join_all;
use server::config::args::Args;
use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{io::AsyncReadExt, process::Command};

/// The address in the documents' commands.
const ADDRESS: &str = "http://127.0.0.1:3000";

/// Folders whose paths the documents give from the root of the repository.
const FOLDERS: [&str; 8] = [".ci/", ".github/", "app/", "docs/", "end2end/", "frontend/", "server/", "style/"];

/// An option's name and value, variable and default, as text.
type Row = [String; 3];

#[test]
fn the_table_of_options_is_the_one_of_the_program() {
    let text = read("docs/configuration.md");
    let documented = text.lines().filter(|line| line.starts_with("| `--")).map(row).collect::<BTreeSet<_>>();
    let mut command = Args::command();
    command.build();
    let existing = command.get_arguments().map(option).collect::<BTreeSet<_>>();
    assert_eq!(documented, existing);
}

#[test]
fn every_option_in_the_readme_is_one_of_the_program() {
    let mut command = Args::command();
    command.build();
    let existing = command.get_arguments().map(|arg| format!("--{}", arg.get_long().unwrap())).collect::<BTreeSet<_>>();
    let text = read("README.md");
    let named = text.lines().filter(|line| line.starts_with("| `--")).flat_map(|line| {
        let cell = line.split('|').nth(1).unwrap();
        cell.split('`').filter(|part| part.starts_with("--")).map(str::to_owned).collect::<Vec<_>>()
    });
    let named = named.collect::<BTreeSet<_>>();
    assert!(named.len() > 5, "{named:?}");
    assert_eq!(named.difference(&existing).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_link_leads_somewhere() {
    let broken = documents().into_iter().flat_map(|document| {
        let text = read(&document);
        let links = links(&text).into_iter().filter(|link| !link.contains("://")).map(str::to_owned);
        links.filter(|link| !is_link(&document, link)).map(|link| (document.clone(), link)).collect::<Vec<_>>()
    });
    assert_eq!(broken.collect::<Vec<_>>(), []);
}

#[test]
fn every_path_exists() {
    let missing = documents().into_iter().flat_map(|document| {
        let text = read(&document);
        let paths = code_spans(&text).into_iter().flat_map(paths).collect::<BTreeSet<_>>();
        let missing = paths.into_iter().filter(|path| !root().join(path).exists());
        missing.map(|path| (document.clone(), path)).collect::<Vec<_>>()
    });
    assert_eq!(missing.collect::<Vec<_>>(), []);
}

#[test]
fn every_make_target_exists() {
    let makefile = read("Makefile");
    let is_target = |name: &str| makefile.lines().any(|line| line.starts_with(&format!("{name}:")));
    let missing = documents().into_iter().flat_map(|document| {
        let text = read(&document);
        let spans = code_spans(&text).into_iter().map(str::to_owned);
        let names = commands(&text).into_iter().chain(spans).filter_map(|command| {
            let name = command.strip_prefix("make ")?.split_whitespace().next()?;
            Some(name.to_owned())
        });
        names.filter(|name| !is_target(name)).map(|name| (document.clone(), name)).collect::<Vec<_>>()
    });
    assert_eq!(missing.collect::<Vec<_>>(), []);
}

#[test]
fn every_npm_script_exists() {
    let package: serde_json::Value = serde_json::from_str(&read("end2end/package.json")).unwrap();
    let missing = documents().into_iter().flat_map(|document| {
        let text = read(&document);
        let named = text.split("npm run ").skip(1).map(|rest| {
            let rest = rest.trim_start_matches("--silent ");
            rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rest.len())].to_owned()
        });
        let missing = named.filter(|name| package["scripts"][name].is_null());
        missing.map(|name| (document.clone(), name)).collect::<Vec<_>>()
    });
    assert_eq!(missing.collect::<Vec<_>>(), []);
}

#[test]
fn the_program_takes_every_command_line() {
    let mut count = 0;
    for document in documents() {
        for command in commands(&read(&document)) {
            let Some(arguments) = arguments(&command) else { continue };
            count += 1;
            let parsed = Args::try_parse_from(&arguments);
            assert!(parsed.is_ok(), "{document}: {command}: {}", parsed.err().unwrap());
        }
    }
    assert!(count > 5, "{count}");
}

#[tokio::test]
async fn every_curl_command_gets_its_answer() {
    let server = Server::without_upstream().await;
    let commands = commands(&read("docs/api.md")).into_iter().filter(|command| command.starts_with("curl "));
    let commands = commands.collect::<Vec<_>>();
    let untried = EXPECTED.iter().filter(|(path, _)| !commands.iter().any(|command| command.contains(path)));
    assert_eq!(untried.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
    let address = format!("http://{}", server.address);
    join_all(commands.iter().map(async |command| {
        let expected = EXPECTED.iter().find(|(path, _)| command.contains(path)).unwrap_or_else(|| panic!("{command}"));
        let answer = answer(&command.replace(ADDRESS, &address), expected.1).await;
        assert!(answer.contains(expected.1), "{command}: {answer}");
    }))
    .await;
}

/// A path in a curl command, and a part of the answer.
const EXPECTED: [(&str, &str); 8] = [
    ("/api/chat", "event: delta\ndata: {\"text\":"),
    ("/api/models", r#""id":"demo""#),
    ("/api/fate", r#"{"state":"unknown"}"#),
    ("/api/task", r#"{"reason":"crashed""#),
    ("/api/typeset", "<math>"),
    ("/api/monitor", r#""may_kill":true"#),
    ("/api/kill", "false"),
    ("/metrics", "starcrossed_tasks_live "),
];

#[tokio::test]
async fn every_metric_is_documented_and_exists() {
    let server = Server::without_upstream().await;
    let metrics = get(server.address, "/metrics").await.text();
    let kinds = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let existing = kinds.filter_map(|kind| kind.split_once(' ')).map(|(name, _)| name.to_owned());
    let text = read("docs/api.md");
    let spans = code_spans(&text).into_iter().filter(|span| span.starts_with("starcrossed_")).map(str::to_owned);
    let (existing, documented) = (existing.collect::<BTreeSet<_>>(), spans.collect::<BTreeSet<_>>());
    assert_eq!(existing.difference(&documented).collect::<Vec<_>>(), Vec::<&String>::new(), "not documented");
}

/// A row of the table: option and value, variable, default. A default that the program decides later is prose, and left out.
fn row(line: &str) -> Row {
    let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
    let is_code = |cell: &str| cell.starts_with('`') && cell.ends_with('`') && cell.matches('`').count() == 2;
    let code = |cell: &str| cell.trim_end_matches('*').trim().trim_matches('`').to_owned();
    let default = if is_code(cells[3]) && !cells[3].contains('_') { code(cells[3]) } else { String::new() };
    [cells[1].to_owned().replace('`', ""), code(cells[2]), default]
}

/// The same of an option of the program.
fn option(arg: &Arg) -> Row {
    let long = arg.get_long().expect("every option has a long name");
    let value = arg.get_value_names().map(|names| format!(" {}", names[0])).unwrap_or_default();
    let value = if arg.get_action().takes_values() { value } else { String::new() };
    let many = if matches!(arg.get_action(), ArgAction::Append) { " *" } else { "" };
    let text = |value: &OsString| value.to_string_lossy().into_owned();
    let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let default = arg.get_default_values().iter().map(|value| text(&value.to_os_string())).collect::<String>();
    let default = if arg.get_action().takes_values() { default } else { String::new() };
    [format!("--{long}{value}{many}"), variable, default]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents in Markdown, from the root of the repository.
fn documents() -> Vec<String> {
    let mut all = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned).to_vec();
    for folder in ["docs", "docs/proxies", "docs/deploy"] {
        let names = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        all.extend(names.map(|name| format!("{folder}/{}", name.into_string().unwrap())));
    }
    all.retain(|path| Path::new(path).extension().is_some_and(|is| is == "md") && root().join(path).exists());
    assert!(all.len() > 8, "{all:?}");
    all
}

/// Whether a link of this document leads to a file, and to a heading of it if it names one.
fn is_link(document: &str, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = root().join(document);
    let target = if path.is_empty() { target } else { target.parent().unwrap().join(path) };
    if heading.is_empty() {
        return target.exists();
    }
    let text = fs::read_to_string(&target).unwrap_or_default();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).any(|anchor| anchor == heading)
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let letters = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    letters.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The targets of a document's links and pictures.
fn links(text: &str) -> Vec<&str> {
    let markdown = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    let html = ["src=\"", "srcset=\""].into_iter().flat_map(|name| text.split(name).skip(1));
    markdown.chain(html.filter_map(|rest| rest.split_once('"')).map(|(link, _)| link)).collect()
}

/// The text between backticks on a line. Blocks of code are left out.
fn code_spans(text: &str) -> Vec<&str> {
    prose(text).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    text.lines().filter(move |line| {
        is_fenced ^= line.starts_with("```");
        !is_fenced && !line.starts_with("    ")
    })
}

/// The paths of the repository that a piece of code names. A pattern or an ellipsis is none.
fn paths(code: &str) -> Vec<String> {
    let words = code.split_whitespace().map(|word| word.trim_matches(|c| "\",;:".contains(c)));
    let paths = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
    paths
        .filter(|word| !word.contains(['*', '…', '{', '<', '$']))
        .map(|word| word.trim_end_matches('/').to_owned())
        .collect()
}

/// The commands of a document: the lines of its indented and fenced blocks, without comments.
fn commands(text: &str) -> Vec<String> {
    let mut is_fenced = false;
    let lines = text.lines().filter(move |line| {
        is_fenced ^= line.starts_with("```");
        is_fenced || line.starts_with("    ")
    });
    lines.map(|line| line.split("  #").next().unwrap_or(line).trim().to_owned()).collect()
}

/// The arguments of a command line of the program. A word in quotation marks is one, whatever the shell makes of it.
fn arguments(command: &str) -> Option<Vec<String>> {
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    if !matches!(program, "starcrossed" | "target/release/starcrossed") {
        return None;
    }
    let mut words = vec![program.to_owned()];
    for (index, part) in rest.trim_end_matches(" &").split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    Some(words)
}

/// Runs a curl command in a shell until it has printed `expected`, or all that it prints: the monitor's stream has no end.
async fn answer(command: &str, expected: &str) -> String {
    let command = command.replacen("curl ", "exec curl --silent --show-error --noproxy '*' --max-time 60 ", 1);
    let mut shell = Command::new("sh");
    let mut curl = shell.arg("-c").arg(command).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut output = curl.stdout.take().unwrap();
    let mut printed = Vec::new();
    while !String::from_utf8_lossy(&printed).contains(expected) && output.read_buf(&mut printed).await.unwrap() > 0 {}
    String::from_utf8_lossy(&printed).into_owned()
}
