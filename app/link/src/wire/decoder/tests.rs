use super::*;

/// All the events in these pieces, the one that the end cuts short included.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Frame>, TooLong> {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        while let Some(frame) = decoder.next()? {
            frames.push(frame);
        }
    }
    frames.extend(decoder.finish()?);
    Ok(frames)
}

fn frames(text: &str) -> Vec<Frame> {
    decode([text.as_bytes()]).expect("nothing here is too long")
}

fn data(text: &str) -> Vec<String> {
    frames(text).into_iter().map(|frame| frame.data).collect()
}

#[test]
fn any_split_into_three_gives_the_same_events() {
    let texts = [
        "data: a\n\ndata: b\n\n",
        "\u{feff}event: delta\r\ndata: {\"text\":\"é→🦀\"}\r\n\r\ndata: 2\r\n\r\n",
        "data: a\rdata: b\r\rdata: c\r\r",
        ": ping\r\n\r\ndata:\r\ndata\r\n\r\nid: 7\nretry: 1\n\ndata: x\r\n\n",
        "error: {\"message\":\"no\"}\n\ndata: [DONE]",
        "event: a\ndata: 1\n\nevent: b\n\ndata: 2\n\n",
    ];
    for text in texts {
        let (bytes, whole) = (text.as_bytes(), frames(text));
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(decode(pieces), Ok(whole.clone()), "{text:?} split at {first} and {second}");
            }
        }
        assert_eq!(decode(bytes.chunks(1)), Ok(whole), "{text:?} byte by byte");
    }
}

#[test]
fn every_line_end_is_one() {
    assert_eq!(data("data: a\r\n\r\ndata: b\n\ndata: c\r\rdata: d\r\n\n"), ["a", "b", "c", "d"]);
    assert_eq!(data("data: a\r\ndata: b\r\n\r\n"), ["a\nb"], "CRLF is one end, not two");
    assert_eq!(data("data: a\n\r\ndata: b\n\n"), ["a", "b"], "LF CRLF is two");
}

#[test]
fn a_lone_cr_ends_a_line_without_waiting_for_what_follows() {
    let mut decoder = Decoder::default();
    decoder.feed(b"data: a\r\r");
    assert_eq!(decoder.next().unwrap().map(|frame| frame.data).as_deref(), Some("a"));
}

#[test]
fn several_data_lines_are_one_text() {
    assert_eq!(data("data: a\ndata:\ndata: b\n\n"), ["a\n\nb"]);
}

#[test]
fn one_space_after_the_colon_is_ignored() {
    assert_eq!(data("data:a\n\ndata: a\n\ndata:  a\n\ndata\n\n"), ["a", "a", " a", ""]);
}

#[test]
fn an_event_has_the_last_name_that_it_was_given() {
    let frame = &frames("event: a\ndata: x\nevent: b\n\n")[0];
    assert_eq!((frame.event.as_str(), frame.data.as_str()), ("b", "x"));
}

#[test]
fn a_name_is_for_one_event_alone() {
    let names = frames("event: a\n\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n").into_iter().map(|frame| frame.event);
    assert_eq!(names.collect::<Vec<_>>(), ["", "b", ""]);
}

#[test]
fn comments_and_unknown_fields_are_nothing() {
    assert_eq!(frames(": OPENROUTER PROCESSING\n\n:\n\nid: 1\nretry: 9\nfoo: bar\nfoo\n\n"), []);
    assert_eq!(data("data: a\n: in between\nid: 1\ndata: b\n\n"), ["a\nb"]);
}

#[test]
fn a_bare_error_line_is_an_event_at_once() {
    let frame = Frame { event: "error".into(), data: "{\"message\":\"no\"}".into() };
    let mut decoder = Decoder::default();
    decoder.feed(b"error: {\"message\":\"no\"}\n");
    assert_eq!(decoder.next(), Ok(Some(frame)));
}

#[test]
fn an_event_that_a_bare_error_interrupts_is_discarded() {
    let only = [Frame { event: "error".into(), data: "no".into() }];
    for text in ["data: a\nerror: no", "event: b\ndata: a\nerror: no\n", "data: a\nerror: no\n\n"] {
        assert_eq!(frames(text), only, "{text:?}");
    }
    let mut decoder = Decoder::default();
    decoder.feed(b"data: a\nerror: no");
    assert_eq!((decoder.next(), decoder.finish()), (Ok(None), Ok(Some(only[0].clone()))));
    assert_eq!(decoder.finish(), Ok(None), "after the end there is nothing more");
}

#[test]
fn an_event_without_a_final_blank_line_counts() {
    for end in ["", "\n", "\r", "\r\n", "\n\n"] {
        assert_eq!(data(&format!("data: a\n\ndata: b{end}")), ["a", "b"], "{end:?}");
    }
    assert_eq!(data(""), [""; 0]);
}

#[test]
fn a_byte_order_mark_is_none_of_the_text_at_the_start_alone() {
    assert_eq!(data("\u{feff}data: a\n\n"), ["a"]);
    assert_eq!(data("data: \u{feff}a\n\n"), ["\u{feff}a"]);
    assert_eq!(data("data: a\n\n\u{feff}data: b\n\n"), ["a"], "later it makes an unknown field");
}

#[test]
fn invalid_utf_8_is_replaced_and_breaks_nothing() {
    let frames = decode([b"data: a\xffb\n\ndata: c\n\n".as_slice()]).unwrap();
    assert_eq!(frames[0].data, "a\u{fffd}b");
    assert_eq!(frames[1].data, "c");
}

#[test]
fn a_line_or_an_event_beyond_the_limit_is_refused() {
    let fits = "x".repeat(LIMIT - "data: ".len());
    assert_eq!(data(&format!("data: {fits}\n\n")), [fits.as_str()]);
    assert_eq!(decode([format!("data: {fits}x\n\n").as_bytes()]), Err(TooLong));
    assert_eq!(decode([format!("data: {fits}\ndata: {fits}\n\n").as_bytes()]), Err(TooLong));
    assert_eq!(decode([format!("event: {fits}x").as_bytes()]), Err(TooLong));
}

#[test]
fn a_line_without_an_end_is_refused_as_soon_as_it_is_too_long() {
    let mut decoder = Decoder::default();
    let piece = vec![b'x'; 64 * 1024];
    let mut fed = 0;
    while decoder.next().is_ok() {
        decoder.feed(&piece);
        fed += piece.len();
        assert!(fed <= LIMIT + piece.len(), "{fed} bytes are held");
    }
}

#[test]
fn many_small_lines_cannot_add_up_to_more_than_the_limit() {
    let lines = "data:\n".repeat(LIMIT + 2);
    assert_eq!(decode([lines.as_bytes()]), Err(TooLong));
}

#[test]
fn replaced_bytes_count_with_their_replacement_s_length() {
    let rubbish = [b"event: ".as_slice(), &vec![0xff; LIMIT / 2], b"\ndata: a\n\n"].concat();
    assert_eq!(decode([rubbish.as_slice()]), Err(TooLong));
}

#[test]
fn too_long_is_for_good() {
    let long = "x".repeat(LIMIT - "data: ".len());
    let mut decoder = Decoder::default();
    decoder.feed(format!("data: {long}\ndata: {long}\n\ndata: b\n\n").as_bytes());
    for _ in 0..3 {
        assert_eq!(decoder.next(), Err(TooLong));
    }
    assert_eq!(decoder.finish(), Err(TooLong));
}

#[test]
fn a_long_line_leaves_no_large_buffer_behind() {
    let mut decoder = Decoder::default();
    let event = format!("data: {}\n\ndata: nex", "x".repeat(LIMIT - 10));
    for piece in event.as_bytes().chunks(KEPT) {
        decoder.feed(piece);
    }
    assert_eq!(decoder.next().unwrap().map(|frame| frame.data.len()), Some(LIMIT - 10));
    assert_eq!(decoder.next(), Ok(None));
    assert!(decoder.buffer.capacity() <= KEPT, "{}", decoder.buffer.capacity());
    decoder.feed(b"t\n\n");
    assert_eq!(decoder.next().unwrap().map(|frame| frame.data).as_deref(), Some("next"));
}
