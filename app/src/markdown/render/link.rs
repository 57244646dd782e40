//! Links, and images, which are links here: an image that the page fetches tells its host who reads which answer, and when.

use std::borrow::Cow;

use pulldown_cmark::LinkType;

use super::Renderer;
use super::escape::escape;
use crate::markdown::source::sentinels::restore;

/// The target of a link, as a browser would read it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address(String);

/// The address in `url`, if it is one that an answer may lead to: `http://`, `https://` or `mailto:`.
///
/// A browser drops tabs and line ends in the middle and control characters at the ends, and what is left is what it obeys. So
/// all of them are dropped before the scheme is read, and from what is written.
pub(super) fn address(url: &str) -> Option<Address> {
    let url: String = url.trim().chars().filter(|c| !c.is_control()).collect();
    let allowed = ["http://", "https://", "mailto:"];
    let starts = |scheme: &&str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    allowed.iter().any(starts).then_some(Address(url))
}

impl Address {
    /// Writes the start tag of a link to it.
    pub(super) fn open(&self, class: &str, title: &str, out: &mut String) {
        out.push_str("<a");
        out.push_str(class);
        out.push_str(" href=\"");
        escape(&self.0, out);
        if !title.is_empty() {
            out.push_str("\" title=\"");
            escape(title, out);
        }
        out.push_str("\" rel=\"noopener nofollow\" target=\"_blank\">");
    }
}

impl Renderer<'_> {
    pub(super) fn start_link(&mut self, kind: LinkType, url: &str, title: &str) {
        let url = if kind == LinkType::Email { Cow::Owned(["mailto:", url].concat()) } else { url.into() };
        self.expand(kind, &url, title);
        // An address between `<` and `>` was never unescaped.
        let verbatim = matches!(kind, LinkType::Autolink | LinkType::Email);
        self.open_link("", &restore(&url, verbatim), title);
    }

    pub(super) fn end_link(&mut self) {
        self.in_link = self.in_link.saturating_sub(1);
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn start_image(&mut self, kind: LinkType, url: &str, title: &str) {
        self.expand(kind, url, title);
        let url = restore(url, false);
        let label = if address(&url).is_some() { &url } else { "image" };
        let label = String::from(label);
        self.open_link(" class=\"image\"", &url, title);
        self.images.push((self.out.len(), label));
    }

    /// An image without a word is called by its address.
    pub(super) fn end_image(&mut self) {
        if let Some((start, label)) = self.images.pop()
            && start == self.out.len()
        {
            escape(&label, &mut self.out);
        }
        self.end_link();
        self.close();
    }

    /// Opens a link, unless it leads to nowhere or stands in another.
    fn open_link(&mut self, class: &str, url: &str, title: &str) {
        let mut html = String::new();
        let address = address(url).filter(|_| self.in_link == 0);
        if let Some(address) = &address {
            address.open(class, &restore(title, false), &mut html);
        }
        self.in_link += 1;
        self.nest(&html, if address.is_some() { "</a>" } else { "" });
    }

    fn expand(&mut self, kind: LinkType, url: &str, title: &str) {
        if matches!(kind, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut) {
            self.expanded += url.len() + title.len();
        }
    }
}
