//! The list of conversations: open, find, rename, delete, undo.

use crate::{
    browser::{focus_composer, is_composing},
    chat::{
        conversation::{ConversationInfo, ConversationRecord, search::Hit},
        sidebar::{import_export::ImportExport, item::Item, line::Line},
        state::PageState,
        storage::ConversationStore,
    },
    ui::text::text,
    work::job::NoProgress,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};

/// The lines shown at first, and added by "Show more".
const LISTED: usize = 200;
/// The most hits of one search.
const MOST_HITS: usize = 50;
/// The pause in typing before a search begins, in milliseconds.
const PAUSE_MS: u32 = 150;

/// The search field, the list, and the buttons for all of it.
#[component]
pub fn Conversations(
    /// The page's state.
    state: PageState,
) -> impl IntoView {
    let PageState { chat, store, address, .. } = state;
    let query = RwSignal::new(String::new());
    let hits = RwSignal::new(None);
    let renaming = RwSignal::new(String::new());
    let deleted = RwSignal::new(None::<ConversationRecord>);
    search(store, query, hits);

    let most = RwSignal::new(LISTED);
    let lines = Memo::new(move |_| match hits.get() {
        Some(hits) => store.list.with(|list| found(list, hits)),
        None => store.list.with(|list| list.iter().take(most.get()).map(line).collect::<Vec<_>>()),
    });
    let are_all = move || hits.with(Option::is_some) || store.list.with(Vec::len) <= most.get();
    // The list owns this work: the line disappears as soon as it begins.
    let owner = StoredValue::new(Owner::current().map(|owner| owner.downgrade()));
    let delete = move |id: String| {
        let work = async move {
            let is_open = untrack(|| chat.transcript.id()).as_deref() == Some(&id);
            if is_open {
                chat.close();
            }
            // If the delete fails, the earlier one can still be undone.
            if let Some(kept) = store.delete(&id).await {
                if is_open {
                    address.push("/");
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
                match store.import(std::slice::from_ref(&kept), &mut NoProgress::new()).await {
                    Ok(_) => address.push(&there),
                    Err(_) => deleted.set(Some(kept)), // the notice says why; the person can try again
                }
            });
        }
    };
    // Escape stops the answer everywhere else. Here it ends the search.
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !is_composing(&event) {
            event.stop_propagation();
            if query.with_untracked(String::is_empty) {
                state.sidebar.set(false);
                focus_composer();
            }
            query.set(String::new());
        }
    };
    view! {
            <input
                type="search"
                aria-label="Search conversations"
                placeholder="Search"
                dir="auto"
                autocomplete="off"
                hidden=move || store.list.with(Vec::is_empty)
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=on_key
            />
            <ul>
                <For
                    each=move || lines.get()
                    key=Line::clone
                    children=move |line| view! { <Item line state renaming delete=Callback::new(delete) /> }
                />
            </ul>
            <button
                type="button"
                class="show-more"
                hidden=are_all
                on:click=move |_| most.update(|most| *most += LISTED)
            >
                "Show more"
            </button>
            <p class="empty" aria-live="polite" hidden=move || hits.with(Option::is_none) || !lines.with(Vec::is_empty)>
                "Nothing found"
            </p>
            <p class="deleted" aria-live="polite" hidden=move || deleted.with(Option::is_none)>
                <span
                    dir="auto"
                    prop:textContent=text(move || deleted.with(|kept| kept.as_ref().map(|kept| words(&kept.conversation)).unwrap_or_default()))
                ></span>
                <button type="button" on:click=put_back>
                    "Undo"
                </button>
            </p>
            <ImportExport chat store />
    }
}

fn line(conversation: &ConversationInfo) -> Line {
    Line {
        id: conversation.id.clone(),
        title: conversation.title.clone(),
        excerpt: String::new(),
        message: String::new(),
    }
}

/// The hits as lines, with the list's titles. Conversations deleted since the search are left out.
fn found(list: &[ConversationInfo], hits: Vec<Hit>) -> Vec<Line> {
    let line = |hit: Hit| {
        let listed = list.iter().find(|listed| listed.id == hit.conversation)?;
        Some(Line { excerpt: hit.excerpt, message: hit.message, ..line(listed) })
    };
    hits.into_iter().filter_map(line).collect()
}

fn words(deleted: &ConversationInfo) -> String {
    ["Deleted “", &deleted.title, "”"].concat()
}

/// Searches once typing pauses. The next key cancels a search under way.
fn search(store: ConversationStore, query: RwSignal<String>, hits: RwSignal<Option<Vec<Hit>>>) {
    Effect::new(move |_| {
        let query = query.get();
        if query.trim().is_empty() {
            hits.set(None);
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            hits.set(Some(store.search(&query, MOST_HITS).await));
        });
    });
}
