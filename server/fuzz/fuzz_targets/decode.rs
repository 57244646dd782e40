//! Arbitrary bytes for the reader of server-sent events.
#![no_main]

#[path = "../properties/decode.rs"]
#[expect(dead_code, reason = "some of it is for the replay of the corpus, server/tests/it/corpus.rs")]
mod properties;
#[path = "../properties/split.rs"]
#[expect(dead_code, reason = "some of it is for the other target")]
mod split;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    properties::holds(input);
    // Megabytes for each input would take all the time.
    if input.len() % 1024 == 1023 {
        properties::is_bounded(input);
    }
});
