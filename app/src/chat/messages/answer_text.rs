//! Renders the Markdown of an answer as it grows.
//!
//! All text that arrives between two frames is rendered once. Finished blocks move before the tail and are not touched
//! again, so a delta costs the same at the end of a long answer as at its start. The HTML is safe to insert, since
//! [`markdown`](crate::markdown) generates all of it.

use super::{
    direction::add_direction,
    sections::{append_final, return_to_tail},
    selection::{is_selected, preserve},
    typeset::typeset_in,
};
use crate::{
    browser::{next_frame::in_next_frame, now_ms},
    chat::{conversation::Message, messages::patch_dom::patch_dom},
    markdown::{Document, Outline, Patch, Tail},
    ui::duration::round_ms,
};
use leptos::{
    html,
    prelude::*,
    reactive::owner::{LocalStorage, WeakOwner},
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::Element,
};
use std::cell::Cell;

/// The amount of text in an answer's first frame, and the most and the least in later ones, in bytes. More would delay the
/// response to clicks and keys.
const FIRST_PIECE: usize = 16 * 1024;
const MAX_PIECE: usize = 32 * 1024;
const MIN_PIECE: usize = 8 * 1024;

/// The amount of text in one frame of all answers together, in bytes. A conversation that is opened has many.
const FRAME_BUDGET: usize = 128 * 1024;

thread_local! {
    /// The rest of this budget in the current frame.
    static BUDGET_LEFT: Cell<usize> = const { Cell::new(FRAME_BUDGET) };
}

/// After a slower frame the next piece is smaller, and after a quicker one it is larger. In milliseconds. The browser's
/// layout takes most of the time, so the duration is known only in the next frame.
const SLOW_MS: f64 = 40.0;
const QUICK_MS: f64 = 25.0;

/// The length of the prefix that identifies a text, in bytes.
const HEAD_BYTES: usize = 32;

/// The state of rendering.
struct RenderState {
    document: Document,
    /// The bytes of the text in the document.
    taken: usize,
    /// The first [`HEAD_BYTES`] bytes of the text, and the length of the reasoning. Text may later turn out to be reasoning.
    head: String,
    thought: usize,
    /// Whether the text so far has turned out to be reasoning.
    was_thought: bool,
    /// The size of the next piece, in bytes.
    piece: usize,
    /// The time of the last piece.
    at_ms: f64,
    /// Whether more text had arrived than fitted into the last frame.
    is_behind: bool,
    /// The outline of the final headings.
    outline: Outline,
    /// The requested animation frame.
    frame: Option<i32>,
}

impl RenderState {
    fn new(id: &str) -> Self {
        Self {
            document: Document::new(id),
            taken: 0,
            head: String::new(),
            thought: 0,
            was_thought: false,
            piece: FIRST_PIECE,
            at_ms: 0.0,
            is_behind: false,
            outline: Outline::default(),
            frame: None,
        }
    }

    /// Renders the text since the last frame.
    fn next_patch(&mut self, message: &Message) -> Patch {
        self.frame = None;
        let is_another = self.thought != message.reasoning.len() && !message.text.starts_with(&self.head);
        self.was_thought = is_another;
        if is_another {
            (self.document, self.taken) = (Document::new(&message.id), 0);
        }
        let head = message.text.floor_char_boundary(HEAD_BYTES);
        message.text[..head].clone_into(&mut self.head);
        self.thought = message.reasoning.len();
        let now_ms = now_ms();
        if self.is_behind {
            self.piece = next_piece(self.piece, now_ms - self.at_ms);
        }
        self.at_ms = now_ms;
        let rest = message.text.get(self.taken..).unwrap_or_default();
        let piece = rest.get(..rest.floor_char_boundary(self.piece.min(BUDGET_LEFT.get()))).unwrap_or_default();
        spend_budget(piece.len());
        self.document.push(piece);
        self.taken += piece.len();
        self.is_behind = piece.len() < rest.len();
        self.document.expect_more(self.is_behind);
        if message.exit.is_some() && !self.is_behind {
            if message.lacks_its_end() { self.document.cut_off() } else { self.document.finish() }
        }
        let mut patch = self.document.render(round_ms(now_ms));
        patch.rewrite |= is_another;
        if patch.rewrite {
            self.outline = Outline::default();
        }
        self.outline.number(&mut patch.frozen);
        add_direction(&mut patch.frozen);
        if let Tail::Html(html) = &mut patch.tail {
            // Headings in the tail may still change, so they don't count for later ones.
            let mut outline = self.outline;
            outline.number(html);
            add_direction(html);
        }
        patch
    }
}

/// Takes bytes from the budget of this frame.
fn spend_budget(length: usize) {
    let left = BUDGET_LEFT.get();
    if left == FRAME_BUDGET && length > 0 {
        in_next_frame(|| BUDGET_LEFT.set(FRAME_BUDGET));
    }
    BUDGET_LEFT.set(left.saturating_sub(length));
}

/// The size of the next piece, in bytes, after one of `piece` bytes that took `took_ms`.
fn next_piece(piece: usize, took_ms: f64) -> usize {
    if took_ms > SLOW_MS {
        (piece / 2).max(MIN_PIECE)
    } else if took_ms < QUICK_MS {
        (piece * 2).min(MAX_PIECE)
    } else {
        piece
    }
}

/// Marks an answer whose text has not been rendered completely.
fn mark_behind(answer: &Element, is_behind: bool) {
    if is_behind != self::is_behind(answer) {
        _ = answer.toggle_attribute_with_force("data-behind", is_behind);
    }
}

/// Whether some text of an answer has not been rendered.
pub(crate) fn is_behind(answer: &Element) -> bool {
    answer.has_attribute("data-behind")
}

/// The text of one answer.
#[component]
pub fn AnswerText(
    /// The answer.
    message: RwSignal<Message>,
    /// Whether the page is being printed, for which all text is rendered at once.
    printing: RwSignal<bool>,
) -> impl IntoView {
    let renderer = Renderer::new(message);
    Effect::new(move |before: Option<()>| {
        message.track();
        if before.is_none() {
            renderer.start();
        } else if !renderer.has_frame() {
            renderer.request_frame();
        }
    });
    Effect::new(move |_| {
        while printing.get() && renderer.state.with_value(|state| state.is_behind) {
            renderer.render();
        }
    });
    on_cleanup(move || renderer.cancel_frame());
    view! {
        <div class="markdown" node_ref=renderer.body>
            <div class="tail" node_ref=renderer.tail></div>
        </div>
    }
}

/// Renders one answer into its elements, in animation frames.
#[derive(Clone, Copy)]
struct Renderer {
    message: RwSignal<Message>,
    body: NodeRef<html::Div>,
    tail: NodeRef<html::Div>,
    state: StoredValue<RenderState>,
    /// The component. A frame runs outside of every component, but the requests to typeset must end with this one. The
    /// reference is weak, because the owner owns this value, and a cycle would leak both.
    owner: StoredValue<Option<WeakOwner>>,
    /// One closure for all frames. A frame requested through Leptos would end with its effect, at the next delta.
    on_frame: StoredValue<Option<Closure<dyn Fn()>>, LocalStorage>,
}

impl Renderer {
    /// Call it in the body of the component.
    fn new(message: RwSignal<Message>) -> Self {
        Self {
            message,
            body: NodeRef::new(),
            tail: NodeRef::new(),
            state: StoredValue::new(RenderState::new(&message.with_untracked(|message| message.id.clone()))),
            owner: StoredValue::new(Owner::current().map(|owner| owner.downgrade())),
            on_frame: StoredValue::new_local(None),
        }
    }

    /// Renders the text that exists from the start, at least its first piece, so the page never appears without it.
    fn start(self) {
        self.on_frame.set_value(Some(Closure::<dyn Fn()>::new(move || self.render())));
        self.render();
    }

    fn render(self) {
        let (Some(body), Some(tail)) = (self.body.get_untracked(), self.tail.get_untracked()) else { return };
        let patch =
            self.state.try_update_value(|state| self.message.with_untracked(|message| state.next_patch(message)));
        let Some(patch) = patch else { return };
        let thought = self.state.with_value(|state| state.was_thought).then(|| reasoning_element(&body)).flatten();
        let changed = apply_patch(&body, &tail, &patch, thought.as_ref());
        mark_behind(&body, self.state.with_value(|state| state.is_behind));
        if let (false, Some(owner)) = (changed.is_empty(), self.owner.get_value().and_then(|owner| owner.upgrade())) {
            owner.with(|| typeset_in(&changed));
        }
        // A large block is not rendered for every word. Another frame renders the last word if no other follows.
        if self.state.with_value(|state| state.is_behind || state.document.is_behind()) {
            self.request_frame();
        }
    }

    fn has_frame(self) -> bool {
        self.state.with_value(|state| state.frame.is_some())
    }

    fn request_frame(self) {
        let frame = self
            .on_frame
            .with_value(|on_frame| window().request_animation_frame(on_frame.as_ref()?.as_ref().unchecked_ref()).ok());
        self.state.update_value(|state| state.frame = frame);
    }

    fn cancel_frame(self) {
        if let Some(frame) = self.state.try_update_value(|state| state.frame.take()).flatten() {
            _ = window().cancel_animation_frame(frame);
        }
    }
}

/// Applies a patch to the page. `thought` is the element with the former text if that has turned out to be reasoning.
/// Returns the sections with new final blocks.
fn apply_patch(body: &Element, tail: &Element, patch: &Patch, thought: Option<&Element>) -> Vec<Element> {
    let is_same = !patch.rewrite && patch.frozen.is_empty();
    match &patch.tail {
        Tail::Unchanged if is_same => Vec::new(),
        Tail::Code(text) if is_same => {
            if let Some(code) = tail.query_selector("code").ok().flatten() {
                _ = code.append_with_str_1(text);
            }
            Vec::new()
        }
        Tail::Html(html) => redraw(body, tail, patch, html, thought),
        _ if patch.rewrite => redraw(body, tail, patch, "", thought),
        _ => redraw(body, tail, patch, &tail.inner_html(), thought),
    }
}

/// Updates the blocks of the tail, or all blocks if the patch rewrites them.
fn redraw(body: &Element, tail: &Element, patch: &Patch, growing: &str, thought: Option<&Element>) -> Vec<Element> {
    let mut changed = Vec::new();
    preserve(if patch.rewrite { body } else { tail }, || {
        if patch.rewrite {
            return_to_tail(tail);
        }
        let mut blocks = thought.iter().map(|thought| (*thought).clone().into()).collect();
        changed = append_final(tail, &patch.frozen, &mut blocks);
        patch_dom(tail, growing);
        blocks.push(tail.clone().into());
        blocks
    });
    if let Some(details) = thought.filter(|thought| is_selected(thought)).and_then(|thought| thought.parent_element()) {
        _ = details.set_attribute("open", "");
    }
    changed
}

/// The element with the reasoning before an answer.
fn reasoning_element(answer: &Element) -> Option<Element> {
    answer.parent_element()?.query_selector(".reasoning > .text").ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_shrinks_after_slow_frames_and_grows_after_quick_ones() {
        assert_eq!(next_piece(MAX_PIECE, 16.7), MAX_PIECE);
        assert_eq!(next_piece(MAX_PIECE, 33.4), MAX_PIECE);
        assert_eq!(next_piece(MAX_PIECE, 100.0), MAX_PIECE / 2);
        assert_eq!(next_piece(MAX_PIECE / 4, 16.7), MAX_PIECE / 2);
        assert_eq!(next_piece(MIN_PIECE, 1000.0), MIN_PIECE);
    }
}
