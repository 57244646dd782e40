//! Announces the running answer to screen readers, in whole sentences instead of deltas.
//!
//! Every two seconds, the blocks and sentences that were completed since are put as plain text into a hidden live region.
//! The rest follows at the end. The text is taken from the rendered page, so no Markdown mark is read out and a delta costs
//! nothing. A piece has a maximum length, so it doesn't block the page. If a model writes faster, the announcements fall
//! behind and continue where they were.

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
    reactive::owner::LocalStorage,
    task::{spawn_local_scoped_with_cancellation, tick},
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use starcrossed::Reason;

/// The pause between two pieces, in milliseconds.
const PAUSE_MS: u32 = 2000;

/// The length in bytes after which a piece ends with its sentence. That is twenty times what is read out in a pause.
const MAX_PIECE_BYTES: usize = 3000;

/// The part of an answer that was announced.
#[derive(Default)]
struct Spoken {
    /// The element with the answer.
    answer: Option<Element>,
    /// Its first final section. If that is removed, the announced text was not the answer.
    first: Option<Element>,
    /// The block after those that were announced completely.
    next: BlockPosition,
    /// The number of its sentences that were announced.
    sentences: usize,
}

/// The hidden region that screen readers announce.
#[component]
pub fn LiveRegion(
    /// The open conversation.
    chat: Chat,
) -> impl IntoView {
    let region = NodeRef::<html::Div>::new();
    let announcer = Announcer { region, spoken: StoredValue::new_local(Spoken::default()) };
    // The last one of several answers to end is the end.
    let running = Memo::new(move |_| chat.is_running());
    // The former task is cancelled whenever an answer starts or ends, and with the page.
    Effect::new(move |before: Option<bool>| {
        let running = running.get();
        if running {
            announcer.spoken.set_value(Spoken::default());
            // No delta can have arrived yet, so any text is from before.
            let has_old_text = chat.transcript.last().is_some_and(has_text);
            spawn_local_scoped_with_cancellation(announcer.announce_running(has_old_text));
        } else if before == Some(true) {
            let is_stopped = untrack(|| chat.transcript.exit.with(|exit| exit.as_ref().is_some_and(was_stopped)));
            spawn_local_scoped_with_cancellation(announcer.announce_rest(is_stopped));
        }
        running
    });
    view! { <div class="visually-hidden" aria-live="polite" node_ref=region></div> }
}

/// Puts the pieces of one answer into the live region.
#[derive(Clone, Copy)]
struct Announcer {
    region: NodeRef<html::Div>,
    spoken: StoredValue<Spoken, LocalStorage>,
}

impl Announcer {
    /// Announces the pieces of a running answer. Text from before it continued was announced then, and is skipped.
    async fn announce_running(self, has_old_text: bool) {
        if has_old_text {
            // The old text is rendered in the next frames.
            tick().await;
            while self.spoken.try_update_value(Spoken::skip) == Some(true) {
                after_paint().await;
            }
        }
        loop {
            TimeoutFuture::new(PAUSE_MS).await;
            self.announce_next(false);
        }
    }

    /// Announces the rest of an answer that has ended. After a stop, it announces only one more piece.
    async fn announce_rest(self, is_stopped: bool) {
        after_paint().await;
        while self.announce_next(true) && !is_stopped {
            TimeoutFuture::new(PAUSE_MS).await;
        }
    }

    /// Announces the next piece. Returns whether there was one.
    fn announce_next(self, last: bool) -> bool {
        let piece = self.spoken.try_update_value(|spoken| spoken.next(last)).unwrap_or_default();
        if let Some(region) = self.region.get_untracked().filter(|_| !piece.trim().is_empty()) {
            announce(&region, piece.trim());
        }
        !piece.is_empty()
    }
}

fn was_stopped(exit: &Exit) -> bool {
    exit.reason == Reason::Killed
}

fn has_text(entry: Entry) -> bool {
    entry.message.with_untracked(|message| !message.text.is_empty())
}

/// Replaces the region's text. The former text is removed, so that a screen reader does not find it twice on the page.
fn announce(region: &Element, piece: &str) {
    if let Ok(paragraph) = document().create_element("p") {
        paragraph.set_text_content(Some(piece));
        region.replace_children_with_node_1(&paragraph);
    }
}

/// The element with the newest answer; of a comparison, the chosen one.
fn newest_answer() -> Option<Element> {
    let selector =
        ".message-list > article:last-child > .markdown, .message-list > :last-child [aria-current] > .markdown";
    document().query_selector(selector).ok().flatten()
}

impl Spoken {
    /// Takes the next piece of completed sentences. With `last`, the text counts as complete.
    fn next(&mut self, last: bool) -> String {
        let mut piece = String::new();
        while piece.len() < MAX_PIECE_BYTES && self.add_block(&mut piece, last) {}
        piece
    }

    /// Skips the text on the page. Returns whether more of it has not been rendered.
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

    /// Adds the rest of the next block to `piece`. Returns whether the block is complete, so that another may follow.
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

/// The first section of an answer. None if that is the tail, which changes with each frame.
fn first_section(answer: &Element) -> Option<Element> {
    answer.first_element_child().filter(|first| first.next_element_sibling().is_some())
}

/// The text of a block for announcements. For code this is only the caption, since code is hard to follow by ear.
fn spoken_text(block: &Element) -> String {
    if block.class_list().contains("code") {
        let caption = block.query_selector("figcaption > span").ok().flatten();
        return ["Code ", &caption.and_then(|caption| caption.text_content()).unwrap_or_default()].concat();
    }
    // `inner_text` forces a layout of the page. A block without child elements doesn't need it.
    if block.child_element_count() == 0 {
        return block.text_content().unwrap_or_default();
    }
    block.dyn_ref::<HtmlElement>().map(HtmlElement::inner_text).unwrap_or_default()
}

/// The text after the first `said` sentences, up to the length of a piece, and the number of sentences then. The number is
/// None at the end of the text. Of a growing text, only whole sentences count.
fn next_sentences(text: &str, said: usize, growing: bool) -> (&str, Option<usize>) {
    let sentence_ends = sentence_ends(text);
    let from = said.checked_sub(1).map_or(Some(0), |last| sentence_ends.get(last).copied()).unwrap_or(text.len());
    let enough = sentence_ends.iter().position(|end| end.saturating_sub(from) >= MAX_PIECE_BYTES);
    let is_over = !growing && enough.is_none();
    let sentences = enough.map_or(sentence_ends.len(), |last| last + 1);
    let to = if is_over { text.len() } else { sentences.checked_sub(1).map_or(0, |last| sentence_ends[last]) };
    (text.get(from..to).unwrap_or_default(), (!is_over).then_some(sentences.max(said)))
}

/// The offsets after each sentence and each line.
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
    fn a_growing_text_is_announced_in_whole_sentences() {
        assert_eq!(next_sentences("One. Two. Thr", 0, true), ("One. Two. ", Some(2)));
        assert_eq!(next_sentences("Pi is 3.1", 0, true), ("", Some(0)));
        assert_eq!(next_sentences("", 0, true), ("", Some(0)));
    }

    #[test]
    fn an_announced_sentence_is_not_repeated() {
        assert_eq!(next_sentences("One. Two. Three! Fo", 2, true), ("Three! ", Some(3)));
        assert_eq!(next_sentences("One. Two. Thr", 2, true), ("", Some(2)));
        assert_eq!(next_sentences("One. Two. Three", 2, false), ("Three", None));
    }

    #[test]
    fn a_text_that_has_become_shorter_is_not_repeated() {
        assert_eq!(next_sentences("One. Tw", 2, true), ("", Some(2)));
        assert_eq!(next_sentences("One.", 3, false), ("", None));
    }

    #[test]
    fn a_line_counts_as_a_sentence() {
        assert_eq!(next_sentences("milk\neggs\nbre", 0, true), ("milk\neggs\n", Some(2)));
        assert_eq!(next_sentences("初めに。次に", 0, true), ("初めに。", Some(1)));
    }

    #[test]
    fn a_long_text_is_announced_in_pieces_of_sentences() {
        let text = "A sentence of thirty letters. ".repeat(250);
        let (first, sentences) = next_sentences(&text, 0, false);
        assert_eq!((first.len(), sentences), (MAX_PIECE_BYTES, Some(100)));
        let (second, sentences) = next_sentences(&text, 100, true);
        assert_eq!((second.len(), sentences), (MAX_PIECE_BYTES, Some(200)));
        let (last, sentences) = next_sentences(&text, 200, false);
        assert_eq!((last.len(), sentences), (1500, None));
    }
}
