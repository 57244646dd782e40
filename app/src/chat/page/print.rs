//! Printing prints the whole conversation. Blocks that aren't drawn are drawn for the time of printing, and `print.css`
//! hides everything but the messages.

use crate::chat::session::transcript::Transcript;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast, wasm_bindgen::prelude::Closure};

/// Watches until the calling component ends. Browsers send `beforeprint`; the print medium also changes in a preview,
/// where nothing is printed.
pub(crate) fn watch(transcript: Transcript) {
    let left_out = StoredValue::new(0);
    let print = move |is_printing: bool| {
        if transcript.printing.get_untracked() == is_printing {
            return;
        }
        transcript.printing.set(is_printing);
        if is_printing {
            left_out.set_value(transcript.earlier.get_untracked());
            transcript.show_after(0);
        } else {
            transcript.show_after(left_out.get_value());
        }
    };
    let before = window_event_listener(ev::beforeprint, move |_| print(true));
    let after = window_event_listener(ev::afterprint, move |_| print(false));
    let medium = window().match_media("print").ok().flatten().map(|medium| {
        let asked = medium.clone();
        let changed = Closure::<dyn Fn()>::new(move || print(asked.matches()));
        medium.set_onchange(Some(changed.as_ref().unchecked_ref()));
        (medium, changed)
    });
    let medium = StoredValue::new_local(medium);
    on_cleanup(move || {
        before.remove();
        after.remove();
        medium.with_value(|medium| {
            if let Some((medium, _)) = medium {
                medium.set_onchange(None);
            }
        });
    });
}
