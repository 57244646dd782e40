//! Case folding and normalisation, for search.

use js_sys::JsString;

/// Makes a text comparable.
pub type Fold = fn(&str) -> String;

/// Removes differences that a search ignores: case, composed or decomposed accents, full or half width, ligatures.
///
/// This is NFKC (<https://www.unicode.org/reports/tr15/>) around a conversion to upper and then to lower case, so that `ß` is
/// `ss`. A Turkish dotted or dotless i is an i. The browser has the tables; ours would be kilobytes to download.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let text = JsString::from(text).normalize("NFKC").to_upper_case().to_lower_case().normalize("NFKC");
    fold_special_letters(&String::from(text))
}

/// Lower case leaves a dot over the i that was `İ`, and has its own sigma for the end of a word. In a search the word may go
/// on.
fn fold_special_letters(lowered: &str) -> String {
    lowered.replace("i\u{307}", "i").replace('ς', "σ")
}

/// Folds ASCII alone, until the code of [`fold`] is loaded.
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
