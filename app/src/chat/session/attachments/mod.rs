//! Pictures and text files for the next question.
//!
//! Files come from the file picker of [`crate::chat::composer::attachments`], from the clipboard, or by drag and drop: see
//! [`paste_and_drop`]. [`read`] reads them one after another and checks [`limits`]. A refused file is reported at once, and
//! not when the question is sent.
//!
//! Files do not survive a reload before they are sent, so the browser asks before it leaves the page. They are not stored
//! with the draft, which is written at each key press into a storage of 5 MB. While another conversation is open they are
//! [`parked`].

pub(crate) mod limits;
pub(crate) mod parked;
pub(crate) mod paste_and_drop;
pub(crate) mod read;
pub(crate) mod text_file;

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
    /// The files that go with the next question.
    pub files: RwSignal<Vec<File>>,
    /// The reasons for refused files, in sentences. Empty if every file was accepted.
    pub refused: RwSignal<String>,
    /// The files that are not read yet. They are used in the browser alone, which has one thread.
    pub waiting: RwSignal<Vec<SendWrapper<web_sys::File>>>,
    /// Whether files are dragged over the page.
    pub is_dragging: RwSignal<bool>,
    /// Whether the question was sent before every file was read. It goes once the last one is.
    pub send_when_read: RwSignal<bool>,
    /// The files of conversations that were left, by conversation id. A new conversation has an empty id.
    parked: StoredValue<Vec<(String, Vec<File>)>>,
}

impl Attachments {
    /// No files.
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

    /// Adds files up to the limit of [`MAX_FILES`](limits::MAX_FILES). Returns whether the list had any.
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

    /// Whether there are no files, not even unread ones.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.files.with_untracked(Vec::is_empty) && !self.is_waiting()
    }

    /// Whether a file is not read yet.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        self.waiting.with_untracked(|waiting| !waiting.is_empty())
    }

    /// Replaces the files, and returns the former ones. Unread files are dropped.
    pub fn replace(self, files: Vec<File>) -> Vec<File> {
        self.refused.set(String::new());
        self.send_when_read.set(false);
        self.waiting.set(Vec::new());
        self.files.try_update(|these| std::mem::replace(these, files)).unwrap_or_default()
    }

    /// Removes the file at this index.
    pub fn remove(self, at: usize) {
        self.refused.set(String::new());
        self.files.update(|files| {
            if at < files.len() {
                files.remove(at);
            }
        });
    }

    /// Adds a reason for a refused file.
    fn refuse(self, sentence: &str) {
        self.refused.update(|refused| {
            if !refused.is_empty() {
                refused.push(' ');
            }
            refused.push_str(sentence);
        });
    }
}
