//! What a person does before the page's code has arrived, and what they are told if it doesn't. The page is there at once and
//! looks ready, so it has to be: text typed then stays in the box, and what was pressed then is done as soon as it can be, in
//! the same order.

use leptos::{
    ev::Event,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlTextAreaElement},
};
use std::time::Duration;

/// Runs in the head of every page, before anything can be pressed. It notes every click on a button or a box, and keeps a
/// form that nobody hears yet from leaving the page. Enter in the box is a click on Send. When the page is ready, all that
/// is clicked once more. The box has the focus from the beginning, unless that would push a keyboard up under a finger.
///
/// It fetches the program, too: WebKit's `fetch` joins no `<link rel=preload>` that is under way, and would fetch it twice.
/// And it says what stands in the way if the program can't run, or hasn't after four seconds, beside the body, where it is
/// in nobody's way who takes the page over. What has been typed survives a reload.
///
/// Its syntax is that of 2017, so that it runs in the browsers that it has to speak for.
const SCRIPT: &str = "{const d=document,r=d.documentElement,clicked=[],typed='starcrossed-typed',\
    on=(type,act)=>d.addEventListener(type,e=>{if(!('ready' in r.dataset))act(e)},true),\
    box=()=>d.querySelector('[name=message]'),\
    kept=act=>{try{return act(sessionStorage)}catch(e){return null}};let note,final;\
    const say=(text,last)=>{if('ready' in r.dataset||final)return;final=last;delete r.dataset.early;\
    if(!note){note=d.createElement('div');note.className='unready';note.setAttribute('role','alert');\
    const p=d.createElement('p'),b=d.createElement('button');b.type='button';b.textContent='Reload';\
    b.onclick=()=>location.reload();note.append(p,b);r.append(note)}note.firstChild.textContent=text};\
    window.unready=e=>{console.error(e);say('FAILED',true)};\
    if(!window.WebAssembly||!('noModule' in HTMLScriptElement.prototype))say('OLD',true);\
    else{window.program=fetch('PROGRAM');window.program.catch(()=>{})}\
    setTimeout(()=>say('SLOW'),4000);\
    on('click',e=>{const b=e.target.closest('button,input');if(b&&!(note&&note.contains(b)))clicked.push(b)});\
    on('submit',e=>{e.preventDefault();if(!final)r.dataset.early='sent'});\
    on('input',e=>{if(e.target==box())kept(s=>s.setItem(typed,location.pathname+'\\n'+e.target.value))});\
    on('keydown',e=>{if(e.key=='Enter'&&!e.shiftKey&&!e.isComposing&&e.target==box()){e.preventDefault();\
    e.target.form.querySelector('[type=submit]').click()}});\
    on('DOMContentLoaded',()=>{const field=box(),old=kept(s=>s.getItem(typed));if(!field)return;\
    if(old&&!field.value&&old.startsWith(location.pathname+'\\n'))field.value=old.slice(old.indexOf('\\n')+1);\
    if(d.activeElement==d.body&&matchMedia('(width>=52rem) and (pointer:fine)').matches)field.focus()});\
    d.addEventListener('ready',()=>{delete r.dataset.early;if(note)note.remove();kept(s=>s.removeItem(typed));\
    for(const b of clicked.splice(0))if(b.isConnected)b.click()})}";

/// Why the page does nothing, and what can be done.
const FAILED: &str = "This page can\\'t start: its program can\\'t be loaded or run here. The server can\\'t be reached, or a newer \
    one has taken its place. What you have typed stays. Reload when the server is back.";
const OLD: &str = "This page can\\'t start: this browser has no WebAssembly or no JavaScript modules, or they are turned off. \
    What you have typed stays. Turn them on, or use a newer browser.";
const SLOW: &str = "This page has not started yet: its program is still on its way. What you have typed stays, and is sent when \
    it has come, if you have pressed Send.";

/// What people read whose browser runs no scripts.
pub const NO_SCRIPT: &str = "<p class=\"unready\">This page needs JavaScript and WebAssembly, and this browser runs no scripts \
    here. Nothing that you type is sent. Turn JavaScript on for this site, and reload the page.</p>";

/// The script, for a page whose program is at this address.
#[must_use]
pub fn script(program: &str) -> String {
    let words = [("PROGRAM", program), ("FAILED", FAILED), ("OLD", OLD), ("SLOW", SLOW)];
    words.into_iter().fold(SCRIPT.to_owned(), |script, (name, text)| script.replace(name, text))
}

/// What has been typed into the box.
#[must_use]
pub fn typed() -> String {
    let field = document().query_selector("textarea[name=message]").ok().flatten();
    field.as_ref().and_then(Element::dyn_ref).map(HtmlTextAreaElement::value).unwrap_or_default()
}

/// From here on the page hears everything itself, beginning with what was done before: as soon as all that is being done
/// now has been.
pub fn done() {
    drop(set_timeout(ready, Duration::ZERO));
}

fn ready() {
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("data-ready", "");
    }
    if let Ok(event) = Event::new("ready") {
        _ = document().dispatch_event(&event);
    }
}
