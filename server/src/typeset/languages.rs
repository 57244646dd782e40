//! Which grammar is meant by the word after a fence's backticks.

use std::sync::LazyLock;
use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Every grammar there is. Unpacked when it is first needed: it takes some milliseconds, and a few megabytes for good.
pub(super) static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Names that are neither a grammar's nor one of its file extensions.
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

/// The grammar for what stands after a fence's backticks, such as `rust`, `c++`, `py title="x"` or `{.js}`. None if there
/// is none, or if it would change nothing.
pub(super) fn syntax(info: &str) -> Option<&'static SyntaxReference> {
    let info = info.trim_start_matches(['{', '.', ' ']);
    let word = info.split([' ', ',', '{', '}', ':', ';', '\t']).next().unwrap_or_default().to_lowercase();
    let token = ALIASES.iter().find(|(alias, _)| *alias == word).map_or(word.as_str(), |(_, token)| token);
    let found = SYNTAXES.find_syntax_by_token(token)?;
    (found.name != SYNTAXES.find_syntax_plain_text().name).then_some(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_the_names_that_models_give_them() {
        for (info, name) in [
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
            assert_eq!(syntax(info).map(|syntax| syntax.name.as_str()), Some(name), "{info}");
        }
    }

    #[test]
    fn what_is_no_language_has_no_grammar() {
        for info in ["", " ", "text", "txt", "plaintext", "klingon", "{", ",", "../../etc/passwd"] {
            assert!(syntax(info).is_none(), "{info}");
        }
    }

    #[test]
    fn every_alias_leads_to_a_grammar() {
        for (alias, token) in ALIASES {
            assert!(SYNTAXES.find_syntax_by_token(token).is_some(), "{alias}: {token}");
        }
    }
}
