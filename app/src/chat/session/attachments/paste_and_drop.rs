//! Files that are pasted, or dropped anywhere on the page.

use super::Attachments;
use js_sys::JsString;
use leptos::{
    ev,
    prelude::*,
    web_sys::{DataTransfer, DragEvent},
};

/// Adds pasted and dropped files, for as long as the component lives.
pub(crate) fn listen(attachments: Attachments) {
    let is_dragging = attachments.is_dragging;
    let paste = window_event_listener(ev::paste, move |event| {
        let pasted = event.clipboard_data().filter(|data| !is_text_first(data));
        if pasted.is_some_and(|data| attachments.add_files(data.files())) {
            event.prevent_default();
        }
    });
    // Without this, the browser would open a dropped file in place of the page.
    let over = window_event_listener(ev::dragover, move |event| {
        if files_of(&event).is_some() {
            event.prevent_default();
            is_dragging.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        // The event fires at the edge of every element. Only at the edge of the window it has no related target.
        if event.related_target().is_none() {
            is_dragging.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        is_dragging.set(false);
        if let Some(data) = files_of(&event) {
            event.prevent_default();
            attachments.add_files(data.files());
        }
    });
    on_cleanup(move || {
        paste.remove();
        over.remove();
        leave.remove();
        dropped.remove();
    });
}

/// The dragged data, if it has files.
fn files_of(event: &DragEvent) -> Option<DataTransfer> {
    event.data_transfer().filter(|data| has(data, "Files"))
}

/// Whether the clipboard has text first. Word processors and spreadsheets copy a picture of the text beside the text.
fn is_text_first(data: &DataTransfer) -> bool {
    has(data, "text/plain") && has(data, "text/html")
}

fn has(data: &DataTransfer, kind: &str) -> bool {
    data.types().includes(&JsString::from(kind).into(), 0)
}
