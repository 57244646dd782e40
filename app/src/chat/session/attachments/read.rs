//! Files are read as they come, one after another.

use super::limits::{self, Refusal};
use crate::chat::{
    conversation::File,
    session::{Chat, attachments::text_file::decode_text},
};
use js_sys::{Promise, Uint8Array};
use leptos::{
    prelude::*,
    task::spawn_local_scoped_with_cancellation,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{self, Blob, FileReader},
};

/// Reads what waits for as long as the component lives. What is let go meanwhile isn't read to its end.
pub fn read_waiting(chat: Chat) {
    let attachments = chat.attachments;
    Effect::new(move |_| {
        let Some(first) = attachments.waiting.with(|waiting| waiting.first().cloned()) else {
            return send_if_due(chat);
        };
        spawn_local_scoped_with_cancellation(async move {
            let read = read_file(&first).await;
            if attachments.waiting.with_untracked(|waiting| waiting.first().map(|file| &**file) != Some(&*first)) {
                return; // let go
            }
            match read.and_then(|file| check_room(chat, file)) {
                Ok(file) => attachments.files.update(|files| files.push(file)),
                Err(refusal) => attachments.refuse(&refusal.sentence(&first.name())),
            }
            // Last, since this begins the next, and with that ends what is done here.
            attachments.waiting.update(|waiting| drop(waiting.remove(0)));
        });
    });
}

/// Asks what somebody couldn't wait to ask, unless they have something to read first.
fn send_if_due(chat: Chat) {
    let attachments = chat.attachments;
    if attachments.send_when_read.try_update(std::mem::take) == Some(true)
        && attachments.refused.with_untracked(String::is_empty)
    {
        untrack(|| chat.send());
    }
}

/// A file, if it can be sent with all that the conversation sends already.
fn check_room(chat: Chat, file: File) -> Result<File, Refusal> {
    if limits::has_room(sent_bytes(chat), &file) { Ok(file) } else { Err(Refusal::ConversationFull) }
}

/// What goes with the next question in any case: all that was said before it, and what is attached.
fn sent_bytes(chat: Chat) -> usize {
    let edited = chat.editing.with_untracked(|editing| editing.as_ref().map(|editing| editing.question.clone()));
    let before = chat.transcript.entries.with_untracked(|entries| {
        let before = entries.iter().take_while(|entry| Some(&entry.id) != edited.as_ref());
        before.map(|entry| entry.message.with_untracked(limits::message_json_bytes)).sum::<usize>()
    });
    before + chat.attachments.files.with_untracked(|files| limits::files_json_bytes(files))
}

/// Whether the next question can be sent as it stands, with all that goes with it. If not, that is said.
pub fn can_send(chat: Chat) -> bool {
    let draft = chat.transcript.draft.with_untracked(|draft| limits::json_bytes(draft));
    let system = chat.transcript.tree.with_untracked(|tree| limits::json_bytes(&tree.conversation.settings.system));
    let refusal = limits::check_question(sent_bytes(chat) + draft + system);
    chat.attachments.refused.set(refusal.unwrap_or_default().into());
    refusal.is_none()
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
