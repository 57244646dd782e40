//! The split points of an input. They are a part of it, so that a fuzzer can choose them and a person can write them
//! down.

/// The bytes of an input, and their split points. The bytes after the last NUL are the distances from one split point
/// to the next.
pub(crate) fn parse(input: &[u8]) -> (&[u8], Vec<usize>) {
    let Some(nul) = input.iter().rposition(|byte| *byte == 0) else { return (input, Vec::new()) };
    let distances = input[nul + 1..].iter().map(|byte| usize::from(*byte));
    let splits = distances.scan(0, |at, distance| {
        *at += distance;
        Some(*at)
    });
    (&input[..nul], splits.collect())
}

/// The bytes in pieces, split at these positions.
pub(crate) fn pieces<'a>(bytes: &'a [u8], splits: &[usize]) -> Vec<&'a [u8]> {
    let splits = splits.iter().map(|at| (*at).min(bytes.len()));
    let ends = splits.clone().chain([bytes.len()]);
    [0].into_iter().chain(splits).zip(ends).map(|(start, end)| &bytes[start..end]).collect()
}

/// The same for text, which is split between characters.
pub(crate) fn text_pieces<'a>(text: &'a str, splits: &[usize]) -> Vec<&'a str> {
    let splits = splits.iter().map(|at| text.floor_char_boundary(*at));
    let ends = splits.clone().chain([text.len()]);
    [0].into_iter().chain(splits).zip(ends).map(|(start, end)| &text[start..end]).collect()
}
