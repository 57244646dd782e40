//! Makes MathML safe to put into a page, whatever the formula and the converter.
//!
//! Only listed elements and attributes pass, and only values of harmless characters. An unlisted element is removed, and its text
//! stays. Styles become classes of `style/content/math.css`, since the Content Security Policy allows no inline styles.
//!
//! Not `ammonia`: it needs html5ever, for 200 lines.

pub(crate) mod allowed;

use allowed::{ATTRIBUTES, ELEMENTS, LOOKS, STYLES};

/// The deepest nesting that a browser gets.
const DEEPEST: usize = 200;

/// The safe part of `mathml`. None if it isn't well-formed.
pub(crate) fn sanitised(mathml: &str) -> Option<String> {
    let mut clean = Clean { html: String::with_capacity(mathml.len()), open: Vec::new() };
    let mut rest = mathml.trim();
    while let Some(after) = rest.strip_prefix('<') {
        let (tag, after) = after.split_once('>')?;
        let (text, next) = after.split_at(after.find('<').unwrap_or(after.len()));
        match tag.strip_prefix('/') {
            Some(name) => clean.end(name)?,
            None => clean.begin(tag)?,
        }
        if !clean.open.is_empty() {
            clean.html.push_str(text);
        } else if !text.is_empty() || !next.is_empty() {
            return None; // outside of the formula
        }
        rest = next;
    }
    let Clean { html, open } = clean;
    (rest.is_empty() && open.is_empty() && html.starts_with("<math")).then_some(html)
}

struct Clean<'a> {
    html: String,
    /// The elements that haven't ended, and where each begins.
    open: Vec<(&'a str, usize)>,
}

impl<'a> Clean<'a> {
    fn begin(&mut self, tag: &'a str) -> Option<()> {
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !ELEMENTS.contains(&name) {
            look(name, &mut self.html);
            return Some(());
        }
        let at = self.html.len();
        self.html.extend(["<", name]);
        push_attributes(attributes, &mut self.html)?;
        self.html.push('>');
        if is_empty {
            self.html.extend(["</", name, ">"]);
        } else {
            self.open.push((name, at));
        }
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn end(&mut self, name: &str) -> Option<()> {
        if ELEMENTS.contains(&name) {
            let (opened, at) = self.open.pop().filter(|(opened, _)| *opened == name)?;
            if opened == "mtable" {
                self.join_last_line(at);
            }
            self.html.extend(["</", opened, ">"]);
        }
        Some(())
    }

    /// A line below the last row comes as a row of its own, with one empty cell: it becomes the table's lower edge.
    fn join_last_line(&mut self, table: usize) {
        let row = self.html.rfind("<mtr>").unwrap_or(table);
        let is_line = |row: &str| row.starts_with("<mtr><mtd class=\"mbt") && row.ends_with("\"></mtd></mtr>");
        if self.html.get(row..).is_some_and(|row| is_line(row) && row.matches('<').count() == 4) {
            self.html.truncate(row);
            self.html.insert_str(table + "<mtable".len(), " frame=\"below\"");
        }
    }
}

/// `<mtext><b>` becomes `<mtext class="mbold">`.
fn look(name: &str, html: &mut String) {
    let class = LOOKS.iter().find(|(element, _)| *element == name).map(|(_, class)| class);
    if let (Some(class), true) = (class, html.ends_with("<mtext>")) {
        html.truncate(html.len() - 1);
        html.extend([" class=\"", class, "\">"]);
    }
}

fn push_attributes(mut attributes: &str, html: &mut String) -> Option<()> {
    let mut classes = Vec::new();
    while !attributes.trim().is_empty() {
        let (name, after) = attributes.trim_start().split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        attributes = after;
        match name {
            "style" => push_style(value, &mut classes, html),
            "class" if value.starts_with("menclose-") && is_harmless(value) => classes.push(value),
            _ if ATTRIBUTES.contains(&name) && is_harmless(value) => html.extend([" ", name, "=\"", value, "\""]),
            _ => {}
        }
    }
    if !classes.is_empty() {
        html.extend([" class=\"", &classes.join(" "), "\""]);
    }
    Some(())
}

fn push_style(style: &str, classes: &mut Vec<&str>, html: &mut String) {
    for declaration in style.split(';') {
        let declaration = declaration.replace(' ', "");
        if let Some((_, class)) = STYLES.iter().find(|(known, _)| *known == declaration) {
            classes.push(class);
        } else if let Some(colour) = declaration.strip_prefix("color:#").filter(|colour| is_hex(colour)) {
            html.extend([" mathcolor=\"#", colour, "\""]);
        }
    }
}

fn is_hex(colour: &str) -> bool {
    colour.len() == 6 && colour.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Numbers, units and words; nothing that could be a URL, a script or the end of the attribute.
fn is_harmless(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+% ".contains(&byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests;
