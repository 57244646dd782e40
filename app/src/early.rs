//! Input and notices before the page's code runs. The server draws the whole page, so people use it at once: text typed
//! early stays in the box, and early clicks are repeated in order once the code runs. If the code doesn't come, the page
//! says so.

use crate::browser::after;
use leptos::{
    ev::Event,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlTextAreaElement},
};
/// Runs in the head of every page. It records each click on a button or an input, and keeps the browser from submitting the
/// form. Enter in the box is a click on Send. The `ready` event repeats the clicks. The box has the focus, unless that would
/// open an on-screen keyboard.
///
/// It also fetches the program: WebKit's `fetch` doesn't join a `<link rel=preload>` that is under way, and would fetch it
/// twice.
///
/// It shows a notice with Reload in these cases:
/// - The program can't run: `unready` was called, or an uncaught error was reported. After a panic the notice stays.
/// - The program has not started after 4 s, and in other words after 15 s.
/// - A part that is fetched later is late or missing: the events of [`tell`].
/// - The style sheet has not come after 4 s. A style sheet that is on its way keeps browsers from painting, and from running
///   scripts. So it is removed, and a copy is used when it has come. Firefox waits for it all the same. The notice gets a
///   style of its own: the policy forbids `style` attributes, but not [CSSOM].
///
/// What has been typed survives a reload.
///
/// Its syntax is that of 2017, so that it also runs in browsers that can't run the program. The regular expression tells a
/// browser that refuses the program from a file that is no program.
///
/// [CSSOM]: https://www.w3.org/TR/CSP3/#directive-style-src
const SCRIPT: &str = "{const d=document,r=d.documentElement,clicked=[],typed='starcrossed-typed',\
    ready=()=>'ready' in r.dataset,early=act=>e=>{if(!ready())act(e)},\
    on=(type,act)=>d.addEventListener(type,early(act),true),box=()=>d.querySelector('[name=message]'),\
    kept=act=>{try{return act(sessionStorage)}catch(e){return null}};let note,final,copy;\
    const hide=()=>{if(final>1)return;if(note)note.remove();note=final=0;if(copy)say('LATE')},\
    say=(text,last)=>{if(!final){final=last;delete r.dataset.early;\
    if(!note){r.insertAdjacentHTML('beforeend','<div class=unready role=alert><p></p><button type=button>Reload</button></div>');\
    note=r.lastChild;note.lastChild.onclick=()=>location.reload()}note.firstChild.textContent=text}\
    if(copy)note.style='position:fixed;top:0;background:canvas'};\
    window.unready=early(e=>{console.error(e);\
    say(/^(Syntax|Compile|Eval)Error(?!.*(magic|start with))/.test(e)?'OLD':'FAILED',/^Runtime/.test(e)?2:1)});\
    addEventListener('error',e=>{if(e.error)unready(e.error)});\
    d.addEventListener('late',()=>say('LATE'));d.addEventListener('missing',()=>say('MISSING',1));\
    d.addEventListener('whole',hide);\
    if(!window.WebAssembly||!('noModule' in HTMLScriptElement.prototype))say('OLD',1);\
    else{window.program=fetch('PROGRAM');window.program.catch(()=>{})}\
    setTimeout(()=>{const l=d.querySelector('link[rel=stylesheet]');copy=l&&!l.sheet&&l.cloneNode();\
    if(!ready()||copy)say(ready()?'LATE':'SLOW');\
    if(copy){l.remove();fetch(l.href).then(css=>css.text()).then(()=>{d.head.append(copy);\
    copy.onload=()=>{copy=0;if(ready())hide()}})}},4000);\
    setTimeout(early(()=>say('NEVER')),15000);\
    on('click',e=>{const b=e.target.closest('button,input');if(b&&!(note&&note.contains(b)))clicked.push(b)});\
    on('submit',e=>{e.preventDefault();if(!final)r.dataset.early='sent'});\
    on('input',e=>{if(e.target==box())kept(s=>s.setItem(typed,location.pathname+'\\n'+e.target.value))});\
    on('keydown',e=>{if(e.key=='Enter'&&!e.shiftKey&&!e.isComposing&&e.target==box()){e.preventDefault();\
    e.target.form.querySelector('[type=submit]').click()}});\
    on('DOMContentLoaded',()=>{const field=box(),old=kept(s=>s.getItem(typed));if(!field)return;\
    if(old&&!field.value&&old.startsWith(location.pathname+'\\n'))field.value=old.slice(old.indexOf('\\n')+1);\
    if(d.activeElement==d.body&&matchMedia('(width>=52rem) and (pointer:fine)').matches)field.focus()});\
    d.addEventListener('ready',()=>{delete r.dataset.early;hide();kept(s=>s.removeItem(typed));\
    for(const b of clicked.splice(0))if(b.isConnected)b.click()})}";

const FAILED: &str = "This page can\\'t start: its program can\\'t be loaded or run here. The server can\\'t be reached, or it was \
    updated. What you have typed stays. Reload when the server is back.";
const OLD: &str = "This page can\\'t start: this browser is too old for its program, or WebAssembly is turned off. What you have \
    typed stays. Turn it on, or use a newer browser.";
const SLOW: &str = "This page has not started yet: its program is still on its way. What you have typed stays, and is sent when \
    it has come, if you have pressed Send.";
const NEVER: &str =
    "This page has not started yet: its program may never come. What you have typed stays. Reload to try again.";
const LATE: &str = "A part of this page is still on its way. What you have typed stays, and is sent when it has come, if you \
    have pressed Send.";
const MISSING: &str = "A part of this page can\\'t be loaded: the server can\\'t be reached, or it was updated. What you have \
    typed stays. Reload when the server is back.";

/// What people read whose browser runs no scripts.
pub const NO_SCRIPT: &str = "<p class=\"unready\">This page needs JavaScript and WebAssembly. Turn JavaScript on, and reload the \
    page. Nothing that you type is sent.</p>";

/// The script, for a page whose program is at this address.
#[must_use]
pub fn script(program: &str) -> String {
    let words = [
        ("PROGRAM", program),
        ("FAILED", FAILED),
        ("OLD", OLD),
        ("SLOW", SLOW),
        ("NEVER", NEVER),
        ("LATE", LATE),
        ("MISSING", MISSING),
    ];
    words.into_iter().fold(SCRIPT.to_owned(), |script, (name, text)| script.replace(name, text))
}

/// What has been typed into the box.
#[must_use]
pub fn typed() -> String {
    let field = document().query_selector("textarea[name=message]").ok().flatten();
    field.as_ref().and_then(Element::dyn_ref).map(HtmlTextAreaElement::value).unwrap_or_default()
}

/// The page's code handles all input from here on. The early clicks are repeated when the caller's work is done.
pub fn done() {
    after(0, ready);
}

fn ready() {
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("data-ready", "");
    }
    tell("ready");
}

/// Tells the script of a part of the page: it is `late` or `missing`, or the page is `whole` again.
pub fn tell(what: &str) {
    if let Ok(event) = Event::new(what) {
        _ = document().dispatch_event(&event);
    }
}
