//! One field of the settings, and what is wrong with what was typed in it.

use crate::{chat::conversation::Settings, ui::text::text};
use leptos::prelude::*;

/// Where among the settings a field's text stands.
type Slot = fn(&mut Settings) -> &mut String;

/// What is typed in a field.
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

    /// Shows what is set.
    pub(super) fn load(self, settings: &mut Settings) {
        self.typed.set((self.slot)(settings).clone());
        self.fault.set(None);
    }

    /// Sets what is typed if it makes sense, and says whether it does.
    pub(super) fn apply(self, settings: &mut Settings) -> bool {
        let typed = self.typed.get_untracked();
        let fault = fault(self.slot, &typed);
        self.fault.set(fault);
        if fault.is_none() {
            *(self.slot)(settings) = typed;
        }
        fault.is_none()
    }

    fn hear(self, typed: String) {
        // While it is being corrected it is told at once that it is right now, but of nothing new: half a number is none.
        if fault(self.slot, &typed).is_none() {
            self.fault.set(None);
        }
        self.typed.set(typed);
    }
}

/// What is wrong with this text in this place.
fn fault(slot: Slot, typed: &str) -> Option<&'static str> {
    let mut alone = Settings::default();
    typed.clone_into(slot(&mut alone));
    alone.fault()
}

/// A field for a text of several lines.
pub(super) fn view_text(label: &'static str, id: &'static str, field: Field) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                id=id
                rows="4"
                placeholder="What the model is told before anybody asks"
                prop:value=field.typed
                on:input=move |event| field.hear(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}

/// A field for a number, with what it is for, or what is wrong with it, below.
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
                on:input=move |event| field.hear(event_target_value(&event))
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
