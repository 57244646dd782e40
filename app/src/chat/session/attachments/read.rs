//! Reads the attached files, one after another.

use super::limits::{self, Refusal};
use crate::chat::{
    conversation::File,
    session::{
        attachments::{Attachments, text_file::decode_text},
        transcript::Transcript,
    },
};
use js_sys::{Promise, Uint8Array};
use leptos::{
    prelude::*,
    task::spawn_local_scoped_with_cancellation,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{self, Blob, FileReader},
};

/// Reads the waiting files, for as long as the component lives: `sent_bytes` is the size of the next request so far, and
/// `send` sends the question that waits for the last file. A file that was removed meanwhile isn't read to its end.
pub(crate) fn read_waiting(
    attachments: Attachments,
    sent_bytes: impl Fn() -> usize + Copy + 'static,
    send: impl Fn() + 'static,
) {
    Effect::new(move |_| {
        let Some(first) = attachments.waiting.with(|waiting| waiting.first().cloned()) else {
            if attachments.must_send() {
                untrack(&send);
            }
            return;
        };
        spawn_local_scoped_with_cancellation(async move {
            let read = read_file(&first).await;
            if attachments.waiting.with_untracked(|waiting| waiting.first().map(|file| &**file) != Some(&*first)) {
                return; // it was removed
            }
            match read.and_then(|file| check_room(sent_bytes(), file)) {
                Ok(file) => attachments.files.update(|files| files.push(file)),
                Err(refusal) => attachments.refuse(&refusal.sentence(&first.name())),
            }
            // This comes last, because it starts the next file, which cancels this task.
            attachments.waiting.update(|waiting| drop(waiting.remove(0)));
        });
    });
}

impl Attachments {
    /// Whether a question waited for the last file, and every file could be read. With a refusal, its author reads that
    /// first.
    fn must_send(self) -> bool {
        self.send_when_read.try_update(std::mem::take) == Some(true) && self.refused.with_untracked(String::is_empty)
    }

    /// Whether the next question can be sent as it stands, with everything that goes with it. If not, the page says so.
    pub(crate) fn check_request(self, bytes: usize) -> bool {
        let refusal = limits::check_question(bytes);
        self.refused.set(refusal.unwrap_or_default().into());
        refusal.is_none()
    }
}

/// The file, if it can be sent with everything that the conversation sends already.
fn check_room(sent_bytes: usize, file: File) -> Result<File, Refusal> {
    if limits::has_room(sent_bytes, &file) { Ok(file) } else { Err(Refusal::ConversationFull) }
}

/// The size of the messages before the question `edited`, or of all.
pub(crate) fn transcript_bytes(transcript: Transcript, edited: Option<&str>) -> usize {
    transcript.entries.with_untracked(|entries| {
        let before = entries.iter().take_while(|entry| Some(entry.id.as_str()) != edited);
        before.map(|entry| entry.message.with_untracked(limits::message_json_bytes)).sum()
    })
}

async fn read_file(file: &web_sys::File) -> Result<File, Refusal> {
    let (name, mime) = (file.name(), file.type_());
    if let Some(refusal) = limits::check_size(&mime, file.size()) {
        return Err(refusal);
    }
    if limits::is_picture(&mime) {
        let data = data_url(file).await.ok().flatten().ok_or(Refusal::Unreadable)?;
        return Ok(File { name, mime, data });
    }
    let buffer = file.array_buffer().await.map_err(|_| Refusal::Unreadable)?;
    let data = decode_text(Uint8Array::new(&buffer).to_vec()).map_err(Refusal::NotText)?;
    Ok(File { name, mime: "text/plain".into(), data })
}

/// A picture as a `data:` URL.
async fn data_url(blob: &Blob) -> Result<Option<String>, JsValue> {
    let reader = FileReader::new()?;
    let read = Promise::new(&mut |resolve, reject| {
        reader.set_onload(Some(resolve.unchecked_ref()));
        reader.set_onerror(Some(reject.unchecked_ref()));
    });
    reader.read_as_data_url(blob)?;
    read.await?;
    Ok(reader.result()?.as_string())
}
