//! Half a link is its text.

use super::Inline;

/// A bracket that stays open for longer than this isn't the text of a link.
const LINK: usize = 200;

impl Inline<'_> {
    pub(super) fn bracket(&mut self, len: usize) {
        self.brackets.push((self.at, len));
        self.at += len;
    }

    /// Behind the text of a link comes its address: nothing of it is shown before it is complete.
    pub(super) fn close_bracket(&mut self) {
        let Some(open) = self.brackets.pop() else {
            self.at += 1;
            return;
        };
        let after = self.text.get(self.at + 1..).unwrap_or_default();
        let closer = match after.bytes().next() {
            None => None,
            Some(b'(') => after.find(')'),
            Some(b'[') => after.find(']'),
            Some(_) => Some(0),
        };
        if let Some(len) = closer {
            self.at += 1 + len;
        } else {
            self.link = Some(open);
            self.cut(self.at);
        }
    }

    /// Copies `kept`, without the bracket of a link that has half arrived.
    pub(super) fn copy(&mut self, kept: &str, out: &mut String) {
        let open = self.link.or_else(|| self.brackets.pop().filter(|(at, _)| kept.len() - at.min(&kept.len()) < LINK));
        let Some((at, len)) = open else { return out.push_str(kept) };
        out.push_str(kept.get(..at).unwrap_or(kept));
        let label = kept.get(at + len..).unwrap_or_default();
        if !label.starts_with('^') {
            out.push_str(label);
        }
    }
}
