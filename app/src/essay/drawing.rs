//! The logo, drawn large: this page on the left, its task on the right, messages travelling along the line. When one
//! dies its star goes out and the other stays lit, with the reason written under it.

use super::chunks::Chunks;
use crate::ui::{reason::essay_text, text::text};
use leptos::prelude::*;
use starcrossed::State;

/// The class that draws which of the two is lit.
const fn link_state(state: &State) -> &'static str {
    match state {
        State::Idle => "apart",
        State::Running | State::Stopping => "joined",
        State::Ended(_) => "parted",
    }
}

/// The word along the line.
fn word(state: &State) -> String {
    match state {
        State::Idle => String::new(),
        State::Running | State::Stopping => "linked".to_owned(),
        State::Ended(exit) => essay_text(exit.reason).to_lowercase(),
    }
}

/// The drawing, from the same signals as the page's words.
#[component]
pub fn Drawing(
    /// The link of the page.
    job: Chunks,
) -> impl IntoView {
    let state = job.state();
    let class = move || format!("drawing {}", state.with(link_state));
    let fate = text(move || state.with(word));
    let task = text(move || if state.with(State::is_active) { "its task" } else { "no task" });
    view! {
        <svg class=class viewBox="0 0 480 150" aria-hidden="true">
            <path class="line" d="M92 60H388" />
            {move || {
                let delta = |_| view! { <circle class="delta" cx="388" cy="60" r="5" /> };
                (0..job.items().with(Vec::len)).map(delta).collect_view()
            }}
            <path class="star page" d="M64 22l9.500 28.500L102 60l-28.500 9.500L64 98l-9.500-28.500L26 60l28.500-9.500z" />
            <path class="star task" d="M416 22l9.500 28.500L454 60l-28.500 9.500L416 98l-9.500-28.500L378 60l28.500-9.500z" />
            <text x="64" y="124">"this page"</text>
            <text x="416" y="124" inner_html=task.get_untracked() prop:textContent=task></text>
            <text class="reason" x="240" y="46" prop:textContent=fate></text>
        </svg>
    }
}
