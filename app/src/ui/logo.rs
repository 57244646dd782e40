//! The logo: two stars, and the line between them. One is this page, the other the task that works for it.

use crate::chat::protocol::answer::Exit;
use crate::ui::reason::logo_class;
use leptos::prelude::*;

/// The class that draws the line between the stars.
fn line(running: bool, exit: Option<&Exit>) -> &'static str {
    match exit {
        _ if running => "joined",
        None => "apart",
        Some(exit) => logo_class(exit.reason),
    }
}

/// The logo in the header: joined while a task lives, pulsing with its deltas.
#[component]
pub fn Logo(
    /// Whether a task is running.
    #[prop(into)]
    running: Signal<bool>,
    /// The exit of the latest task.
    #[prop(into)]
    exit: Signal<Option<Exit>>,
    /// Goes up with every delta.
    #[prop(into)]
    beats: Signal<u32>,
) -> impl IntoView {
    let state = move || exit.with(|exit| line(running.get(), exit.as_ref()));
    // Two animations that look the same: a change of name is what starts one again.
    let pulse = move || if beats.get().is_multiple_of(2) { "pulse-a" } else { "pulse-b" };
    view! {
        <svg class=move || format!("mark {} {}", state(), pulse()) viewBox="0 0 64 24" aria-hidden="true">
            <path class="line" d="M14 12H50" pathLength="100" />
            <path class="star page" d="M12 3l2.2 6.8L21 12l-6.8 2.2L12 21l-2.2-6.8L3 12l6.8-2.2z" />
            <path class="star task" d="M52 3l2.2 6.8L61 12l-6.8 2.2L52 21l-2.2-6.8L43 12l6.8-2.2z" />
        </svg>
    }
}
