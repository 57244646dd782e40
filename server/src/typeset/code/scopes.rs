//! A grammar's scopes, of which there are thousands, as a dozen classes that can have colours.

use std::{collections::HashMap, sync::LazyLock};
use syntect::parsing::{Scope, ScopeStack};

/// The class of a token: one of those in `style/content/code.css`, without its prefix. None: as the text around it in the block.
pub(crate) type Class = Option<&'static str>;

/// The class of each scope, by a prefix of its name. The longest matching prefix counts. A scope without one has the class of
/// the scope around it.
const KINDS: [(&str, Class); 60] = [
    // A language that is embedded in a string doesn't look like a string.
    ("source", None),
    ("text", None),
    ("meta.interpolation", None),
    ("meta.template.expression", None),
    ("comment", Some("c")),
    ("punctuation.definition.comment", Some("c")),
    ("meta.diff.header", Some("c")),
    ("meta.diff.range", Some("c")),
    ("markup.quote", Some("c")),
    ("string", Some("s")),
    ("punctuation.definition.string", Some("s")),
    ("markup.raw", Some("s")),
    ("markup.underline.link", Some("s")),
    ("constant.numeric", Some("n")),
    ("constant.other.color", Some("n")),
    ("keyword.other.unit", Some("n")),
    ("constant", Some("l")),
    ("support.constant", Some("l")),
    ("variable.other.constant", Some("l")),
    ("keyword", Some("k")),
    ("storage", Some("k")),
    ("variable.language", Some("k")),
    ("markup.heading", Some("k")),
    ("entity.name.section", Some("k")),
    ("keyword.operator", Some("o")),
    ("keyword.operator.word", Some("k")),
    ("keyword.operator.new", Some("k")),
    ("keyword.operator.logical.python", Some("k")),
    ("punctuation", Some("o")),
    ("entity.name", Some("t")),
    ("entity.other.inherited-class", Some("t")),
    ("support.type", Some("t")),
    ("support.class", Some("t")),
    ("support.module", Some("t")),
    ("entity.name.function", Some("f")),
    ("entity.name.macro", Some("f")),
    ("support.function", Some("f")),
    ("support.macro", Some("f")),
    ("variable.function", Some("f")),
    ("variable", None),
    ("variable.parameter", Some("v")),
    ("variable.other.member", Some("v")),
    ("variable.other.object.property", Some("v")),
    ("variable.other.readwrite.shell", Some("v")),
    ("punctuation.definition.variable", Some("v")),
    ("support.variable", Some("v")),
    ("entity.name.label", Some("v")),
    ("entity.name.tag", Some("g")),
    ("punctuation.definition.tag", Some("g")),
    ("entity.other.attribute-name", Some("a")),
    ("support.type.property-name", Some("a")),
    ("variable.annotation", Some("a")),
    ("meta.annotation", Some("a")),
    ("punctuation.definition.annotation", Some("a")),
    ("support.other.variable", Some("v")),
    ("markup.inserted", Some("i")),
    ("punctuation.definition.inserted", Some("i")),
    ("markup.deleted", Some("d")),
    ("punctuation.definition.deleted", Some("d")),
    ("markup.changed", Some("n")),
];

static SCOPES: LazyLock<Vec<(Scope, Class)>> =
    LazyLock::new(|| KINDS.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect());

/// Remembers what each scope is; in one text there are only some dozens of them.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    known: HashMap<Scope, Option<Class>>,
}

impl Classes {
    /// The class of what these scopes stand around: the innermost that has one decides.
    pub(crate) fn of(&mut self, stack: &ScopeStack) -> Class {
        stack.as_slice().iter().rev().find_map(|scope| self.of_scope(*scope)).flatten()
    }

    fn of_scope(&mut self, scope: Scope) -> Option<Class> {
        *self.known.entry(scope).or_insert_with(|| {
            let fitting = SCOPES.iter().filter(|(kind, _)| kind.is_prefix_of(scope));
            fitting.max_by_key(|(kind, _)| kind.len()).map(|(_, class)| *class)
        })
    }
}
