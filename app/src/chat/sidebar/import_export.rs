//! Exports conversations to a file, and imports them from one.

use crate::{
    browser::bytes_of,
    chat::{
        conversation::ConversationRecord,
        session::{
            Chat,
            attachments::text_file::{TextError, decode_text, has_bom},
            transcript::Transcript,
        },
        storage::{
            ConversationStore,
            error::StorageError,
            export::{
                self,
                file::Pieces,
                long::{Unread, write_message},
            },
            session_storage,
        },
    },
    work::job::{Cancelled, Job, Progress},
};
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation, web_sys::File};

/// The size of one read of a file, in bytes.
const PIECE: usize = 512 * 1024;

/// The buttons: export all conversations or the open one, import a file.
#[component]
pub fn ImportExport(
    /// The open chat.
    chat: Chat,
    /// The conversations of this browser.
    store: ConversationStore,
) -> impl IntoView {
    let picked = NodeRef::<html::Input>::new();
    let told = RwSignal::new(String::new());
    let job = Job::new();
    let export_all = move |_| {
        spawn_local_scoped_with_cancellation(async move {
            told.set(export_all(store, job).await.unwrap_or_else(|error| error.message().into()));
            job.finish();
        });
    };
    let export_open = move |_| {
        spawn_local_scoped_with_cancellation(async move {
            let exported = export_open(chat.transcript, job).await;
            told.set(exported.map_or_else(|_| StorageError::Cancelled.message().into(), |()| String::new()));
            job.finish();
        });
    };
    let import = move |_| {
        let file = picked.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return };
        spawn_local_scoped_with_cancellation(async move {
            told.set(String::new());
            told.set(import(&file, store, job).await);
            job.finish();
            if let Some(input) = picked.get_untracked() {
                input.set_value("");
            }
        });
    };
    view! {
        <details class="transfer">
            <summary>"Export and import"</summary>
            <button type="button" disabled=move || job.is_running() on:click=export_all>
                "Export all"
            </button>
            <button type="button" on:click=export_open disabled=move || job.is_running() || chat.transcript.id().is_none()>
                "Export this one as Markdown"
            </button>
            <label class="button">
                "Import…"
                <input
                    type="file"
                    accept=".json,.md"
                    node_ref=picked
                    disabled=move || job.is_running()
                    on:change=import
                />
            </label>
            <p class="progress" hidden=move || !job.is_running()>
                <span prop:textContent=job.status></span>
                <button type="button" on:click=move |_| job.cancel()>
                    "Cancel"
                </button>
            </p>
            <p aria-live="polite" prop:textContent=told></p>
        </details>
    }
}

/// Saves a file of all conversations. Returns the sentence for the person.
async fn export_all(store: ConversationStore, job: Job) -> Result<String, StorageError> {
    let (all, error) = store.ids().await;
    let mut progress = job.start("Exporting", all.len(), "conversations");
    let mut file = Pieces::default();
    file.push(&export::begin());
    for (at, id) in all.iter().enumerate() {
        if let Some(kept) = store.record(id).await? {
            write(&kept, at, &mut file, &mut progress).await?;
        }
        progress.checkpoint(at).await?;
    }
    file.push(export::END);
    if error.is_none() || !all.is_empty() {
        file.save("starcrossed.json", "application/json");
    }
    Ok(error.map(StorageError::message).unwrap_or_default().into())
}

/// Adds the conversation at this index.
async fn write(
    kept: &ConversationRecord,
    at: usize,
    file: &mut Pieces,
    progress: &mut impl Progress,
) -> Result<(), Cancelled> {
    file.push(&export::begin_conversation(&kept.conversation, at == 0));
    for (number, message) in kept.messages.iter().enumerate() {
        if number > 0 {
            file.push(",");
        }
        for piece in write_message(message, at, progress).await? {
            file.push(&piece);
        }
        progress.checkpoint(at).await?;
    }
    file.push(export::END_OF_MESSAGES);
    Ok(())
}

/// Saves the open conversation as Markdown.
async fn export_open(transcript: Transcript, job: Job) -> Result<(), Cancelled> {
    let tree = transcript.tree;
    let (heading, path) = tree.with_untracked(|tree| {
        let path: Vec<String> = tree.path().iter().map(|message| message.id.clone()).collect();
        (export::markdown::heading(tree), path)
    });
    let mut progress = job.start("Exporting", path.len(), "messages");
    let mut file = Pieces::default();
    file.push(&heading);
    for (at, id) in path.iter().enumerate() {
        let text = tree.with_untracked(|tree| tree.message(id).map(export::markdown::message)).unwrap_or_default();
        let mut rest = text.as_str();
        loop {
            progress.checkpoint(at).await?;
            let (piece, more) = rest.split_at(rest.floor_char_boundary(PIECE));
            file.push(piece);
            if more.is_empty() {
                break;
            }
            rest = more;
        }
    }
    file.save("conversation.md", "text/markdown");
    Ok(())
}

/// Imports the picked file. Returns the sentence for the person.
async fn import(file: &File, store: ConversationStore, job: Job) -> String {
    let all = match read(file, job).await {
        Ok(all) => all,
        Err(Unread::Cancelled) => return "Cancelled. Nothing was imported.".into(),
        Err(Unread::Wrong(sentence)) => return sentence,
    };
    let count = all.iter().map(|kept| kept.messages.len()).sum();
    match store.import(&all, &mut job.start("Importing", count, "messages")).await {
        Ok(count) => imported(count, all.len()),
        Err(StorageError::Cancelled) => "Cancelled. Nothing was imported.".into(),
        Err(error) => ["Nothing was imported. ", error.message()].concat(),
    }
}

/// Reads a file, in UTF-8 or in the encoding of its byte order mark. Markdown begins with a title, and JSON never does.
async fn read(file: &File, job: Job) -> Result<Vec<ConversationRecord>, Unread> {
    let size = whole(file.size());
    let mut progress = job.start("Reading", 2 * size, "%");
    let mut bytes = Vec::new();
    while bytes.len() < size {
        let part = bytes_of(file, bytes.len(), bytes.len() + PIECE).await;
        if part.is_empty() {
            break;
        }
        bytes.extend(part);
        progress.checkpoint(bytes.len()).await?;
    }
    if has_bom(&bytes) {
        bytes = decode_text(bytes).map_err(no_text)?.into_bytes();
        progress.checkpoint(size).await?;
    }
    if bytes.starts_with(b"#") {
        let text = decode_text(bytes).map_err(no_text)?;
        progress.checkpoint(size).await?;
        return Ok(vec![
            export::import_markdown::from_markdown(&text, &session_storage::provenance, &mut progress).await?,
        ]);
    }
    match export::from_json(&bytes, &mut progress).await {
        // A file that isn't text has a better reason than "no JSON".
        Err(Unread::Wrong(sentence)) => Err(decode_text(bytes).map_or_else(no_text, |_| Unread::Wrong(sentence))),
        read => read,
    }
}

fn no_text(why: TextError) -> Unread {
    Unread::Wrong(["Nothing was imported. The file ", &why.reason()].concat())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number")]
fn whole(size: f64) -> usize {
    size as usize
}

/// The sentence after an import that has added `count` of `all` conversations.
fn imported(count: usize, all: usize) -> String {
    let known = if count < all { [", ", &(all - count).to_string(), " here already"].concat() } else { String::new() };
    [&count.to_string(), " imported", &known].concat()
}
