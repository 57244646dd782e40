//! Code blocks.

use super::super::marks::{CUT, restore};
use super::Renderer;
use super::escape::escape;

/// A longer name is no language's.
const LONGEST: usize = 32;

/// A code block. `info` is what stands after the fence.
pub(in super::super) fn figure(info: &str, code: &str, finished: bool, out: &mut String) {
    open_figure(info, finished, out);
    escape(code, out);
    out.push_str("</code></pre></figure>");
}

/// All of a code block that comes before the code.
///
/// The language of a `finished` one is also in an attribute, by which the page finds what to highlight.
fn open_figure(info: &str, finished: bool, out: &mut String) {
    let language = info.split_whitespace().next().unwrap_or_default();
    let mut name = String::new();
    escape(
        language.char_indices().nth(LONGEST).and_then(|(end, _)| language.get(..end)).unwrap_or(language),
        &mut name,
    );
    out.push_str("<figure class=\"code\"><figcaption><span>");
    out.push_str(&name);
    out.push_str("</span><button type=\"button\" class=\"copy\" aria-label=\"Copy code\">Copy</button></figcaption>");
    out.push_str("<pre tabindex=\"0\"><code");
    if finished && !name.is_empty() {
        out.push_str(" data-lang=\"");
        out.push_str(&name);
        out.push('"');
    }
    out.push('>');
}

impl Renderer<'_> {
    pub(super) fn end_code(&mut self) {
        let info = self.code.take().unwrap_or_default();
        let code = std::mem::take(&mut self.text);
        let finished = !code.contains(CUT) && !info.contains(CUT);
        figure(&restore(&info, true), &restore(&code, true), finished, &mut self.out);
    }
}
