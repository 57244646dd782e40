//! One field of the settings, and the error in its text.

use crate::{chat::conversation::Settings, ui::text::text};
use leptos::prelude::*;

/// The place of a field's text in the settings.
type Slot = fn(&mut Settings) -> &mut String;

/// The text in a field.
#[derive(Clone, Copy)]
pub(super) struct Field {
    slot: Slot,
    typed: RwSignal<String>,
    fault: RwSignal<Option<&'static str>>,
}

impl Field {
    pub(super) fn new(slot: Slot) -> Self {
        Self { slot, typed: RwSignal::new(String::new()), fault: RwSignal::new(None) }
    }

    /// Shows the setting.
    pub(super) fn load(self, settings: &mut Settings) {
        self.typed.set((self.slot)(settings).clone());
        self.fault.set(None);
    }

    /// Applies the text if it is valid. Returns whether it is.
    pub(super) fn apply(self, settings: &mut Settings) -> bool {
        let typed = self.typed.get_untracked();
        let fault = fault(self.slot, &typed);
        self.fault.set(fault);
        if fault.is_none() {
            *(self.slot)(settings) = typed;
        }
        fault.is_none()
    }

    fn on_input(self, typed: String) {
        // While typing, clear an error as soon as the value is valid, but don't raise new ones: a half-typed number is
        // always invalid.
        if fault(self.slot, &typed).is_none() {
            self.fault.set(None);
        }
        self.typed.set(typed);
    }
}

/// The error in this text at this place.
fn fault(slot: Slot, typed: &str) -> Option<&'static str> {
    let mut alone = Settings::default();
    typed.clone_into(slot(&mut alone));
    alone.error()
}

/// A field of several lines.
pub(super) fn view_text(label: &'static str, id: &'static str, field: Field) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                id=id
                rows="4"
                placeholder="What the model is told before anybody asks"
                prop:value=field.typed
                on:input=move |event| field.on_input(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}

/// A number field, with its purpose or its error below.
pub(super) fn view_number(label: &'static str, id: &'static str, hint: &'static str, field: Field) -> AnyView {
    let said = [id, "-said"].concat();
    view! {
        <div class="field" class:invalid=move || field.fault.get().is_some()>
            <label for=id>{label}</label>
            <input
                id=id
                inputmode="decimal"
                autocomplete="off"
                aria-describedby=said.clone()
                aria-invalid=move || field.fault.get().map(|_| "true")
                prop:value=field.typed
                on:input=move |event| field.on_input(event_target_value(&event))
            />
            <p id=said aria-live="polite" prop:textContent=text(move || field.fault.get().unwrap_or(hint))></p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_told_of_its_own_faults_alone() {
        assert_eq!(fault(|settings| &mut settings.temperature, "0.7"), None);
        assert!(fault(|settings| &mut settings.temperature, "hot").is_some_and(|why| why.starts_with("Temperature")));
        assert!(fault(|settings| &mut settings.seed, "x").is_some_and(|why| why.contains("seed")));
        assert_eq!(fault(|settings| &mut settings.system, "hot"), None);
    }
}
