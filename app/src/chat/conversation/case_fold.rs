//! Text as it is compared in a search: in one case and one form, whatever the keyboard or the file had.

use js_sys::JsString;

/// Makes a text comparable.
pub type Fold = fn(&str) -> String;

/// A text without what makes no difference: case, the two ways to write an accent, the width of a letter, ligatures.
///
/// This is NFKC (<https://www.unicode.org/reports/tr15/>) around a change of case both ways, so that `ß` is `ss`. A Turkish
/// dotted or dotless i is an i. The browser has the tables; they would be kilobytes to download.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let text = JsString::from(text).normalize("NFKC").to_upper_case().to_lower_case().normalize("NFKC");
    fold_special_letters(&String::from(text))
}

/// Lower case leaves a dot over an i that was a dotted capital, and has a sigma of its own for the end of a word. In a search
/// a word may go on.
fn fold_special_letters(lowered: &str) -> String {
    lowered.replace("i\u{307}", "i").replace('ς', "σ")
}

/// The same for ASCII alone, until [`fold`] is here.
#[must_use]
pub fn fold_ascii(text: &str) -> String {
    text.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_needs_no_browser() {
        assert_eq!(fold("Qwen3-8B"), "qwen3-8b");
    }

    #[test]
    fn what_lower_case_leaves_makes_no_difference() {
        assert_eq!(fold_special_letters(&"İstanbul ΟΔΟΣ".to_lowercase()), "istanbul οδοσ");
    }
}
