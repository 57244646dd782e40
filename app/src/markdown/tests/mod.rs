mod check;
mod cjk;
mod cost;
mod cut;
mod formulas;
mod gfm;
mod giants;
mod hostile;
mod live;
mod normal;
mod prefixes;
mod spec;
mod splits;
mod tokens;

use super::*;
use check::check;

/// The page's content: the final part, and the tail.
#[derive(Default)]
struct Page {
    frozen: String,
    tail: String,
    rewrites: usize,
}

impl Page {
    fn apply(&mut self, patch: Patch) {
        if patch.rewrite {
            self.frozen.clear();
            self.tail.clear();
            self.rewrites += 1;
        }
        self.frozen += &patch.frozen;
        match patch.tail {
            Tail::Unchanged => {}
            Tail::Html(html) => self.tail = html,
            Tail::Code(text) => {
                let end = self.tail.rfind("</code>").expect("there is code in the tail");
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                self.tail.insert_str(end, &text.replace('"', "&quot;").replace('\'', "&#39;"));
            }
        }
    }
}

/// The page after each of the pieces, and after the end.
fn stream<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (Vec<String>, Page) {
    let mut document = Document::new("t-");
    let mut page = Page::default();
    let mut seen = Vec::new();
    for piece in pieces {
        document.push(piece);
        page.apply(document.render(0));
        seen.push(page.frozen.clone() + &page.tail);
    }
    document.finish();
    page.apply(document.render(0));
    assert_eq!(document.render(0), Patch::default(), "nothing comes after the end");
    assert_eq!(page.tail, "", "nothing is left in the tail");
    (seen, page)
}

fn whole(source: &str) -> String {
    let html = to_html("t-", source);
    check(&html);
    html
}

/// The page's content after this much has arrived, in one piece.
fn live(source: &str) -> String {
    let (seen, _) = stream([source]);
    check(&seen[0]);
    seen[0].clone()
}
