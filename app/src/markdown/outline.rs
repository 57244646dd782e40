//! Headings in order. Many an answer begins with a heading of the third level, or leaves one out; who finds the way by
//! headings would look for what is missing. Each looks as it was written, and counts as one below the one it stands under.

/// The headings that the next one may stand under: a bit for each level.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outline(u8);

impl Outline {
    /// Adds `aria-level` to the headings whose level skips one. `html` must come from this crate.
    pub fn number(&mut self, html: &mut String) {
        let mut from = 0;
        while let Some(at) = html.get(from..).and_then(|rest| rest.find("<h")).map(|at| from + at) {
            from = at + "<h1".len();
            let digit = html.as_bytes().get(at + 2).copied().unwrap_or_default();
            if let own @ 1..=6 = digit.wrapping_sub(b'0') {
                let level = self.enter(own);
                if level != u32::from(own) {
                    html.insert_str(from, ATTRIBUTES.get(level as usize).unwrap_or(&""));
                }
            }
        }
    }

    /// As what a heading of this level counts. The page has a heading of its own, above those that don't begin at the top.
    fn enter(&mut self, own: u8) -> u32 {
        let bit = 1 << own;
        self.0 = self.0 & (bit - 1) | bit;
        self.0.count_ones() + u32::from(self.0 & 0b10 == 0)
    }
}

/// The attribute to insert, by level.
const ATTRIBUTES: [&str; 6] =
    ["", "", " aria-level=\"2\"", " aria-level=\"3\"", " aria-level=\"4\"", " aria-level=\"5\""];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::to_html;

    fn levels(source: &str, outline: &mut Outline) -> Vec<String> {
        let mut html = to_html("x", source);
        outline.number(&mut html);
        let tags = html.split('<').filter(|tag| tag.starts_with('h'));
        tags.filter_map(|tag| tag.split('>').next()).map(ToOwned::to_owned).collect()
    }

    fn alone(source: &str) -> Vec<String> {
        levels(source, &mut Outline::default())
    }

    #[test]
    fn headings_in_order_stay_as_they_are() {
        assert_eq!(alone("# A\n\n## B\n\n### C\n\n***\n\n# D\n\n## E"), ["h1", "h2", "h3", "hr", "h1", "h2"]);
        assert_eq!(alone("## A\n\n### B\n\n# C"), ["h2", "h3", "h1"]);
    }

    #[test]
    fn a_level_left_out_is_closed_up() {
        let (second, third) = ("h3 aria-level=\"2\"", "h6 aria-level=\"3\"");
        assert_eq!(alone("### A\n\n### B\n\n###### C\n\n### D"), [second, second, third, second]);
        assert_eq!(alone("# A\n\n### B\n\n### C"), ["h1", second, second]);
    }

    #[test]
    fn what_is_said_of_headings_is_no_heading() {
        assert_eq!(alone("`<h4>` <h4>\n\n    <h5>\n\n## A"), ["h2"]);
    }

    #[test]
    fn pieces_go_on_where_the_one_before_ended() {
        let mut outline = Outline::default();
        assert_eq!(levels("# A\n\n## B", &mut outline), ["h1", "h2"]);
        assert_eq!(levels("#### C", &mut outline), ["h4 aria-level=\"3\""]);
        assert_eq!(levels("## D", &mut outline), ["h2"]);
    }
}
