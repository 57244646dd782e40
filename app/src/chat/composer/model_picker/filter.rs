//! A long list of models, filtered by a search.

use crate::chat::conversation::case_fold::Fold;

/// A list longer than this has a search field.
const GLANCE: usize = 12;

/// Whether a list is long enough for a search field.
pub(super) fn is_long(list: &[String]) -> bool {
    list.len() > GLANCE
}

/// The names that contain every word of the search, in the list's order.
pub(super) fn narrowed(list: &[String], query: &str, fold: Fold) -> Vec<String> {
    let query = fold(query);
    let is_meant = |name: &&String| {
        let name = fold(name);
        query.split_whitespace().all(|word| name.contains(word))
    };
    list.iter().filter(is_meant).cloned().collect()
}

/// The most models that are offered at once: a browser takes long to draw thousands.
const OFFERED: usize = 500;

/// The offered models of this list, filtered by the search. The chosen one is always among them, because a `<select>`
/// would show another one otherwise.
pub(crate) fn offer(list: &[String], query: &str, chosen: &str, fold: Fold) -> Vec<String> {
    let mut names = narrowed(list, query, fold);
    names.truncate(OFFERED);
    if !names.iter().any(|name| name == chosen) {
        names.insert(0, chosen.to_owned());
    }
    names
}

/// The number of matching models that are not offered.
pub(super) fn left_out(list: &[String], query: &str, fold: Fold) -> usize {
    narrowed(list, query, fold).len().saturating_sub(OFFERED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::conversation::case_fold::{fold, fold_ascii};

    #[test]
    fn what_has_every_word_is_found_and_the_chosen_one_stays() {
        let list = ["Qwen3-8B", "llama-3.1-8b", "llama-3.1-70b", "gemma"].map(String::from);
        assert_eq!(narrowed(&list, " 8B llama ", fold), ["llama-3.1-8b"]);
        assert_eq!(narrowed(&list, "8b", fold), ["Qwen3-8B", "llama-3.1-8b"]);
        assert!(narrowed(&list, "nothing like it", fold).is_empty());
        assert_eq!(offer(&list, "8B llama", "gemma", fold_ascii), ["gemma", "llama-3.1-8b"]);
        assert_eq!(offer(&list, "", "gemma", fold_ascii).len(), 4);
        assert_eq!(offer(&list, "", "not listed now", fold_ascii).len(), 5);
    }

    #[test]
    fn of_a_long_list_only_so_many_are_offered_and_the_rest_is_counted() {
        let list: Vec<String> = (0..10_000).map(|n| format!("model-{n}")).collect();
        let offered = offer(&list, "", "model-9999", fold_ascii);
        assert_eq!((offered.len(), offered[0].as_str()), (OFFERED + 1, "model-9999"));
        assert_eq!((left_out(&list, "", fold), left_out(&list, "model-123", fold)), (9500, 0));
    }
}
