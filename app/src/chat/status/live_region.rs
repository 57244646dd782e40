//! The running answer for who listens to it: in pieces that make sense, not delta by delta.
//!
//! Every two seconds, what has become a whole block or a whole sentence since is put as plain text into a region that
//! nobody sees and screen readers read out; the rest follows at the end. It is taken from what the page shows, so that
//! nobody hears a mark that nobody sees, and so that a delta costs nothing. A model that says more than anybody can listen to
//! gets ahead of it: a piece has an end, so that the page isn't held up by it, and the next goes on from there.

use crate::{
    browser::next_frame::after_paint,
    chat::{
        messages::{answer_text::is_behind, sections::BlockPosition},
        protocol::answer::Exit,
        session::{Chat, entry::Entry},
    },
};
use gloo_timers::future::TimeoutFuture;
use leptos::{
    html,
    prelude::*,
    task::{spawn_local_scoped_with_cancellation, tick},
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use starcrossed::Reason;

/// The pause between two pieces, in milliseconds.
const PAUSE_MS: u32 = 2000;

/// How long a piece may get, in bytes, before it ends with the sentence. Twenty times as much as one hears in a pause.
const MAX_PIECE_BYTES: usize = 3000;

/// How far an answer has been said.
#[derive(Default)]
struct Spoken {
    /// What shows the answer.
    answer: Option<Element>,
    /// Its first final section. Once that is gone, what was said was no answer.
    first: Option<Element>,
    /// The block after those that have been said to their end.
    next: BlockPosition,
    /// How many sentences of it have been said.
    sentences: usize,
}

/// The region that is read out.
#[component]
pub fn LiveRegion(
    /// The open conversation.
    chat: Chat,
) -> impl IntoView {
    let region = NodeRef::<html::Div>::new();
    let said = StoredValue::new_local(Spoken::default());
    // Whether there was something to be said.
    let say = move |last: bool| {
        let piece = said.try_update_value(|said| said.next(last)).unwrap_or_default();
        if let Some(region) = region.get_untracked().filter(|_| !piece.trim().is_empty()) {
            announce(&region, piece.trim());
        }
        !piece.is_empty()
    };
    // Of several answers at once the first to end is not the end.
    let running = Memo::new(move |_| chat.is_running());
    // What was being done ends whenever the answer begins or ends, and with the page.
    Effect::new(move |before: Option<bool>| {
        let running = running.get();
        if running {
            said.set_value(Spoken::default());
            // Nothing can have come yet: whatever text there is was there before.
            let goes_on = chat.transcript.last().is_some_and(has_text);
            spawn_local_scoped_with_cancellation(async move {
                if goes_on {
                    // It was heard before. It is drawn in the frames that come now.
                    tick().await;
                    while said.try_update_value(Spoken::skip) == Some(true) {
                        after_paint().await;
                    }
                }
                loop {
                    TimeoutFuture::new(PAUSE_MS).await;
                    say(false);
                }
            });
        } else if before == Some(true) {
            let is_stopped = untrack(|| chat.transcript.exit.with(|exit| exit.as_ref().is_some_and(was_stopped)));
            spawn_local_scoped_with_cancellation(async move {
                after_paint().await;
                // Who has stopped it doesn't want to hear all that had come by then.
                while say(true) && !is_stopped {
                    TimeoutFuture::new(PAUSE_MS).await;
                }
            });
        }
        running
    });
    view! { <div class="visually-hidden" aria-live="polite" node_ref=region></div> }
}

fn was_stopped(exit: &Exit) -> bool {
    exit.reason == Reason::Killed
}

fn has_text(entry: Entry) -> bool {
    entry.message.with_untracked(|message| !message.text.is_empty())
}

/// What was there is taken away, since it has been heard: who reads the page by ear shall not find it twice.
fn announce(region: &Element, piece: &str) {
    if let Ok(paragraph) = document().create_element("p") {
        paragraph.set_text_content(Some(piece));
        region.replace_children_with_node_1(&paragraph);
    }
}

/// What shows the newest answer; of several at once, the chosen one.
fn newest_answer() -> Option<Element> {
    let newest_answer =
        ".message-list > article:last-child > .markdown, .message-list > :last-child [aria-current] > .markdown";
    document().query_selector(newest_answer).ok().flatten()
}

impl Spoken {
    /// What has been completed since the last time, or at the end whatever there is; a piece of it, if it is long.
    fn next(&mut self, last: bool) -> String {
        let mut piece = String::new();
        while piece.len() < MAX_PIECE_BYTES && self.add_block(&mut piece, last) {}
        piece
    }

    /// Takes for said what there is. Whether more of it is still to be drawn.
    fn skip(&mut self) -> bool {
        self.answer = self.answer.take().or_else(newest_answer);
        let Some(answer) = &self.answer else { return false };
        self.next = BlockPosition::after_final(answer);
        self.sentences = 0;
        let is_behind = is_behind(answer);
        if !is_behind {
            while !self.next(false).is_empty() {}
        }
        is_behind
    }

    /// Adds what is left of the block that comes next. Whether that was all of it, and there may be another.
    fn add_block(&mut self, piece: &mut String, last: bool) -> bool {
        self.answer = self.answer.take().or_else(newest_answer);
        if self.first.as_ref().is_some_and(|first| !first.is_connected()) {
            (self.first, self.next, self.sentences) = (None, BlockPosition::default(), 0);
        }
        self.first = self.first.take().or_else(|| first_section(self.answer.as_ref()?));
        let Some((block, open)) = self.answer.as_ref().and_then(|answer| self.next.find(answer)) else {
            return false;
        };
        let text = spoken_text(&block);
        let (next_sentences, sentences) = next_sentences(&text, self.sentences, open && !last);
        piece.push_str(next_sentences);
        if let Some(sentences) = sentences {
            self.sentences = sentences;
            return false;
        }
        piece.push('\n');
        self.next = self.next.next();
        self.sentences = 0;
        true
    }
}

/// The first section of an answer, unless that is its tail, which is drawn anew with each frame.
fn first_section(answer: &Element) -> Option<Element> {
    answer.first_element_child().filter(|first| first.next_element_sibling().is_some())
}

/// A block as one would read it to somebody. Nobody reads code out before being asked to.
fn spoken_text(block: &Element) -> String {
    if block.class_list().contains("code") {
        let caption = block.query_selector("figcaption > span").ok().flatten();
        return ["Code ", &caption.and_then(|caption| caption.text_content()).unwrap_or_default()].concat();
    }
    // What is seen of it can be told only once it is laid out, for which the whole page would wait. Plain text needs none of that.
    if block.child_element_count() == 0 {
        return block.text_content().unwrap_or_default();
    }
    block.dyn_ref::<HtmlElement>().map(HtmlElement::inner_text).unwrap_or_default()
}

/// What comes after so many sentences, as much as makes a piece, and how many there are then; none if the text is over. Of
/// text that is still growing, whole sentences only.
fn next_sentences(text: &str, said: usize, growing: bool) -> (&str, Option<usize>) {
    let sentence_ends = sentence_ends(text);
    let from = said.checked_sub(1).map_or(Some(0), |last| sentence_ends.get(last).copied()).unwrap_or(text.len());
    let enough = sentence_ends.iter().position(|end| end.saturating_sub(from) >= MAX_PIECE_BYTES);
    let is_over = !growing && enough.is_none();
    let sentences = enough.map_or(sentence_ends.len(), |last| last + 1);
    let to = if is_over { text.len() } else { sentences.checked_sub(1).map_or(0, |last| sentence_ends[last]) };
    (text.get(from..to).unwrap_or_default(), (!is_over).then_some(sentences.max(said)))
}

/// Where sentences end, and lines.
fn sentence_ends(text: &str) -> Vec<usize> {
    let mut before = ' ';
    let mut sentence_ends = Vec::new();
    for (at, letter) in text.char_indices() {
        let stop = letter == '\n' || matches!(letter, '。' | '！' | '？');
        if stop || (letter.is_whitespace() && matches!(before, '.' | '!' | '?' | '…' | ':')) {
            sentence_ends.push(at + letter.len_utf8());
        }
        before = letter;
    }
    sentence_ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_that_grows_only_whole_sentences_are_said() {
        assert_eq!(next_sentences("One. Two. Thr", 0, true), ("One. Two. ", Some(2)));
        assert_eq!(next_sentences("Pi is 3.1", 0, true), ("", Some(0)));
        assert_eq!(next_sentences("", 0, true), ("", Some(0)));
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        assert_eq!(next_sentences("One. Two. Three! Fo", 2, true), ("Three! ", Some(3)));
        assert_eq!(next_sentences("One. Two. Thr", 2, true), ("", Some(2)));
        assert_eq!(next_sentences("One. Two. Three", 2, false), ("Three", None));
    }

    #[test]
    fn a_text_that_has_become_shorter_is_not_said_again() {
        assert_eq!(next_sentences("One. Tw", 2, true), ("", Some(2)));
        assert_eq!(next_sentences("One.", 3, false), ("", None));
    }

    #[test]
    fn a_line_is_as_good_as_a_sentence() {
        assert_eq!(next_sentences("milk\neggs\nbre", 0, true), ("milk\neggs\n", Some(2)));
        assert_eq!(next_sentences("初めに。次に", 0, true), ("初めに。", Some(1)));
    }

    #[test]
    fn a_long_text_is_said_in_pieces_that_end_with_a_sentence() {
        let text = "A sentence of thirty letters. ".repeat(250);
        let (first, sentences) = next_sentences(&text, 0, false);
        assert_eq!((first.len(), sentences), (MAX_PIECE_BYTES, Some(100)));
        let (second, sentences) = next_sentences(&text, 100, true);
        assert_eq!((second.len(), sentences), (MAX_PIECE_BYTES, Some(200)));
        let (last, sentences) = next_sentences(&text, 200, false);
        assert_eq!((last.len(), sentences), (1500, None));
    }
}
