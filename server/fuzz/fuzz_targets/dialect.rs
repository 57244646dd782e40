//! Arbitrary bytes for the reader of model servers' answers.
#![no_main]

#[path = "../properties/dialect.rs"]
#[expect(dead_code, reason = "some of it is for the replay of the corpus, server/tests/it/corpus.rs")]
mod properties;
#[path = "../properties/split.rs"]
mod split;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| properties::holds(input));
