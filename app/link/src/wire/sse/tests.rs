use super::*;
use crate::Reason;
use futures::{FutureExt, executor::block_on};
use server_fn::ServerFnError;
use std::convert::Infallible;

fn events(events: Vec<Event<String>>) -> EventStream<String> {
    EventStream::new(stream::iter(events))
}

fn delta(text: &str) -> Event<String> {
    Event::Item(text.to_owned())
}

fn exit() -> Event<String> {
    Event::Exit(Exit::failed("line\nbreak"))
}

fn encoded(given: Vec<Event<String>>) -> Vec<Bytes> {
    block_on(encode(events(given)).collect())
}

/// The events in these chunks, up to the end of the stream.
fn decoded(chunks: Vec<Bytes>) -> Vec<Event<String>> {
    block_on(decode::<String, (), Infallible>(stream::iter(chunks).map(Ok)).collect())
}

#[test]
fn a_written_event_is_read_back() {
    let given = vec![Event::Start { task: "t".into() }, delta("a\r\nb"), delta(""), delta("→🦀\u{feff}"), exit()];
    assert_eq!(decoded(encoded(given.clone())), given);
}

#[test]
fn an_event_is_named_and_has_one_json_object() {
    let chunks = encoded(vec![Event::Start { task: "t".into() }, Event::Exit(Exit::new(Reason::Normal))]);
    let text = chunks.concat();
    assert_eq!(text, b"event: start\ndata: {\"task\":\"t\"}\n\nevent: exit\ndata: {\"reason\":\"normal\"}\n\n");
}

/// An item whose event has a name of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Line(u32);

impl Item for Line {
    fn event(&self) -> &'static str {
        "line"
    }

    fn read(event: &str, json: &str) -> Option<serde_json::Result<Self>> {
        (event == "line").then(|| serde_json::from_str(json))
    }
}

#[test]
fn an_item_names_its_event() {
    let given = vec![Event::Item(Line(1)), Event::Exit(Exit::<()>::new(Reason::Normal))];
    let chunks: Vec<Bytes> = block_on(encode(EventStream::new(stream::iter(given.clone()))).collect());
    assert!(chunks.concat().starts_with(b"event: line\ndata: 1\n\n"), "{chunks:?}");
    let read: Vec<Event<Line>> = block_on(decode::<_, _, Infallible>(stream::iter(chunks).map(Ok)).collect());
    assert_eq!(read, given);
}

#[test]
fn a_keep_alive_is_a_comment_that_nobody_reads() {
    let given = [Some(delta("a")), None, Some(delta("b"))];
    let chunks: Vec<Bytes> = block_on(encode(EventStream::with_comments(stream::iter(given))).collect());
    assert!(String::from_utf8_lossy(&chunks.concat()).contains("\n\n: keep-alive\n\n"), "{chunks:?}");
    assert_eq!(decoded(chunks), [delta("a"), delta("b")]);
}

#[test]
fn events_that_are_ready_together_leave_in_one_chunk() {
    let many = (0..100).map(|n| delta(&n.to_string())).collect::<Vec<_>>();
    let chunks = encoded(many.clone());
    assert_eq!(chunks.len(), 1);
    assert_eq!(decoded(chunks), many);
}

#[test]
fn a_chunk_waits_for_nothing_that_is_not_ready() {
    let first = stream::iter([delta("a"), delta("b")]);
    let mut chunks = Box::pin(encode(EventStream::new(first.chain(stream::pending()))));
    let chunk = chunks.next().now_or_never().flatten().expect("a chunk at once");
    assert_eq!(decoded(vec![chunk]), [delta("a"), delta("b")]);
    assert_eq!(chunks.next().now_or_never(), None);
}

#[test]
fn a_chunk_does_not_grow_without_end() {
    let mut chunks = Box::pin(encode(EventStream::new(stream::repeat_with(|| delta(&"x".repeat(1000))))));
    let chunk = block_on(chunks.next()).unwrap();
    assert!((CHUNK..CHUNK + 2000).contains(&chunk.len()), "{}", chunk.len());
}

#[test]
fn chunks_that_are_split_anywhere_are_read_the_same() {
    let given = vec![Event::Start { task: "t".into() }, delta("→🦀"), exit()];
    let bytes = encoded(given.clone()).concat();
    for at in 0..bytes.len() {
        let (one, two) = bytes.split_at(at);
        assert_eq!(decoded(vec![Bytes::copy_from_slice(one), Bytes::copy_from_slice(two)]), given, "split at {at}");
    }
}

#[test]
fn a_stream_that_ends_without_an_exit_ends() {
    assert_eq!(decoded(encoded(vec![delta("a")])), [delta("a")]);
    assert_eq!(decoded(vec!["event: delta\ndata: \"a\"\n\nevent: exit\ndata: {\"reas".into()]), [delta("a")]);
    assert_eq!(decoded(vec![]), []);
}

#[test]
fn a_stream_that_breaks_off_ends_after_what_had_arrived() {
    let chunks = encoded(vec![delta("a")]).into_iter().map(Ok).chain([Err("cable"), Ok(Bytes::new())]);
    let read: Vec<Event<String>> = block_on(decode(stream::iter(chunks)).collect());
    assert_eq!(read, [delta("a")]);
}

#[test]
fn a_stream_ends_where_it_stops_making_sense() {
    let rubbish = "event: delta\ndata: \"a\"\n\nevent: delta\ndata: {{{\n\nevent: delta\ndata: \"b\"\n\n";
    let mut read = decode::<String, (), Infallible>(stream::iter([Ok(rubbish.into())]).chain(stream::pending()));
    assert_eq!(block_on(read.next()), Some(delta("a")));
    assert_eq!(block_on(read.next()), Some(Event::Exit(Exit::failed(UNREADABLE))));
    assert_eq!(block_on(read.next()), None);
}

#[test]
fn a_line_that_is_too_long_ends_the_stream_with_a_word() {
    let chunks = vec![Bytes::from("event: delta\ndata: \"a\"\n\n"), "x".repeat(LIMIT + 1).into()];
    assert_eq!(decoded(chunks), [delta("a"), Event::Exit(Exit::failed(UNREADABLE))]);
}

#[test]
fn bytes_that_are_no_event_are_a_sign_of_life() {
    let chunks = [": keep-alive\n\n", "event: delta\nda", "ta: \"a\"\n\n"].map(|chunk| Ok(Bytes::from(chunk)));
    let events = decode::<String, (), Infallible>(stream::iter(chunks));
    let sent: Vec<_> = block_on(events.into_sent().collect());
    assert_eq!(sent, [None, None, Some(delta("a"))]);
}

#[test]
fn events_of_a_later_version_are_passed_over() {
    let chunks = vec!["event: news\ndata: 1\n\nevent: delta\ndata: \"a\"\n\ndata: \"nameless\"\n\n".into()];
    assert_eq!(decoded(chunks), [delta("a")]);
}

#[test]
fn dropping_the_bytes_drops_the_events() {
    let (held, mut dropped) = futures::channel::oneshot::channel::<()>();
    let bytes = encode(EventStream::<String>::new(stream::pending().chain(stream::once(async move {
        drop(held);
        delta("never")
    }))));
    assert_eq!((&mut dropped).now_or_never(), None);
    drop(bytes);
    assert!(dropped.now_or_never().is_some_and(|closed| closed.is_err()));
}

/// The response of a server function, as far as these tests need one.
struct Body;

impl TryRes<ServerFnError> for Body {
    fn try_from_string(_: &str, _: String) -> Result<Self, ServerFnError> {
        Ok(Self)
    }

    fn try_from_bytes(_: &str, _: Bytes) -> Result<Self, ServerFnError> {
        Ok(Self)
    }

    fn try_from_stream(
        _: &str,
        _: impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
    ) -> Result<Self, ServerFnError> {
        Ok(Self)
    }
}

fn is_refused<R: Default + Serialize + DeserializeOwned + Send + 'static>() -> bool {
    let events = EventStream::<String, R>::new(stream::empty());
    block_on(IntoRes::<Sse, Body, ServerFnError>::into_res(events)).is_err()
}

#[test]
fn a_result_that_cannot_stand_in_an_exit_is_refused() {
    #[derive(Default, Serialize, Deserialize)]
    struct Total {
        lines: u64,
    }
    #[derive(Default, Serialize, Deserialize)]
    struct Clash {
        message: String,
    }
    assert!(!is_refused::<()>() && !is_refused::<Total>());
    assert!(is_refused::<u64>() && is_refused::<String>() && is_refused::<Vec<u8>>() && is_refused::<Clash>());
}

#[test]
fn an_item_that_no_page_reads_is_a_failure_and_the_last_event() {
    let given = vec![delta("a"), delta(&"x".repeat(LIMIT)), delta("b")];
    let read = decoded(encoded(given));
    assert_eq!(read, [delta("a"), Event::Exit(Exit::failed(TOO_LARGE))]);
    let most = delta(&"x".repeat(LIMIT - 64));
    assert_eq!(decoded(encoded(vec![most.clone(), exit()])), [most, exit()]);
}

#[test]
fn progress_is_read_without_a_word_of_the_items_own() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Percent(u8);
    impl Item for Percent {
        fn event(&self) -> &'static str {
            "progress"
        }
    }
    let given = [Event::Item(Percent(5)), Event::Exit(Exit::<()>::new(Reason::Normal))];
    let chunks: Vec<Bytes> = block_on(encode(EventStream::new(stream::iter(given.clone()))).collect());
    let read: Vec<Event<Percent>> = block_on(decode::<_, _, Infallible>(stream::iter(chunks).map(Ok)).collect());
    assert_eq!(read, given);
}

#[test]
fn an_item_that_cannot_be_written_ends_the_stream_with_a_word() {
    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Unwritable;
    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("a test"))
        }
    }
    impl Item for Unwritable {}
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Start;
    impl Item for Start {
        fn event(&self) -> &'static str {
            "start"
        }
    }
    fn last<T: Item>(item: T) -> String {
        let events = EventStream::<T>::new(stream::iter([Event::Item(item)]));
        let chunks: Vec<Bytes> = block_on(encode(events).collect());
        String::from_utf8(chunks.concat()).unwrap()
    }
    let expected = format!("event: exit\ndata: {}\n\n", serde_json::to_string(&Exit::<()>::failed(NO_ITEM)).unwrap());
    assert_eq!(last(Unwritable), expected);
    assert_eq!(last(Start), expected);
}

/// Its default can stand in an exit, and other values of it can't.
#[test]
fn a_result_that_cannot_be_written_is_a_failure_with_a_word() {
    let exit = Exit { result: Some(3_u64), ..Exit::new(Reason::Normal) };
    let events = EventStream::<String, Option<u64>>::new(stream::iter([Event::Exit(exit)]));
    let chunks: Vec<Bytes> = block_on(encode(events).collect());
    let text = String::from_utf8(chunks.concat()).unwrap();
    assert!(text.starts_with("event: exit\ndata: {\"reason\":\"failed\"") && text.contains(NO_RESULT), "{text}");
}

#[test]
fn numbers_and_lists_of_them_are_items() {
    fn read<T: Item>(item: &T) -> T {
        T::read("delta", &serde_json::to_string(item).unwrap()).unwrap().unwrap()
    }
    assert_eq!((read(&7_u8), read(&0.5_f64), read(&(1_u32, "a".to_owned()))), (7, 0.5, (1, "a".to_owned())));
    assert!(read(&f64::NAN).is_nan() && read(&f32::INFINITY).is_nan());
    assert_eq!(read(&vec![Some(1_u16), None]), [Some(1), None]);
    assert_eq!(vec!["ab".to_owned(), "c".to_owned()].size(), 3 + 2 * size_of::<String>());
}
