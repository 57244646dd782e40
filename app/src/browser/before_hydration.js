// before_hydration.rs says what this does, and why.
{
  const BACK = ' Reload when the server is back.', THEN = ' What you have sent is asked when it has come.';
  const FAILED = "This page can't start: its program can't be loaded or run here." + BACK;
  const OLD = "This page can't start: this browser is too old for its program, or WebAssembly is turned off.";
  const SLOW = 'This page has not started yet: its program is still on its way.' + THEN;
  const NEVER = 'This page has not started yet: its program may never come. Reload to try again.';
  const LATE = 'A part of this page is still on its way.' + THEN;
  const MISSING = "A part of this page can't be loaded: the server can't be reached, or it was updated." + BACK;

  const root = document.documentElement;
  const box = () => document.querySelector('[name=message]');
  const sheet = () => document.querySelector('[rel=stylesheet]');
  const ready = () => 'ready' in root.dataset;
  const on = (type, act) => addEventListener(type, act, true);
  const early = (type, act) => on(type, e => { if (!ready()) act(e) });

  // The notice. No other words follow those that are certain (1), and those of a broken page (2) stay.
  let notice, weight = 0, copy;
  const say = (words, its = 0) => {
    if (weight) return;
    weight = its;
    delete root.dataset.early;
    if (!notice) {
      root.insertAdjacentHTML('beforeend', '<div class=unready role=alert><p></p><button type=button>Reload</button></div>');
      notice = root.lastChild;
      notice.lastChild.onclick = () => location.reload();
    }
    notice.firstChild.textContent = words + ' What you have typed stays.';
    if (copy || weight > 1) notice.style = 'position:fixed;top:0;background:canvas';
  };
  const hide = () => {
    if (weight > 1) return;
    if (notice) notice.remove();
    notice = weight = 0;
    if (copy) say(LATE);
  };
  on('late', () => say(LATE));
  on('missing', () => say(MISSING, 1));
  on('whole', hide);

  // The program. Some errors are those of a browser that can't run it, unless the file is no program.
  window.unready = e => {
    if (ready()) return;
    console.error(e);
    const old = /^(Syntax|Compile|Eval)Error(?!.*(magic|start with))/.test(e);
    say(old ? OLD : FAILED, /^Runtime/.test(e) ? 2 : 1);
  };
  on('error', e => {
    if (e.error) unready(e.error);
    if (e.target.rel == 'stylesheet') say(MISSING, 2);
  });
  if (!window.WebAssembly || !('noModule' in HTMLScriptElement.prototype)) say(OLD, 1);
  else (window.program = fetch('PROGRAM')).catch(() => {});
  // It starts after that, so that it finds what is put back into the box. No state of the document tells of it.
  window.parsed = new Promise(done => on('DOMContentLoaded', done));

  // The style sheet. Nothing is drawn while it is on its way. Without it, Chromium and WebKit draw as soon as it is removed,
  // and Firefox as soon as a layout is asked for: but Firefox starts no program then. A copy is used when it has come.
  setTimeout(() => {
    const link = sheet();
    if (link && !link.sheet && weight < 2) {
      copy = link.cloneNode();
      link.remove();
      root.offsetHeight;
      fetch(link.href).then(css => css.text()).then(() => document.head.append(copy)).catch(() => {});
      copy.onload = () => {
        copy = 0;
        if (ready()) hide();
      };
    }
    if (!ready() || copy) say(ready() ? LATE : SLOW);
  }, 4000);
  setTimeout(() => { if (!ready()) say(NEVER) }, 15000);

  // Input before the program runs.
  const clicked = [], KEY = 'starcrossed-typed', path = location.pathname + '\n';
  const kept = act => { try { return act(sessionStorage) } catch (e) {} };
  early('click', e => {
    const control = e.target.closest('button,input');
    if (control && !(notice && notice.contains(control))) clicked.push(control);
  });
  early('submit', e => {
    e.preventDefault();
    if (!weight) root.dataset.early = 'sent';
  });
  early('input', e => {
    if (e.target == box()) kept(all => all.setItem(KEY, path + e.target.value));
  });
  early('keydown', e => {
    if (e.key == 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode != 229 && e.target == box()) {
      e.preventDefault();
      e.target.form.querySelector('[type=submit]').click();
    }
  });
  early('DOMContentLoaded', () => {
    const field = box(), old = kept(all => all.getItem(KEY));
    if (!field) return;
    if (old && !field.value && old.startsWith(path)) field.value = old.slice(path.length);
    if (document.activeElement == document.body && matchMedia('(width>=52rem) and (pointer:fine)').matches) field.focus();
  });
  on('ready', () => {
    delete root.dataset.early;
    hide();
    kept(all => all.removeItem(KEY));
    for (const control of clicked.splice(0)) if (control.isConnected) control.click();
  });
}
