//! The chat page: state on the left of the arrow, what is seen of it on the right.

use super::{
    aloud::Aloud,
    composer::Composer,
    heading::Heading,
    history::History,
    picker::ModelPicker,
    sidebar::Sidebar,
    status::Status,
    store::{Fault, tab},
    talk::Talk,
    transcript::Transcript,
    tree::Tree,
    view::Messages,
};
use crate::{address::Address, early, mark::Mark, root::Page, scroll::Follow};
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};

/// `/` and `/c/…`: ask a model, watch it answer, stop it.
#[component]
pub fn ChatPage() -> impl IntoView {
    let address = expect_context::<Address>();
    let history = History::new();
    let transcript = Transcript::new(history);
    let talk = Talk::new(transcript);
    let sidebar = RwSignal::new(false);
    let missing = RwSignal::new(false);

    open(history, talk, address);
    visit(address, history, talk, missing);
    remember_draft(transcript);

    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() != "Escape" || event.is_composing() {
            return; // an input method's own Escape takes back what it was composing
        }
        if sidebar.get_untracked() {
            sidebar.set(false);
        } else if untrack(|| talk.link.is_running()) {
            talk.stop();
        } else {
            talk.stop_editing();
        }
    });
    on_cleanup(move || escape.remove());

    let follow = Follow::new();
    let empty = move || transcript.entries.with(Vec::is_empty);
    let begun = Signal::derive(move || !empty() || address.path() != "/");
    view! {
        <div class="chat">
            <Sidebar talk history shown=sidebar />
            <div class="talk">
                <header class="bar">
                    <button
                        type="button"
                        class="menu"
                        aria-label="Conversations list"
                        aria-expanded=move || sidebar.get().to_string()
                        on:click=move |_| sidebar.update(|shown| *shown = !*shown)
                    >
                        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M4 12h16M4 17h16" /></svg>
                    </button>
                    <a class="brand" href="/">
                        "Starcrossed"
                    </a>
                    <Mark
                        running=Signal::derive(move || talk.link.is_running())
                        exit=transcript.exit
                        beats=transcript.deltas
                    />
                    <ModelPicker model=transcript.model />
                </header>
                <main class="scroller" node_ref=follow.scroller on:scroll=move |_| follow.scrolled()>
                    <div class="column" node_ref=follow.content>
                        <Welcome talk hidden=begun />
                        <Heading transcript hidden=move || !begun.get() />
                        <p class="missing" aria-live="polite" hidden=move || !missing.get()>
                            "This conversation isn't kept in this browser. It may have been deleted, or it was had elsewhere."
                        </p>
                        <Messages talk />
                        <Status talk />
                    </div>
                </main>
                <Aloud talk />
                <section class="foot" aria-label="Ask">
                    <div class="column">
                        <button
                            type="button"
                            class="latest"
                            aria-label="Jump to latest"
                            hidden=move || follow.along.get() || empty()
                            on:click=move |_| follow.jump()
                        >
                            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12l7 7 7-7" /></svg>
                        </button>
                        <p class="notice" aria-live="polite" hidden=move || history.fault.get().is_none()>
                            {move || history.fault.get().map(Fault::sentence)}
                        </p>
                        <Composer talk follow />
                        <p class="hint">"Close this page, or press Stop, and the model stops too."</p>
                    </div>
                </section>
            </div>
        </div>
    }
}

/// The conversation that an address leads to: none for a new one.
fn conversation_at(path: &str) -> Option<&str> {
    path.strip_prefix("/c/")
}

/// Shows the conversation that the address leads to, whenever that changes. The one before is left, and with it dies the
/// task that was answering in it.
fn visit(address: Address, history: History, talk: Talk, missing: RwSignal<bool>) {
    let transcript = talk.transcript;
    let arrive = move |tree: Option<Tree>, id: Option<&str>, first: bool| {
        missing.set(id.is_some() && tree.is_none());
        match tree {
            Some(tree) => transcript.open(tree),
            None => transcript.start(),
        }
        if first {
            add_typed(transcript, &early::typed());
            early::done();
        }
    };
    Effect::new(move |arrived: Option<bool>| {
        let first = arrived != Some(true);
        let path = address.path();
        let id = conversation_at(&path).map(ToOwned::to_owned);
        // What has just got its address is what is shown already.
        if Page::at(&path) != Page::Chat || (id.is_some() && id == untrack(|| transcript.id())) {
            return !first;
        }
        if !first {
            talk.leave();
        }
        match id {
            None => arrive(None, None, first),
            Some(_) if !history.is_open.get() => return false,
            Some(id) => spawn_local_scoped_with_cancellation(async move {
                arrive(history.load(&id).await, Some(&id), first);
            }),
        }
        true
    });
    // A conversation gets its address with its first question.
    Effect::new(move |_| {
        if let Some(id) = transcript.id()
            && untrack(|| address.path()) == "/"
        {
            address.rename(&["/c/", &id].concat());
        }
    });
}

/// Opens what this browser keeps, and hears of what other tabs change in it.
fn open(history: History, talk: Talk, address: Address) {
    let owner = Owner::current();
    Effect::new(move |_| {
        let owner = owner.clone();
        let changed = move |id| {
            let look = move || spawn_local_scoped_with_cancellation(look_again(history, talk, address, id));
            if let Some(owner) = &owner {
                owner.with(look);
            }
        };
        spawn_local_scoped_with_cancellation(async move { history.open(changed).await });
    });
}

/// The list is read again, and if the conversation that has changed is the one that is open here, so is that. If it has been
/// deleted over there, nobody wants the rest of its answer.
async fn look_again(history: History, talk: Talk, address: Address, id: String) {
    history.refresh().await;
    if untrack(|| talk.transcript.id()).as_deref() != Some(&id) {
        return;
    }
    match history.load(&id).await {
        Some(tree) => talk.transcript.merge(tree.messages().to_vec()),
        // Only if it is certain: what can't be read may still be there.
        None if history.fault.get_untracked().is_some() => {}
        None => {
            history.forget(&id);
            talk.leave();
            address.go("/");
        }
    }
}

/// What was typed before this code was there stays in the box, after what was kept.
fn add_typed(transcript: Transcript, typed: &str) {
    if !typed.is_empty() {
        transcript.draft.update(|draft| {
            if !draft.is_empty() {
                draft.push('\n');
            }
            draft.push_str(typed);
        });
    }
}

/// What is typed survives a reload.
fn remember_draft(transcript: Transcript) {
    Effect::new(move |before: Option<()>| {
        let draft = transcript.draft.get();
        if before.is_some() {
            tab::keep_draft(&untrack(|| transcript.id()).unwrap_or_default(), &draft);
        }
    });
}

/// What stands where nothing has been said yet.
#[component]
fn Welcome(talk: Talk, hidden: Signal<bool>) -> impl IntoView {
    const IDEAS: [&str; 3] = [
        "Explain how a page and its server task can die together",
        "Write a limerick about a socket that would not close",
        "What should I check before I deploy on a Friday?",
    ];
    let idea = move |idea: &'static str| {
        view! {
            <li>
                <button type="button" on:click=move |_| talk.transcript.draft.set(idea.to_owned())>
                    {idea}
                </button>
            </li>
        }
    };
    view! {
        <section class="welcome" hidden=hidden>
            <h1>"Ask. Watch. Stop."</h1>
            <p>
                "Every answer is written by a task that is linked to this page. When one of them dies, so does the \
                 other: Stop here is stop at the model."
            </p>
            <ul>{IDEAS.map(idea).collect_view()}</ul>
        </section>
    }
}
