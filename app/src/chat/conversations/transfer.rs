//! To take conversations elsewhere, and to bring them in.

use crate::{
    browser::{save_file, text_of},
    chat::{
        export,
        history::History,
        store::{Fault, tab},
        talk::Talk,
        tree::Kept,
    },
};
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation};

/// All of them or the open one to a file, and a file's to them.
#[component]
pub fn Transfer(
    /// The open conversation.
    talk: Talk,
    /// All that are kept.
    history: History,
) -> impl IntoView {
    let picked = NodeRef::<html::Input>::new();
    let told = RwSignal::new(String::new());
    let export_all = move |_| {
        spawn_local_scoped_with_cancellation(async move {
            let (all, fault) = history.all().await;
            told.set(fault.map(Fault::sentence).unwrap_or_default().into());
            if fault.is_none() || !all.is_empty() {
                save_file("starcrossed.json", "application/json", &export::to_json(all));
            }
        });
    };
    let export_open = move |_| {
        let text = talk.transcript.tree.with_untracked(export::markdown::to_markdown);
        save_file("conversation.md", "text/markdown", &text);
    };
    let import = move |_| {
        let file = picked.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return };
        spawn_local_scoped_with_cancellation(async move {
            match read(&text_of(&file).await) {
                Ok(all) => told.set(match history.import(&all).await {
                    Ok(count) => imported(count, all.len()),
                    Err(fault) => ["Nothing was imported. ", fault.sentence()].concat(),
                }),
                Err(sentence) => told.set(sentence),
            }
            if let Some(input) = picked.get_untracked() {
                input.set_value("");
            }
        });
    };
    view! {
        <details class="transfer">
            <summary>"Export and import"</summary>
            <button type="button" on:click=export_all>
                "Export all"
            </button>
            <button type="button" on:click=export_open disabled=move || talk.transcript.id().is_none()>
                "Export this one as Markdown"
            </button>
            <label class="button">
                "Import…"
                <input type="file" accept=".json,.md" node_ref=picked on:change=import />
            </label>
            <p aria-live="polite">{told}</p>
        </details>
    }
}

/// What is in a file that has been picked: a title is how Markdown begins, and no JSON.
fn read(text: &str) -> Result<Vec<Kept>, String> {
    if text.starts_with('#') {
        return export::from_markdown::from_markdown(text, &tab::stamp).map(|kept| vec![kept]);
    }
    export::from_json(text)
}

/// What is said of a file of `all` conversations that has added something to `count`.
fn imported(count: usize, all: usize) -> String {
    let known = if count < all { [", ", &(all - count).to_string(), " here already"].concat() } else { String::new() };
    [&count.to_string(), " imported", &known].concat()
}
