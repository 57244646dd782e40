//! Day or night: as the system says, or as the person has chosen. It is remembered in this browser, for all its tabs.

use leptos::{attr::custom::custom_attribute, html, prelude::*};

/// What browsers draw around the page, as hexadecimal since not all of them take more: the tokens' `--ground`, by day and
/// by night.
const LIGHT: &str = "#fcfaf6";
const DARK: &str = "#0e1322";

/// Runs in the head of every page, before anything is painted: nobody who has chosen night sees a flash of day. It hears
/// the choice, too, so that choosing needs no other code, and what is chosen in another tab.
pub const SCRIPT: &str = "{const d=document,r=d.documentElement,key='starcrossed-theme',now=()=>r.dataset.theme||'',\
    fill=()=>{for(const s of d.querySelectorAll('[name=theme]'))s.value=now()},\
    show=t=>{if(t!=now()){r.dataset.theme=t;d.querySelector('[name=color-scheme]').content=t||'light dark';\
    for(const m of d.querySelectorAll('[name=theme-color]'))\
    m.media=t?t==m.dataset.of?'all':'not all':`(prefers-color-scheme:${m.dataset.of})`}fill()},\
    kept=()=>{let t;try{t=localStorage.getItem(key)}catch{}show(t=='light'||t=='dark'?t:'')};kept();\
    d.addEventListener('change',e=>{if(e.target.name=='theme'){const t=e.target.value;show(t);\
    try{localStorage.setItem(key,t)}catch{}}});\
    d.addEventListener('DOMContentLoaded',fill);addEventListener('storage',e=>{if(e.key==key)kept()})}";

/// The head elements that tell the browser the theme, and the script that applies the person's choice.
#[component]
pub fn ThemeHead() -> impl IntoView {
    let media = |query: &'static str| custom_attribute("media", query); // Leptos knows it of other elements only
    view! {
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content=LIGHT data-of="light" {..media("(prefers-color-scheme:light)")} />
        <meta name="theme-color" content=DARK data-of="dark" {..media("(prefers-color-scheme:dark)")} />
        <script nonce=use_nonce() inner_html=SCRIPT></script>
    }
}

/// The choice of the theme.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let choice = NodeRef::<html::Select>::new();
    // The script fills in what the server has drawn; what is drawn later, this.
    Effect::new(move |_| {
        if let (Some(choice), Some(root)) = (choice.get(), document().document_element()) {
            choice.set_value(&root.get_attribute("data-theme").unwrap_or_default());
        }
    });
    view! {
        <select class="theme" name="theme" aria-label="Theme" autocomplete="off" node_ref=choice>
            <option value="">"As the system"</option>
            <option value="light">"Light"</option>
            <option value="dark">"Dark"</option>
        </select>
    }
}
