//! A long list of models, narrowed to what is sought.

/// With more models than this, there is something to be sought in.
const GLANCE: usize = 12;

/// Whether a list is long enough to be searched.
pub(super) fn is_long(list: &[String]) -> bool {
    list.len() > GLANCE
}

/// The names of those that have every word of what is sought in them, in the list's order. The chosen one stays in any
/// case, or the box would show another.
pub(super) fn narrowed(list: &[String], sought: &str, chosen: &str) -> Vec<String> {
    let words: Vec<String> = sought.split_whitespace().map(str::to_ascii_lowercase).collect();
    let is_meant = |name: &str| {
        let name = name.to_ascii_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    };
    list.iter().filter(|name| *name == chosen || is_meant(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_every_word_is_found_and_the_chosen_one_stays() {
        let list = ["Qwen3-8B", "llama-3.1-8b", "llama-3.1-70b", "gemma"].map(String::from);
        assert_eq!(narrowed(&list, " 8B llama ", "gemma"), ["llama-3.1-8b", "gemma"]);
        assert_eq!(narrowed(&list, "8b", ""), ["Qwen3-8B", "llama-3.1-8b"]);
        assert_eq!(narrowed(&list, "", "gemma").len(), 4);
        assert!(narrowed(&list, "nothing like it", "").is_empty());
    }
}
