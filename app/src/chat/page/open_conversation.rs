//! Shows the conversation that the address names, and follows other tabs' changes to it.

use crate::{
    chat::{
        conversation::Conversation,
        page::restore_edit,
        state::{PageState, reveal::scroll_to_message},
    },
    routes::Page,
    work::job::NoProgress,
};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};

/// Opens the database, and subscribes to changes by other tabs.
pub(crate) fn open(state: PageState) {
    let owner = Owner::current();
    let changed = move |id| {
        if let Some(owner) = &owner {
            owner.with(|| spawn_local_scoped_with_cancellation(reload(state, id)));
        }
    };
    spawn_local_scoped_with_cancellation(async move { state.store.open(changed).await });
}

/// Reads the list again, and the open conversation if it is the one that changed. If another tab has deleted it, its
/// answers end here too.
pub(crate) async fn reload(state: PageState, id: String) {
    let PageState { chat, store, address, .. } = state;
    let open = move || untrack(|| chat.transcript.id());
    store.refresh().await;
    // At once, before this page writes anything of this conversation.
    if let Some(listed) = open().and_then(|open| store.info(&open)) {
        chat.transcript.apply_info(&listed);
    }
    if open().as_ref() != Some(&id) {
        return;
    }
    match store.load(&id).await {
        _ if open().as_ref() != Some(&id) => {} // the person has left it meanwhile
        Some(tree) => {
            if let Ok(news) = chat.transcript.new_messages(tree, &mut NoProgress::new()).await
                && open().as_ref() == Some(&id)
            {
                chat.transcript.merge(news);
            }
        }
        // Only if the read succeeded: an unreadable conversation may still exist.
        None if store.error.get_untracked().is_some() => {}
        None => {
            store.mark_deleted(&id);
            chat.close();
            address.push("/");
        }
    }
}

/// Shows the conversation at the address whenever that changes. The one before is closed, and its task ends.
pub(crate) fn follow_address(state: PageState) {
    let PageState { chat, store, address, .. } = state;
    Effect::new(move |arrived: Option<bool>| {
        let path = address.path();
        let id = PageState::conversation_at(&path).map(ToOwned::to_owned);
        let is_shown = match &id {
            // A new conversation that has just got its address is shown already.
            Some(id) => untrack(|| chat.transcript.id()).as_ref() == Some(id),
            None => arrived != Some(true) && state.is_ready(),
        };
        if is_shown || Page::at(&path) != Page::Chat {
            chat.loading.set(false); // nobody waits for the conversation that was loading
            return true;
        }
        if state.is_ready() {
            chat.close();
        }
        match id {
            None => show(state, None, None),
            Some(_) if !store.is_open.get() => {
                chat.loading.set(true);
                return false;
            }
            Some(id) => {
                chat.loading.set(true);
                spawn_local_scoped_with_cancellation(async move { show(state, store.load(&id).await, Some(&id)) });
            }
        }
        true
    });
}

fn show(state: PageState, tree: Option<Conversation>, id: Option<&str>) {
    state.chat.loading.set(false);
    state.missing.set(id.is_some() && tree.is_none());
    match tree {
        Some(mut tree) => {
            state.follow.open(); // the position in the conversation before doesn't matter
            state.message_to_reveal.with_value(|sought| tree.show(sought));
            state.chat.transcript.open(tree);
            state.chat.attachments.unpark(id.unwrap_or_default());
            restore_edit::restore_edit(state.chat);
            scroll_to_message(state);
        }
        None => {
            state.follow.rise();
            state.chat.transcript.start();
            state.chat.transcript.apply_default_settings();
            state.chat.attachments.unpark("");
        }
    }
    state.be_ready();
}
