//! What the documents tell people to type is what the program understands: its options, its variables, and their values.

use clap::{Arg, Command, CommandFactory, Parser};
use server::config::args::Args;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Options of other programs that the documents speak of.
const OTHER_OPTIONS: [&str; 9] =
    ["config", "copy-config", "help", "no-deploy", "now", "read-only", "rm", "system", "test"];

/// The time beyond its drain that the program may take to go down, in seconds.
const GOING_DOWN: u64 = 2;

#[test]
fn every_option_that_is_spoken_of_exists() {
    let command = Args::command();
    let is_ours = |name: &str| command.get_arguments().any(|option| option.get_long() == Some(name));
    let unknown = spoken_of("--", |c| c.is_ascii_lowercase() || c == '-');
    let unknown = unknown.into_iter().filter(|(_, name)| !is_ours(name) && !OTHER_OPTIONS.contains(&name.as_str()));
    assert_eq!(unknown.collect::<Vec<_>>(), []);
}

#[test]
fn every_variable_that_is_spoken_of_exists() {
    let command = Args::command();
    let unknown = spoken_of("STARCROSSED_", |c| c.is_ascii_uppercase() || c == '_');
    let unknown = unknown.into_iter().filter(|(_, name)| option_of(&command, &format!("STARCROSSED_{name}")).is_none());
    assert_eq!(unknown.collect::<Vec<_>>(), []);
}

#[test]
fn what_is_set_to_deploy_it_is_understood() {
    let command = Args::command();
    for file in ["starcrossed.service", "Containerfile", "fly.toml", "kubernetes.yaml"] {
        let set = settings(&read(file));
        assert!(!set.is_empty(), "{file} sets nothing");
        let as_typed = set.iter().map(|(name, value)| {
            let option = option_of(&command, name).unwrap_or_else(|| panic!("{file}: {name}"));
            format!("--{}={value}", option.get_long().unwrap())
        });
        let typed = ["starcrossed".to_owned()].into_iter().chain(as_typed);
        assert!(Args::try_parse_from(typed.clone()).is_ok(), "{file}: {:?}", typed.collect::<Vec<_>>());
    }
}

#[test]
fn whoever_ends_it_waits_until_it_has_drained() {
    for (file, patience) in [
        ("starcrossed.service", "TimeoutStopSec="),
        ("fly.toml", "kill_timeout = "),
        ("kubernetes.yaml", "terminationGracePeriodSeconds: "),
    ] {
        let text = read(file);
        let drain =
            settings(&text).into_iter().find_map(|(name, value)| (name == "STARCROSSED_DRAIN").then_some(value));
        let drain: u64 = drain.expect(file).parse().unwrap();
        let patience = text.lines().find_map(|line| line.trim().strip_prefix(patience)).expect(file);
        assert!(patience.parse::<u64>().unwrap() > drain + GOING_DOWN, "{file}: {drain} s, then {patience} s at most");
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// A file of docs/deploy.
fn read(file: &str) -> String {
    fs::read_to_string(docs().join("deploy").join(file)).unwrap()
}

/// The words that stand behind this mark in the documents that say how to deploy the program, each with its document.
fn spoken_of(mark: &str, of: impl Fn(char) -> bool + Copy) -> Vec<(PathBuf, String)> {
    let folders = ["deploy", "proxies"].map(|folder| fs::read_dir(docs().join(folder)).unwrap());
    let files = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let words = files.chain([docs().join("deploy.md")]).flat_map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let words = words_after(mark, &text, of).into_iter();
        words.map(|word| (path.clone(), word.to_owned())).collect::<Vec<_>>()
    });
    let words = words.collect::<Vec<_>>();
    assert!(words.len() >= 20, "the documents name more than {words:?}");
    words
}

/// What stands in a text behind each `mark`, as far as it is made of this. A mark in the middle of a word is none.
fn words_after<'a>(mark: &str, text: &'a str, of: impl Fn(char) -> bool + Copy) -> Vec<&'a str> {
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "-_".contains(c));
    let found = text.match_indices(mark).filter(|(at, _)| begins(*at)).map(|(at, _)| &text[at + mark.len()..]);
    let words = found.map(|rest| &rest[..rest.find(|c| !of(c)).unwrap_or(rest.len())]);
    words.filter(|word| word.starts_with(char::is_alphabetic)).collect()
}

/// The option whose twin this variable is.
fn option_of<'a>(command: &'a Command, variable: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|option| option.get_env().is_some_and(|name| name == variable))
}

/// The variables that a file sets, comments aside, in whichever of the four ways: `NAME=value`, `NAME = "value"`,
/// `NAME: value`, or the value in the line below.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect::<Vec<_>>();
    let below = lines.iter().skip(1).copied().chain([""]);
    let set = lines.iter().zip(below).filter_map(|(line, below)| {
        let (_, rest) = line.split_once("STARCROSSED_")?;
        let (name, value) =
            rest.split_at(rest.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(rest.len()));
        let value = if value.is_empty() { below.strip_prefix("value: ")? } else { value };
        let value = value.trim_start_matches([' ', '=', ':']).trim_matches('"');
        Some((format!("STARCROSSED_{name}"), value.to_owned()))
    });
    set.collect()
}
