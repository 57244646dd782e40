//! How the model answers: the settings of this conversation, and the defaults of new ones.

mod field;

use crate::{
    chat::{
        conversation::Settings,
        session::Chat,
        storage::{error::StorageError, session_storage},
    },
    ui::text::text,
};
use field::{Field, view_number, view_text};
use leptos::{ev, html, prelude::*, web_sys::EventTarget};

const KEPT: &str = "New conversations will begin like this.";
const NO_ROOM: &str =
    "The browser has no room for this. It counts for this conversation alone. Shorten the system prompt.";
const REFUSED: &str = "The browser keeps nothing for this page. This counts for this conversation alone. Allow this site to \
    keep data to use it for others.";
const NO_ROOM_YET: &str = "The browser has no room for this before something is asked. Until then it is gone if the page is \
    reloaded.";
const REFUSED_YET: &str = "The browser keeps nothing for this page. This is gone if the page is reloaded. Allow this site to keep \
    data.";

/// The button that opens the settings.
#[component]
pub fn SettingsButton(
    /// The open chat.
    chat: Chat,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="settings-button"
            aria-label="Settings"
            title="Settings"
            aria-haspopup="dialog"
            on:click=move |_| chat.settings_open.set(true)
        >
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M4 7h10M18 7h2M4 17h2M10 17h10" />
                <circle cx="16" cy="7" r="2" />
                <circle cx="8" cy="17" r="2" />
            </svg>
        </button>
    }
}

/// The settings of the open conversation. A field applies when it is left; an invalid one doesn't, and says why. So an
/// invalid value is never sent.
#[component]
pub fn SettingsForm(
    /// The open chat.
    chat: Chat,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let form = Form::new(chat);
    let told = form.told;
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (chat.settings_open.get(), dialog.open()) {
            (true, false) => {
                told.set("");
                untrack(|| form.load());
                _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // A click on a modal dialog's backdrop targets the dialog. WebKit lacks `closedby` so far.
    let pressed_beside = StoredValue::new(false);
    let is_beside = move |event: &ev::MouseEvent| {
        let Some(dialog) = dialog.get_untracked() else { return false };
        // Coordinates start inside the border.
        let (x, y) = (event.offset_x() + dialog.client_left(), event.offset_y() + dialog.client_top());
        let is_within = (0..=dialog.offset_width()).contains(&x) && (0..=dialog.offset_height()).contains(&y);
        let on: Option<&EventTarget> = Some(dialog.as_ref());
        event.target().as_ref() == on && !is_within
    };
    let closed = move |_| {
        form.apply();
        chat.settings_open.set(false);
    };
    let keep = move |_| {
        if form.apply() {
            told.set(match session_storage::save_settings(&form.settings()) {
                Ok(()) => KEPT,
                Err(StorageError::Full) => NO_ROOM,
                Err(_) => REFUSED,
            });
        }
    };
    let [system, temperature, top_p, max_tokens, seed] = form.fields;
    view! {
        <dialog
            class="settings"
            aria-label="Settings"
            closedby="any"
            node_ref=dialog
            on:close=closed
            // A selection that ends outside the dialog is no click there.
            on:pointerdown=move |event| pressed_beside.set_value(is_beside(&event))
            on:click=move |event| {
                if pressed_beside.get_value() && is_beside(&event) {
                    chat.settings_open.set(false);
                }
            }
        >
            <form
                on:change=move |_| _ = form.apply()
                on:input=move |_| told.set("")
                on:submit=move |event| {
                    event.prevent_default();
                    if form.apply() {
                        chat.settings_open.set(false);
                    }
                }
            >
                <h2>"Settings"</h2>
                <p>"For this conversation. An empty field leaves it to the model."</p>
                {view_text("System prompt", "settings-system", system)}
                <div class="numbers">
                    {view_number("Temperature", "settings-temperature", "From 0 to 2: how far it dares to go.", temperature)}
                    {view_number("Top P", "settings-top-p", "From 0 to 1: how unlikely a word may be.", top_p)}
                    {view_number("Max tokens", "settings-max-tokens", "The longest answer.", max_tokens)}
                    {view_number("Seed", "settings-seed", "The same seed, the same answer, if it can.", seed)}
                </div>
                <p class="saved-notice" aria-live="polite" prop:textContent=text(move || told.get())></p>
                <div class="dialog-actions">
                    <button type="button" on:click=keep>
                        "Use for new conversations"
                    </button>
                    <button type="submit" class="submit">
                        "Done"
                    </button>
                </div>
            </form>
        </dialog>
    }
}

/// The fields, and the conversation that they belong to.
#[derive(Clone, Copy)]
struct Form {
    chat: Chat,
    conversation: StoredValue<String>,
    fields: [Field; 5],
    /// A remark below the fields; empty if there is none.
    told: RwSignal<&'static str>,
}

impl Form {
    fn new(chat: Chat) -> Self {
        let fields = [
            Field::new(|settings| &mut settings.system),
            Field::new(|settings| &mut settings.temperature),
            Field::new(|settings| &mut settings.top_p),
            Field::new(|settings| &mut settings.max_tokens),
            Field::new(|settings| &mut settings.seed),
        ];
        Self { chat, conversation: StoredValue::new(String::new()), fields, told: RwSignal::new("") }
    }

    /// Shows the settings.
    fn load(self) {
        self.conversation.set_value(self.open_conversation());
        let mut settings = self.settings();
        for field in self.fields {
            field.load(&mut settings);
        }
    }

    /// Applies the valid fields. Returns whether all are valid.
    fn apply(self) -> bool {
        // Another tab may have deleted it while this was open.
        if self.conversation.get_value() != self.open_conversation() {
            return true;
        }
        let before = self.settings();
        let mut settings = before.clone();
        let mut sound = true;
        for field in self.fields {
            sound &= field.apply(&mut settings);
        }
        if settings != before {
            if untrack(|| self.chat.transcript.id()).is_none() {
                self.told.set(match session_storage::save_new_settings(&settings) {
                    Ok(()) => "",
                    Err(StorageError::Full) => NO_ROOM_YET,
                    Err(_) => REFUSED_YET,
                });
            }
            self.chat.transcript.tree.update(|tree| tree.conversation.settings = settings);
            self.chat.transcript.persist_info();
        }
        sound
    }

    /// The settings that are shown.
    fn settings(self) -> Settings {
        self.chat.transcript.tree.with_untracked(|tree| tree.conversation.settings.clone())
    }

    fn open_conversation(self) -> String {
        self.chat.transcript.tree.with_untracked(|tree| tree.conversation.id.clone())
    }
}
