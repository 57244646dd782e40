//! Properties of the reader of server-sent events that hold for every input.

use super::split;
use starcrossed::wire::{Decoder, Frame, LIMIT, TooLong};

/// The result of a decoder that has read everything.
type Ended = Result<(), TooLong>;

/// For one split of the bytes, the events are those of the specification.
pub(crate) fn holds(input: &[u8]) {
    let (bytes, splits) = split::parse(input);
    reads_the_same(bytes, &split::pieces(bytes, &splits));
    reads_the_same(bytes, &bytes.chunks(1).collect::<Vec<_>>());
}

/// The same for each split into two pieces.
pub(crate) fn holds_in_every_split(input: &[u8]) {
    let (bytes, _) = split::parse(input);
    for at in 0..=bytes.len() {
        reads_the_same(bytes, &[&bytes[..at], &bytes[at..]]);
    }
}

/// No event exceeds the limit when the bytes repeat, even without line ends.
pub(crate) fn is_bounded(input: &[u8]) {
    let (bytes, _) = split::parse(input);
    let Some(times) = LIMIT.checked_div(bytes.len()) else { return };
    let line = bytes.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect::<Vec<_>>();
    for name in ["data:", "event:", "error:", ""] {
        let line = [name.as_bytes(), &line.repeat(times / 2), b"\n\ndata\n\n"].concat();
        _ = decode(line.chunks(64 * 1024));
    }
    _ = decode((0..=2 * times).map(|_| bytes));
}

fn reads_the_same(bytes: &[u8], pieces: &[&[u8]]) {
    let (frames, ended) = decode(pieces.iter().copied());
    assert_eq!(ended, Ok(()), "nothing here is too long");
    assert_eq!(frames, by_the_book(bytes), "read in pieces of {:?} bytes", lengths(pieces));
}

fn lengths(pieces: &[&[u8]]) -> Vec<usize> {
    pieces.iter().map(|piece| piece.len()).collect()
}

/// Decodes these pieces and returns the events. Checks each event and the end.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Frame>, Ended) {
    let (mut decoder, mut frames) = (Decoder::default(), Vec::new());
    let ended = read(&mut decoder, pieces, &mut frames);
    for frame in &frames {
        assert!(frame.data.len() <= LIMIT && frame.event.len() <= LIMIT, "an event is too long");
    }
    match ended {
        Ok(()) => assert_eq!((decoder.next(), decoder.finish()), (Ok(None), Ok(None)), "there is more after the end"),
        Err(TooLong) => {
            assert_eq!((decoder.next(), decoder.finish()), (Err(TooLong), Err(TooLong)), "too long is for good");
        }
    }
    (frames, ended)
}

fn read<'a>(decoder: &mut Decoder, pieces: impl IntoIterator<Item = &'a [u8]>, frames: &mut Vec<Frame>) -> Ended {
    for piece in pieces {
        decoder.feed(piece);
        while let Some(frame) = decoder.next()? {
            frames.push(frame);
        }
    }
    frames.extend(decoder.finish()?);
    Ok(())
}

/// The events by the specification, with the decoder's differences, in a slow and simple implementation.
fn by_the_book(bytes: &[u8]) -> Vec<Frame> {
    let (mut frames, mut event, mut data) = (Vec::new(), String::new(), Vec::new());
    for (number, line) in lines(bytes).iter().enumerate() {
        let line = String::from_utf8_lossy(line);
        let line = if number == 0 { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" if line.is_empty() => complete(&mut frames, &mut event, &mut data),
            "data" => data.push(value),
            "event" => event = value,
            "error" => {
                (event, data) = (String::new(), Vec::new());
                frames.push(Frame { event: "error".into(), data: value });
            }
            _ => {}
        }
    }
    complete(&mut frames, &mut event, &mut data);
    frames
}

fn complete(frames: &mut Vec<Frame>, event: &mut String, data: &mut Vec<String>) {
    let (event, data) = (std::mem::take(event), std::mem::take(data));
    if !data.is_empty() {
        frames.push(Frame { event, data: data.join("\n") });
    }
}

/// The lines, including an unfinished last one.
fn lines(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        lines.push(&bytes[..end]);
        bytes = &bytes[end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 }..];
    }
    if !bytes.is_empty() {
        lines.push(bytes);
    }
    lines
}
