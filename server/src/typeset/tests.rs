use super::*;
use std::time::Instant;

fn client(last: u8) -> ClientAddr {
    ClientAddr::at([10, 0, 0, last].into())
}

fn code(lang: &str, text: String) -> Item {
    Item { text, lang: lang.into(), display: false }
}

fn typesetting() -> TypesetService {
    TypesetService { turns: Turns::with(1, 1) }
}

async fn html(typesetter: &SharedTypesetter, items: Vec<Item>) -> Vec<Option<String>> {
    typesetter.typeset(items).await.unwrap()
}

/// The text of HTML: without its tags and escapes.
fn shown(html: &str) -> String {
    let pieces = html.split('<').enumerate();
    let text = pieces.map(|(at, piece)| if at == 0 { piece } else { piece.split_once('>').unwrap().1 });
    text.collect::<String>().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn items_come_back_in_their_order() {
    let formula = Item { text: "x".into(), ..Item::default() };
    let items = vec![formula, code("klingon", "x".into()), code("rust", "let".into())];
    let html = html(&typesetting().of(client(1)), items).await;
    assert!(html[0].as_ref().unwrap().starts_with("<math"), "{html:?}");
    assert_eq!(html[1], None);
    assert_eq!(html[2].as_deref(), Some(r#"<span class="hl-k">let</span>"#));
}

#[tokio::test]
async fn a_client_with_more_requests_than_its_quota_is_refused_and_others_are_not() {
    let typesetting = typesetting();
    let (one, other) = (typesetting.of(client(1)), typesetting.of(client(2)));
    let all: Vec<_> = (0..60).map(|_| one.typeset(vec![code("rust", "let x = 1;\n".repeat(50))])).collect();
    let waiting = futures::future::join_all(all);
    let (many, html) = tokio::join!(waiting, html(&other, vec![code("rust", "let".into())]));
    assert_eq!(many.iter().filter(|answer| answer.is_ok()).count(), 16);
    assert!(html[0].is_some());
}

#[tokio::test]
async fn a_client_with_much_work_delays_another_by_a_slice() {
    let typesetting = typesetting();
    let (one, other) = (typesetting.of(client(1)), typesetting.of(client(2)));
    _ = html(&other, vec![code("rust", "let x = 1;".into())]).await; // compiles the expressions
    let mut much = Box::pin(futures::future::join_all(
        (0..16).map(|_| one.typeset(vec![code("rust", "let x = 1;\n".repeat(5000)); 4])),
    ));
    assert!(futures::poll!(&mut much).is_pending());
    let small = html(&other, vec![code("rust", "let x = 1;".into())]);
    let first = futures::future::select(&mut much, Box::pin(small)).await;
    assert!(matches!(first, futures::future::Either::Right(_)), "the other was served while the much went on");
}

#[tokio::test]
async fn work_that_nobody_waits_for_ends_and_makes_room() {
    let typesetting = typesetting();
    let mut work = typesetting.of(client(1)).typeset(vec![code("rust", "let x = 1;\n".repeat(1_000_000)); 64]);
    assert!(futures::poll!(&mut work).is_pending());
    drop(work);
    assert!(html(&typesetting.of(client(1)), vec![code("rust", "let".into())]).await[0].is_some());
}

/// Each of these takes seconds where a line of 2 KiB is coloured as a whole.
#[tokio::test]
async fn no_line_takes_long_whatever_its_grammar() {
    let typesetting = typesetting();
    for (lang, seed) in [
        ("less", "a-"),
        ("scss", "a-"),
        ("markdown", "~"),
        ("markdown", "`"),
        ("cs", "é"),
        ("sv", "\t"),
        ("lisp", "a"),
        ("cpp", "a::"),
        ("sh", " "),
        ("js", "A"),
        ("groovy", " "),
        ("scala", "$"),
    ] {
        let typesetter = typesetting.of(client(1));
        _ = html(&typesetter, vec![code(lang, seed.into())]).await; // compiles the expressions
        for line in [seed.repeat(2048 / seed.len()), "x".repeat(900) + &seed.repeat(60), seed.repeat(500)] {
            let began = Instant::now();
            let html = html(&typesetter, vec![code(lang, line.clone())]).await;
            assert_eq!(shown(html[0].as_ref().unwrap()), line, "{lang} {seed}");
            assert!(began.elapsed() < Duration::from_secs(5), "{lang} {seed}: {:?}", began.elapsed());
        }
    }
}
