//! A long list of models, narrowed to what is sought.

/// With more models than this, there is something to be sought in.
const GLANCE: usize = 12;

/// Whether a list is long enough to be searched.
pub(super) fn is_long(list: &[String]) -> bool {
    list.len() > GLANCE
}

/// The names of those that have every word of what is sought in them, in the list's order.
pub(super) fn narrowed(list: &[String], sought: &str) -> Vec<String> {
    let words: Vec<String> = sought.split_whitespace().map(str::to_ascii_lowercase).collect();
    let is_meant = |name: &&String| {
        let name = name.to_ascii_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    };
    list.iter().filter(is_meant).cloned().collect()
}

/// The same with the chosen one, which is there in any case, or the box would show another.
pub(in crate::chat) fn shown(list: &[String], sought: &str, chosen: &str) -> Vec<String> {
    let mut names = narrowed(list, sought);
    if !names.iter().any(|name| name == chosen) {
        names.insert(0, chosen.to_owned());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_every_word_is_found_and_the_chosen_one_stays() {
        let list = ["Qwen3-8B", "llama-3.1-8b", "llama-3.1-70b", "gemma"].map(String::from);
        assert_eq!(narrowed(&list, " 8B llama "), ["llama-3.1-8b"]);
        assert_eq!(narrowed(&list, "8b"), ["Qwen3-8B", "llama-3.1-8b"]);
        assert!(narrowed(&list, "nothing like it").is_empty());
        assert_eq!(shown(&list, "8B llama", "gemma"), ["gemma", "llama-3.1-8b"]);
        assert_eq!(shown(&list, "", "gemma").len(), 4);
        assert_eq!(shown(&list, "", "not listed now").len(), 5);
    }
}
