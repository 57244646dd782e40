//! Formulas: LaTeX as MathML.

use super::sanitise::sanitised;
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::{
    sync::LazyLock,
    thread::{self, Builder},
};

/// The longest formula; pages of them have less.
const LONGEST: usize = 16 * 1024;

/// How often there can be something that opens something. The parser goes one level deeper for it, and each level takes
/// up to 30 KB of stack in a build without optimisation.
const DEEPEST: usize = 1000;

/// Enough stack for twice that. It isn't memory until it is used.
const STACK: usize = 64 * 1024 * 1024;

/// What models write and the converter doesn't know.
const MACROS: [(&str, &str); 6] = [
    ("boxed", r"\begin{array}{|c|}\hline #1\\\hline\end{array}"),
    ("fbox", r"\begin{array}{|c|}\hline \text{#1}\\\hline\end{array}"),
    ("substack", r"\begin{subarray}{c}#1\end{subarray}"),
    ("textcolor", r"{\color{#1}#2}"),
    ("mathbfit", r"\boldsymbol{#1}"),
    ("Tr", r"\operatorname{Tr}"),
];

/// Environments that look like another one when they stand alone. Nobody refers to the number of an equation in a chat,
/// and every formula would have number 1.
const ENVIRONMENTS: [(&str, &str); 5] = [
    ("{split}", "{aligned}"),
    ("{smallmatrix}", "{matrix}"),
    ("{equation}", "{equation*}"),
    ("{align}", "{align*}"),
    ("{gather}", "{gather*}"),
];

static CONVERTER: LazyLock<Option<LatexToMathML>> = LazyLock::new(|| {
    let own = |(name, meaning): (&str, &str)| (name.to_owned(), meaning.to_owned());
    let config = MathCoreConfig {
        macros: MACROS.map(own).into(),
        allow_unreliable_rendering: true,
        ..MathCoreConfig::default()
    };
    LatexToMathML::new(config).ok()
});

/// The formula as one `<math>` element. None if it makes no sense as LaTeX, or isn't known here.
pub(super) fn mathml(latex: &str, display: bool) -> Option<String> {
    if latex.len() > LONGEST || latex.bytes().filter(|byte| b"\\{[(^_".contains(byte)).count() > DEEPEST {
        return None;
    }
    let latex = ENVIRONMENTS.iter().fold(latex.to_owned(), |latex, (one, other)| latex.replace(one, other));
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let mathml = on_a_stack_of_its_own(|| convert(&latex, display))?;
    sanitised(&mathml)
}

fn convert(latex: &str, display: MathDisplay) -> Option<String> {
    CONVERTER.as_ref()?.convert_with_local_state(latex, display).ok().map(|converted| converted.mathml)
}

/// A stack that overflows takes the whole program with it, so the parser gets one that can't.
fn on_a_stack_of_its_own(work: impl FnOnce() -> Option<String> + Send) -> Option<String> {
    thread::scope(|scope| Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?.join().ok().flatten())
}

#[cfg(test)]
mod tests;
