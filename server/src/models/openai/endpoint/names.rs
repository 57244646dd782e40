//! A short list of model names.

use std::collections::VecDeque;

/// The most names that are kept. Names come from outside, so there must be a limit.
const MOST: usize = 64;

/// Some names, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Names(VecDeque<String>);

impl Names {
    pub(crate) fn add(&mut self, name: &str) {
        self.remove(name);
        self.0.push_front(name.to_owned());
        self.0.truncate(MOST);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|known| known != name);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_names_are_kept_each_once() {
        let mut names = Names::default();
        for n in 0..MOST + 3 {
            names.add(&n.to_string());
        }
        names.add("10");
        assert_eq!(names.iter().count(), MOST);
        assert_eq!(names.iter().next(), Some("10"));
        assert!(names.has("66") && !names.has("2"));
        names.remove("66");
        assert!(!names.has("66"));
    }
}
