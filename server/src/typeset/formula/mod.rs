//! Formulas: LaTeX as MathML.

use crate::typeset::formula::sanitise::sanitised;
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::sync::LazyLock;

/// The longest formula, in bytes. A page of aligned equations has about 3 KiB. The parser's time is quadratic in the number
/// of some tokens, such as `~`.
const LONGEST: usize = 8 * 1024;

/// The most characters that open something. The parser recurses for each, and a level takes up to 30 KB of stack in a
/// build without optimisation.
const DEEPEST: usize = 1000;

/// The longest MathML. 8 KiB of primes become 420 KiB.
const LONGEST_HTML: usize = 256 * 1024;

/// Commands that models write and the converter doesn't know.
const MACROS: [(&str, &str); 6] = [
    ("boxed", r"\begin{array}{|c|}\hline #1\\\hline\end{array}"),
    ("fbox", r"\begin{array}{|c|}\hline \text{#1}\\\hline\end{array}"),
    ("substack", r"\begin{subarray}{c}#1\end{subarray}"),
    ("textcolor", r"{\color{#1}#2}"),
    ("mathbfit", r"\boldsymbol{#1}"),
    ("Tr", r"\operatorname{Tr}"),
];

/// Environments, and those that they look like when they stand alone. Equations get no numbers: each formula would be number 1.
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

/// The formula as one `<math>` element. None if it makes no sense as LaTeX, isn't known here, or is too long. Needs a large
/// stack: see [`stack`](crate::typeset::schedule::stack).
pub(super) fn mathml(latex: &str, display: bool) -> Option<String> {
    if latex.len() > LONGEST || latex.bytes().filter(|byte| b"\\{[(^_".contains(byte)).count() > DEEPEST {
        return None;
    }
    let latex = ENVIRONMENTS.iter().fold(latex.to_owned(), |latex, (one, other)| latex.replace(one, other));
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let mathml = CONVERTER.as_ref()?.convert_with_local_state(&latex, display).ok()?.mathml;
    sanitised(&mathml).filter(|html| html.len() <= LONGEST_HTML)
}

pub(crate) mod sanitise;
#[cfg(test)]
mod tests;
