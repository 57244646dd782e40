//! The results as a Markdown table, and the broken promises.

use std::fmt::{Display, Write};

/// The rows in order, and the broken promises.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<[String; 3]>,
    broken: Vec<String>,
}

impl Report {
    /// Adds a row without a promise.
    pub(crate) fn add(&mut self, what: &str, seen: impl Display) {
        self.rows.push([what.to_owned(), seen.to_string(), String::new()]);
    }

    /// Adds a row with a promise, and whether it was kept.
    pub(crate) fn add_promise(&mut self, what: &str, seen: impl Display, promise: impl Display, is_kept: bool) {
        let row = [what.to_owned(), seen.to_string(), promise.to_string()];
        if !is_kept {
            self.broken.push(format!("{what}: {seen}, and {promise} was promised"));
        }
        self.rows.push(row);
    }

    /// The table.
    pub(crate) fn table(&self) -> String {
        let mut table = String::from("| what | seen | promised |\n|---|--:|--:|\n");
        for [what, seen, promise] in &self.rows {
            _ = writeln!(table, "| {what} | {seen} | {promise} |");
        }
        table
    }

    /// The broken promises.
    pub(crate) fn broken(self) -> Vec<String> {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_promise_is_reported() {
        let mut report = Report::default();
        report.add("streams", 5);
        report.add_promise("lost", 0, "none", true);
        report.add_promise("late", 2, "none", false);
        assert!(report.table().ends_with("| streams | 5 |  |\n| lost | 0 | none |\n| late | 2 | none |\n"));
        assert_eq!(report.broken(), ["late: 2, and none was promised"]);
    }
}
