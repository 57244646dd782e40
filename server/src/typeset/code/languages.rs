//! Finds the grammar for the info string of a code fence.

use std::sync::{Arc, Mutex, PoisonError};
use syntect::parsing::SyntaxSet;

/// The most languages whose compiled regular expressions stay in memory. A language takes 10 to 30 MB once they are compiled, so
/// a few are kept for a conversation or two, and never all 200.
const KEPT: usize = 4;

static KEEP: Mutex<Option<Kept>> = Mutex::new(None);

struct Kept {
    syntaxes: Arc<SyntaxSet>,
    /// The languages whose regular expressions are compiled.
    used: Vec<String>,
}

impl Kept {
    /// Unpacks the grammars, which takes some milliseconds. Nothing is compiled yet.
    fn new() -> Self {
        Self { syntaxes: Arc::new(two_face::syntax::extra_newlines()), used: Vec::new() }
    }

    fn use_one(&mut self, name: &str) {
        if self.used.iter().any(|used| used == name) {
            return;
        }
        if self.used.len() == KEPT {
            *self = Self::new();
        }
        self.used.push(name.to_owned());
    }
}

/// Names that are neither the name nor a file extension of a grammar.
const ALIASES: [(&str, &str); 28] = [
    ("cjs", "js"),
    ("console", "sh"),
    ("cplusplus", "C++"),
    ("csharp", "C#"),
    ("cuda", "C++"),
    ("docker", "Dockerfile"),
    ("dotenv", "DotENV"),
    ("fsharp", "F#"),
    ("golang", "go"),
    ("hcl", "tf"),
    ("html5", "html"),
    ("javascriptreact", "js"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsonl", "json"),
    ("jsx", "js"),
    ("make", "Makefile"),
    ("mjs", "js"),
    ("node", "js"),
    ("objc", "Objective-C"),
    ("objectivec", "Objective-C"),
    ("protobuf", "proto"),
    ("py3", "py"),
    ("python3", "py"),
    ("shell", "sh"),
    ("shell-session", "sh"),
    ("svg", "xml"),
    ("zsh", "sh"),
];

/// The grammar for what stands after a fence's backticks, such as `rust`, `c++`, `py title="x"` or `{.js}`: all grammars,
/// since one may stand inside another, and its name. None if there is none, or if it would change nothing.
pub(crate) fn grammar(info: &str) -> Option<(Arc<SyntaxSet>, String)> {
    let mut keep = KEEP.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = keep.get_or_insert_with(Kept::new);
    let name = name(&kept.syntaxes, info)?;
    kept.use_one(&name);
    Some((kept.syntaxes.clone(), name))
}

fn name(syntaxes: &SyntaxSet, info: &str) -> Option<String> {
    let info = info.trim_start_matches(['{', '.', ' ']);
    let word = info.split([' ', ',', '{', '}', ':', ';', '\t']).next().unwrap_or_default().to_lowercase();
    let token = ALIASES.iter().find(|(alias, _)| *alias == word).map_or(word.as_str(), |(_, token)| token);
    let found = syntaxes.find_syntax_by_token(token)?;
    (found.name != syntaxes.find_syntax_plain_text().name).then(|| found.name.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_the_names_that_models_give_them() {
        let syntaxes = Kept::new().syntaxes;
        for (info, expected) in [
            ("rust", "Rust"),
            ("Rust", "Rust"),
            ("rs", "Rust"),
            ("rust,no_run", "Rust"),
            ("js", "JavaScript"),
            ("javascript", "JavaScript"),
            ("jsx", "JavaScript"),
            ("ts", "TypeScript"),
            ("typescript", "TypeScript"),
            ("tsx", "TypeScriptReact"),
            ("py", "Python"),
            ("python title=\"x\"", "Python"),
            ("{.python}", "Python"),
            ("sh", "Bourne Again Shell (bash)"),
            ("bash", "Bourne Again Shell (bash)"),
            ("shell", "Bourne Again Shell (bash)"),
            ("zsh", "Bourne Again Shell (bash)"),
            ("yml", "YAML"),
            ("yaml", "YAML"),
            ("c", "C"),
            ("c++", "C++"),
            ("cpp", "C++"),
            ("c#", "C#"),
            ("cs", "C#"),
            ("csharp", "C#"),
            ("go", "Go"),
            ("golang", "Go"),
            ("java", "Java"),
            ("kotlin", "Kotlin"),
            ("swift", "Swift"),
            ("ruby", "Ruby"),
            ("php", "PHP"),
            ("html", "HTML"),
            ("css", "CSS"),
            ("scss", "SCSS"),
            ("json", "JSON"),
            ("toml", "TOML"),
            ("xml", "XML"),
            ("sql", "SQL"),
            ("diff", "Diff"),
            ("docker", "Dockerfile"),
            ("dockerfile", "Dockerfile"),
            ("makefile", "Makefile"),
            ("latex", "LaTeX"),
            ("lua", "Lua"),
            ("r", "R"),
            ("haskell", "Haskell"),
            ("elixir", "Elixir"),
            ("zig", "Zig"),
            ("nix", "Nix"),
            ("markdown", "Markdown"),
            ("graphql", "GraphQL"),
            ("terraform", "Terraform"),
            ("hcl", "Terraform"),
            ("proto", "Protocol Buffer"),
            ("vue", "Vue Component"),
        ] {
            assert_eq!(name(&syntaxes, info).as_deref(), Some(expected), "{info}");
        }
    }

    #[test]
    fn what_is_no_language_has_no_grammar() {
        for info in ["", " ", "text", "txt", "plaintext", "klingon", "{", ",", "../../etc/passwd"] {
            assert!(grammar(info).is_none(), "{info}");
        }
    }

    #[test]
    fn every_alias_leads_to_a_grammar() {
        let syntaxes = Kept::new().syntaxes;
        for (alias, token) in ALIASES {
            assert!(syntaxes.find_syntax_by_token(token).is_some(), "{alias}: {token}");
        }
    }

    #[test]
    fn no_more_grammars_are_kept_than_a_few() {
        let mut kept = Kept::new();
        for name in ["a", "b", "a", "c", "d", "a"] {
            kept.use_one(name);
        }
        let before = kept.syntaxes.clone();
        kept.use_one("b");
        assert!(Arc::ptr_eq(&before, &kept.syntaxes) && kept.used == ["a", "b", "c", "d"]);
        kept.use_one("e");
        assert!(!Arc::ptr_eq(&before, &kept.syntaxes) && kept.used == ["e"]);
    }
}
