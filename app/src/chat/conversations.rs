//! The conversations of this browser: to be opened, found, named, deleted, and taken elsewhere.

use super::{
    export,
    history::History,
    shared::Shared,
    store::{Fault, tab},
    talk::Talk,
    tree::{Conversation, Kept, find::Hit},
    visit,
};
use crate::browser::{find, focus_on, focus_on_box, in_next_frame, save_file, text_of};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, html, prelude::*, task::spawn_local_scoped_with_cancellation};

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Line {
    id: String,
    title: String,
    /// What a search found; empty in the list of all.
    excerpt: String,
    /// The message in which it did; empty where that is the title.
    message: String,
}

/// How many conversations a search finds at most.
const MOST_HITS: usize = 50;
/// How long typing has to pause before the search begins, in milliseconds.
const PAUSE_MS: u32 = 150;

/// The list, how to search it, and what can be done with all of it.
#[component]
pub fn Conversations(
    /// The page's state.
    shared: Shared,
) -> impl IntoView {
    let Shared { talk, history, address, .. } = shared;
    let sought = RwSignal::new(String::new());
    let hits = RwSignal::new(None);
    let naming = RwSignal::new(String::new());
    let deleted = RwSignal::new(None::<Kept>);
    search(history, sought, hits);

    let lines = Memo::new(move |_| match hits.get() {
        Some(hits) => history.list.with(|list| found(list, hits)),
        None => history.list.with(|list| list.iter().map(line).collect::<Vec<_>>()),
    });
    // Done for the list, not for its line, which goes as soon as this begins.
    let owner = StoredValue::new(Owner::current().map(|owner| owner.downgrade()));
    let delete = move |id: String| {
        let work = async move {
            let is_open = untrack(|| talk.transcript.id()).as_deref() == Some(&id);
            if is_open {
                talk.leave();
            }
            // If it can't be deleted, what was before still can be put back.
            if let Some(kept) = history.delete(&id).await {
                if is_open {
                    address.go("/");
                }
                deleted.set(Some(kept));
            }
        };
        if let Some(owner) = owner.get_value().and_then(|owner| owner.upgrade()) {
            owner.with(|| spawn_local_scoped_with_cancellation(work));
        }
    };
    let put_back = move |_| {
        if let Some(kept) = deleted.try_update(Option::take).flatten() {
            spawn_local_scoped_with_cancellation(async move {
                let there = ["/c/", &kept.conversation.id].concat();
                match history.import(std::slice::from_ref(&kept)).await {
                    Ok(_) => address.go(&there),
                    Err(_) => deleted.set(Some(kept)), // the notice says why; it can be tried again
                }
            });
        }
    };
    // Esc stops the answer everywhere else. Here it ends the search.
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.stop_propagation();
            if sought.with_untracked(String::is_empty) {
                shared.sidebar.set(false);
                focus_on_box();
            }
            sought.set(String::new());
        }
    };
    view! {
            <input
                type="search"
                aria-label="Search conversations"
                placeholder="Search"
                autocomplete="off"
                hidden=move || history.list.with(Vec::is_empty)
                prop:value=sought
                on:input=move |event| sought.set(event_target_value(&event))
                on:keydown=on_key
            />
            <ul>
                <For
                    each=move || lines.get()
                    key=Line::clone
                    children=move |line| view! { <Item line shared naming delete=Callback::new(delete) /> }
                />
            </ul>
            <p class="none" aria-live="polite" hidden=move || hits.with(Option::is_none) || !lines.with(Vec::is_empty)>
                "Nothing found"
            </p>
            <p class="deleted" aria-live="polite" hidden=move || deleted.with(Option::is_none)>
                <span>{move || deleted.with(|kept| kept.as_ref().map(|kept| words(&kept.conversation)))}</span>
                <button type="button" on:click=put_back>
                    "Undo"
                </button>
            </p>
            <Transfer talk history />
    }
}

/// One conversation of the list: its name, which is a link, and what can be done with it.
#[component]
fn Item(line: Line, shared: Shared, naming: RwSignal<String>, delete: Callback<String>) -> impl IntoView {
    let Shared { talk, history, sidebar: shown, .. } = shared;
    let Line { id, title, excerpt, message } = line;
    let address = ["/c/", &id].concat();
    let id = StoredValue::new(id);
    let field = NodeRef::<html::Input>::new();
    let is_named = move || id.with_value(|id| naming.with(|naming| naming == id));
    let is_open = move || id.with_value(|id| talk.transcript.id().as_ref() == Some(id)).then_some("page");
    let rename = move || {
        if untrack(is_named) {
            naming.set(String::new());
            let title = field.get_untracked().map(|field| field.value()).unwrap_or_default();
            if !title.trim().is_empty() {
                rename(talk, history, &id.get_value(), title.trim());
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            rename();
            id.with_value(|id| focus_on_line(id));
        }
        "Escape" => {
            event.stop_propagation();
            naming.set(String::new());
            id.with_value(|id| focus_on_line(id));
        }
        _ => {}
    };
    view! {
        <li>
            <a href=address aria-current=is_open hidden=is_named on:click=move |_| {
                shown.set(false);
                visit::look_for(shared, &id.get_value(), &message);
            }>
                <span>{title.clone()}</span>
                <small hidden=excerpt.is_empty()>{excerpt.clone()}</small>
            </a>
            <input
                node_ref=field
                aria-label="Name"
                hidden=move || !is_named()
                prop:value=title.clone()
                on:keydown=on_key
                on:blur=move |_| rename()
            />
            <button
                type="button"
                aria-label=["Rename ", &title].concat()
                title="Rename"
                hidden=is_named
                on:click=move |_| {
                    naming.set(id.get_value());
                    focus_on(field);
                }
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" /></svg>
            </button>
            <button
                type="button"
                aria-label=["Delete ", &title].concat()
                title="Delete"
                hidden=is_named
                on:click=move |_| delete.run(id.get_value())
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13" /></svg>
            </button>
        </li>
    }
}

/// To take conversations elsewhere, and to bring them in.
#[component]
fn Transfer(talk: Talk, history: History) -> impl IntoView {
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

fn line(conversation: &Conversation) -> Line {
    Line {
        id: conversation.id.clone(),
        title: conversation.title.clone(),
        excerpt: String::new(),
        message: String::new(),
    }
}

/// What was found, under the titles of the list. What has been deleted since isn't there any more.
fn found(list: &[Conversation], hits: Vec<Hit>) -> Vec<Line> {
    let line = |hit: Hit| {
        let listed = list.iter().find(|listed| listed.id == hit.conversation)?;
        Some(Line { excerpt: hit.excerpt, message: hit.message, ..line(listed) })
    };
    hits.into_iter().filter_map(line).collect()
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

fn words(deleted: &Conversation) -> String {
    ["Deleted “", &deleted.title, "”"].concat()
}

/// Searches once typing has paused. Whatever is typed meanwhile ends the search before.
fn search(history: History, sought: RwSignal<String>, hits: RwSignal<Option<Vec<Hit>>>) {
    Effect::new(move |_| {
        let sought = sought.get();
        if sought.trim().is_empty() {
            hits.set(None);
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            hits.set(Some(history.search(&sought, MOST_HITS).await));
        });
    });
}

/// Leads back to the line that was being named. It may have been drawn anew by then.
fn focus_on_line(id: &str) {
    let line = [".sidebar a[href='/c/", id, "']"].concat();
    in_next_frame(move || {
        if let Some(line) = find(&line) {
            _ = line.focus();
        }
    });
}

/// Gives a conversation another name.
fn rename(talk: Talk, history: History, id: &str, title: &str) {
    if untrack(|| talk.transcript.id()).as_deref() == Some(id) {
        talk.transcript.rename(title);
    } else if let Some(mut conversation) =
        history.list.with_untracked(|list| list.iter().find(|listed| listed.id == id).cloned())
    {
        title.clone_into(&mut conversation.title);
        history.keep(conversation, None);
    }
}
