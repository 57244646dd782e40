//! Replays the corpus of `make fuzz`: answers of real model servers, and findings of the fuzzers. Each file is an input
//! of `server/fuzz/fuzz_targets`; the properties are in `server/fuzz/properties`.

#[path = "../../fuzz/properties/decode.rs"]
mod decode;
#[path = "../../fuzz/properties/dialect.rs"]
mod dialect;
mod expected;
#[path = "../../fuzz/properties/split.rs"]
mod split;

use expected::EXPECTED;
use starcrossed::Reason;
use std::{fs, panic, path::PathBuf};

#[test]
fn every_split_of_an_event_stream_decodes_the_same() {
    replay("decode", |_, input| {
        decode::holds(input);
        decode::holds_in_every_split(input);
    });
}

#[test]
fn event_length_is_bounded_for_repeated_input() {
    replay("decode", |_, input| decode::is_bounded(input));
}

#[test]
fn every_split_of_an_answer_reads_the_same() {
    replay("dialect", |_, input| {
        dialect::holds(input);
        dialect::holds_in_every_split(input);
    });
}

#[test]
fn text_reads_the_same_in_whatever_events_it_arrives() {
    for (name, text, reasoning, _) in EXPECTED {
        let answer = format!("<think>{reasoning}</think>{text}");
        for text in [*text, *reasoning, &answer] {
            let splits = (0..=text.len()).map(|at| vec![at]).chain([(0..=text.len()).collect()]);
            splits.for_each(|splits| named(name, || dialect::says_what_it_means(text, &splits)));
        }
    }
}

#[test]
fn corpus_answers_read_as_expected() {
    replay("dialect", |name, input| {
        let Some((_, text, reasoning, end)) = EXPECTED.iter().find(|(is, ..)| *is == name) else { return };
        let bytes = split::parse(input).0;
        let reply = if name.starts_with("whole-") {
            dialect::in_one_piece(str::from_utf8(bytes).unwrap())
        } else {
            dialect::stream([bytes])
        };
        assert_eq!((reply.text.as_str(), reply.reasoning.as_str()), (*text, *reasoning));
        match end.strip_prefix("! ") {
            Some(words) => assert!(reply.exit.message.as_ref().unwrap().contains(words), "{:?}", reply.exit),
            None => {
                assert_eq!(
                    (reply.exit.reason, reply.exit.result.finish_reason.as_deref()),
                    (Reason::Normal, Some(*end))
                );
            }
        }
    });
}

#[test]
fn every_expectation_has_a_corpus_file() {
    let names = files("dialect").into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    for (name, ..) in EXPECTED {
        assert!(names.iter().any(|is| is == name), "there is no server/fuzz/corpus/dialect/{name}");
    }
}

/// Checks a property for each file of a target's corpus, and names the file that fails.
fn replay(target: &str, property: impl Fn(&str, &[u8])) {
    for (name, input) in files(target) {
        named(&format!("server/fuzz/corpus/{target}/{name}"), || property(&name, &input));
    }
}

fn named(name: &str, test: impl FnOnce()) {
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(test));
    assert!(outcome.is_ok(), "failed by {name}; why stands above");
}

fn files(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect::<Vec<_>>();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}
