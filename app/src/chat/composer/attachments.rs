//! The files of a question: in the composer before it is sent, and beside the question after.

use crate::{
    browser::focus_composer,
    chat::{
        composer::unsaved_draft,
        conversation::{File, Message},
        session::{
            Chat,
            attachments::{Attachments, limits::picture_url, paste_and_drop},
            model_list::ModelList,
        },
    },
    ui::text::text as words,
};
use leptos::{html, prelude::*};

/// The button that opens the file picker. From here on the page also takes pasted and dropped files; a browser leaves a
/// page that doesn't take a drop.
#[component]
pub fn AttachButton(
    /// The state that picked files go to.
    attachments: Attachments,
) -> impl IntoView {
    paste_and_drop::listen(attachments);
    let picker = NodeRef::<html::Input>::new();
    let open = move |_| {
        if let Some(picker) = picker.get_untracked() {
            picker.click();
        }
    };
    let take = move |_| {
        if let Some(picker) = picker.get_untracked() {
            attachments.add_files(picker.files());
            picker.set_value(""); // otherwise the same file couldn't be picked again
            focus_composer();
        }
    };
    view! {
        <input type="file" multiple hidden node_ref=picker on:change=take />
        <button type="button" class="attach" aria-label="Attach files" title="Attach files" on:click=open>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14" /></svg>
        </button>
    }
}

/// The attached files, each with a button to remove it; the refused ones with the reason; and a hint while files are
/// dragged over the page.
#[component]
pub fn Attachments(
    /// The open chat.
    chat: Chat,
    /// The models that can be asked.
    models: RwSignal<ModelList>,
) -> impl IntoView {
    let attachments = chat.attachments;
    chat.read_attachments();
    // A remark, not a refusal: the person may still choose another model.
    let blind = Memo::new(move |_| {
        let has_picture = attachments.files.with(|files| files.iter().any(File::is_image));
        let asked = chat.target_models();
        let is_blind = |name: &&String| asked.contains(name);
        models.with(|models| models.text_only.iter().find(is_blind).cloned()).filter(|_| has_picture)
    });
    let unkept = unsaved_draft::is_unkept(chat);
    let chips = move || attachments.files.with(|files| files.iter().enumerate().map(chip(attachments)).collect_view());
    view! {
        <ul class="files" aria-label="Files to be sent" hidden=move || attachments.files.with(Vec::is_empty)>
            {chips}
        </ul>
        {remark(Signal::from(attachments.refused))}
        {remark(Signal::derive(move || blind.get().map(|name| [name.as_str(), BLIND].concat()).unwrap_or_default()))}
        {remark(Signal::derive(move || if unkept.get() { unsaved_draft::UNKEPT.into() } else { String::new() }))}
        <p class="drop-hint" aria-hidden="true" hidden=move || !attachments.is_dragging.get()>
            "Drop them anywhere to attach them"
        </p>
    }
}

/// Follows the name of a model that is known not to read pictures.
const BLIND: &str = " doesn’t look at pictures, as its server says.";

/// A sentence beside the box; empty if there is nothing to say.
fn remark(sentence: Signal<String>) -> AnyView {
    view! {
        <p
            class="refused"
            aria-live="polite"
            class:told=move || sentence.with(|sentence| !sentence.is_empty())
            prop:textContent=words(move || sentence.get())
        ></p>
    }
    .into_any()
}

fn chip(attachments: Attachments) -> impl Fn((usize, &File)) -> AnyView {
    move |(at, file)| {
        let remove = move |_| {
            attachments.remove(at);
            focus_composer(); // the focused button is gone
        };
        view! {
            <li>
                {face(file, "")}
                <span class="name" dir="auto">{file.name.clone()}</span>
                <button type="button" aria-label=["Remove ", &file.name].concat() title="Remove" on:click=remove>
                    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17" /></svg>
                </button>
            </li>
        }
        .into_any()
    }
}

/// A question with its files.
pub fn question(message: &Message, printing: RwSignal<bool>) -> AnyView {
    let sent = |file: &File| {
        if picture_url(file).is_some() {
            view! { <li>{face(file, &file.name)}</li> }.into_any()
        } else {
            view! {
                <li>
                    <details>
                        <summary class="name" dir="auto">{file.name.clone()}</summary>
                        {long_text(text_in(file), printing, |text| view! { <pre tabindex="0" prop:textContent=text></pre> }.into_any())}
                    </details>
                </li>
            }
            .into_any()
        }
    };
    view! {
        <ul class="files" aria-label="Attached files" hidden=message.files.is_empty()>
            {message.files.iter().map(sent).collect_view()}
        </ul>
        {long_text(message.text.clone(), printing, |text| {
            view! {
                <p class="text" dir="auto" hidden=move || text.with(String::is_empty) prop:textContent=text></p>
            }
            .into_any()
        })}
    }
    .into_any()
}

/// The part of a long text that is shown at first and added by each click, in bytes: a browser lays out a text in one
/// go.
const SHOWN: usize = 64 * 1024;

/// A text, or its beginning and a button that shows more. Printing shows all of it.
fn long_text(whole: String, printing: RwSignal<bool>, show: fn(RwSignal<String>) -> AnyView) -> AnyView {
    let beginning = |length: usize| move |whole: &String| whole[..whole.floor_char_boundary(length)].to_owned();
    let text = RwSignal::new(beginning(SHOWN)(&whole));
    if whole.len() <= SHOWN {
        return show(text);
    }
    let whole = StoredValue::new(whole);
    let left = move || whole.with_value(String::len).saturating_sub(text.with(String::len));
    Effect::new(move |_| {
        if printing.get() {
            text.set(whole.get_value());
        }
    });
    let more = move |_| text.set(whole.with_value(beginning(text.with_untracked(String::len) + SHOWN)));
    view! {
        {show(text)}
        <button
            type="button"
            class="show-more"
            hidden=move || left() == 0
            on:click=more
            prop:textContent=words(move || ["Show more (", &(left() / 1024 + 1).to_string(), " kB)"].concat())
        ></button>
    }
    .into_any()
}

/// A picture as it is; a sheet of paper for every other file.
fn face(file: &File, alt: &str) -> AnyView {
    match picture_url(file) {
        // A dragged picture would come back as a file.
        Some(url) => {
            view! { <img src=url.to_owned() alt=alt.to_owned() draggable="false" decoding="async" /> }.into_any()
        }
        None => view! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3h8l4 4v14H6zM14 3v4h4" /></svg> }
            .into_any(),
    }
}

/// The text of a file's label. A picture that isn't here has none.
fn text_in(file: &File) -> String {
    if file.is_image() { String::new() } else { file.data.clone() }
}
