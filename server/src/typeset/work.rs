//! The items of one request, typeset a slice at a time.

use super::{code::Code, formula};
use crate::typeset::schedule::{slice::Slice, stack::with_a_large_stack};
use app::api::typeset::Item;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
    vec,
};

/// The CPU time of one request. Code of the greatest length takes a fraction of it.
const MOST: Duration = Duration::from_secs(2);

/// The results of a request so far, and the items that are left.
pub(super) struct Work {
    items: vec::IntoIter<Item>,
    /// The code that is being coloured.
    code: Option<Code>,
    html: Vec<Option<String>>,
    left: Duration,
}

impl Work {
    pub(super) fn new(items: Vec<Item>) -> Self {
        Self { html: Vec::with_capacity(items.len()), items: items.into_iter(), code: None, left: MOST }
    }

    /// Works until the slice is over. Every call makes progress, and all calls together take [`MOST`] at most, but for the
    /// last line or formula.
    pub(super) fn go_on(&mut self, begin: impl FnOnce() -> Slice + Send) {
        let worked = with_a_large_stack(|| {
            let slice = begin();
            while !self.is_done() {
                self.step(&slice);
                if slice.is_over() {
                    break;
                }
            }
            self.left = self.left.saturating_sub(slice.spent());
        });
        if worked.is_none() || self.left.is_zero() {
            self.give_up();
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.code.is_none() && self.items.len() == 0
    }

    /// The HTML of each item.
    pub(super) fn into_html(self) -> Vec<Option<String>> {
        self.html
    }

    /// One line, or one formula. A panic of a library costs one item: its state is dropped.
    fn step(&mut self, slice: &Slice) {
        let code = self.code.take();
        let done = catch_unwind(AssertUnwindSafe(|| match code {
            Some(code) => colour(code, slice),
            None => self.items.next().map_or(Step::Done(None), |item| begin(&item)),
        }));
        match done.unwrap_or(Step::Done(None)) {
            Step::Done(html) => self.html.push(html),
            Step::More(code) => self.code = Some(code),
        }
    }

    /// Code keeps the colours that it has; what wasn't begun stays as it is.
    fn give_up(&mut self) {
        self.html.extend(self.code.take().map(|code| Some(code.finish())));
        self.html.extend(self.items.by_ref().map(|_| None));
    }
}

#[expect(clippy::large_enum_variant, reason = "it is matched at once; a box would be allocated for each line")]
enum Step {
    Done(Option<String>),
    More(Code),
}

fn begin(item: &Item) -> Step {
    match item.lang.as_str() {
        "" => Step::Done(formula::mathml(&item.text, item.display)),
        language => Code::new(&item.text, language).map_or(Step::Done(None), Step::More),
    }
}

fn colour(mut code: Code, slice: &Slice) -> Step {
    if code.is_done() {
        return Step::Done(Some(code.finish()));
    }
    code.colour_line(slice);
    Step::More(code)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use tokio_util::sync::CancellationToken;

    fn rust(text: &str) -> Item {
        Item { text: text.into(), lang: "rust".into(), display: false }
    }

    fn slice() -> Slice {
        Slice::begin(Duration::ZERO, CancellationToken::new())
    }

    #[test]
    fn work_in_slices_comes_to_the_same_as_work_in_one_go() {
        let formula = Item { text: "x".into(), ..Item::default() };
        let items = vec![rust("let a;\nlet b;\n"), formula, rust(""), rust("let c;")];
        let mut sliced = Work::new(items.clone());
        let mut count = 0;
        while !sliced.is_done() {
            sliced.go_on(slice);
            count += 1;
        }
        let mut whole = Work::new(items);
        whole.go_on(|| Slice::begin(MOST, CancellationToken::new()));
        assert!(whole.is_done() && count > 4);
        assert_eq!(sliced.into_html(), whole.into_html());
    }

    #[test]
    fn what_takes_too_long_keeps_its_colours_and_its_text() {
        let mut work = Work::new(vec![rust("let a;\nlet b;\nlet c;\n"), rust("let d;")]);
        work.go_on(slice);
        work.go_on(slice);
        work.left = Duration::ZERO;
        work.go_on(slice);
        assert!(work.is_done());
        let html = work.into_html();
        let first = html[0].as_ref().unwrap();
        assert!(first.contains("hl-k") && first.ends_with("let c;\n"), "{first}");
        assert_eq!(html[1], None);
    }
}
