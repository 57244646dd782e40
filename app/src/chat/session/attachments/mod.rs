//! What is sent along with the next question: pictures, and files of text.
//!
//! It comes by the picker of [`crate::chat::composer::attachments`], or it is pasted or dropped, which [`paste_and_drop`] hears. Then it waits to be
//! read: [`read`] does that, one file after another, and takes what [`limits`] allows. What is refused is said at once,
//! and not when the question has been sent.
//!
//! None of it survives a reload before it is sent, and the browser asks whether that is meant. A draft is kept at each key
//! press, where 5 MB is all the room there is. While another conversation is looked at it waits [`parked`].

pub mod limits;
pub mod parked;
pub mod paste_and_drop;
pub mod read;
pub mod text_file;

use crate::chat::conversation::File;
use leptos::{
    prelude::*,
    web_sys::{self, FileList},
};
use limits::MAX_FILES;
use send_wrapper::SendWrapper;

/// The files beside the draft.
#[derive(Clone, Copy, Debug)]
pub struct Attachments {
    /// What goes with the next question.
    pub files: RwSignal<Vec<File>>,
    /// What doesn't, in sentences; empty if that is nothing.
    pub refused: RwSignal<String>,
    /// What has come and isn't read yet; in the browser alone, which has one thread.
    pub waiting: RwSignal<Vec<SendWrapper<web_sys::File>>>,
    /// Files are being held over the page.
    pub is_dragging: RwSignal<bool>,
    /// Somebody has asked before all was read: the question goes as soon as it is.
    pub send_when_read: RwSignal<bool>,
    /// What waits in conversations that were left, by their ids; under no id that of a new one.
    parked: StoredValue<Vec<(String, Vec<File>)>>,
}

impl Attachments {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            refused: RwSignal::new(String::new()),
            waiting: RwSignal::new(Vec::new()),
            is_dragging: RwSignal::new(false),
            send_when_read: RwSignal::new(false),
            parked: StoredValue::new(Vec::new()),
        }
    }

    /// Takes in what somebody has picked, pasted or dropped, as far as there is room. Says whether there was anything.
    pub fn add_files(self, list: Option<FileList>) -> bool {
        let Some(list) = list.filter(|list| list.length() > 0) else { return false };
        self.refused.set(String::new());
        self.waiting.update(|waiting| {
            let mut room = MAX_FILES.saturating_sub(waiting.len() + self.files.with_untracked(Vec::len));
            for file in (0..list.length()).filter_map(|at| list.get(at)) {
                if room == 0 {
                    self.refuse("A question takes up to 8 files. The others were left out.");
                    break;
                }
                room -= 1;
                waiting.push(SendWrapper::new(file));
            }
        });
        true
    }

    /// Whether there is nothing, not even to be read.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.files.with_untracked(Vec::is_empty) && !self.is_waiting()
    }

    /// Whether something isn't read yet.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        self.waiting.with_untracked(|waiting| !waiting.is_empty())
    }

    /// Puts other files in the place of these, and returns these. What wasn't read yet is let go.
    pub fn replace(self, files: Vec<File>) -> Vec<File> {
        self.refused.set(String::new());
        self.send_when_read.set(false);
        self.waiting.set(Vec::new());
        self.files.try_update(|these| std::mem::replace(these, files)).unwrap_or_default()
    }

    /// Takes one away.
    pub fn remove(self, at: usize) {
        self.refused.set(String::new());
        self.files.update(|files| {
            if at < files.len() {
                files.remove(at);
            }
        });
    }

    /// Says that something is left out.
    fn refuse(self, sentence: &str) {
        self.refused.update(|refused| {
            if !refused.is_empty() {
                refused.push(' ');
            }
            refused.push_str(sentence);
        });
    }
}
