//! The runs of `*`, `_` and `~` that can open or close emphasis: the rules of CommonMark, amended for Chinese, Japanese and
//! Korean (<https://github.com/tats-u/markdown-cjk-friendly>). Their sentences have no blanks around a quotation, and by the original
//! rules `これは**「引用」**です` is no emphasis.

/// The roles that a run can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flanks {
    pub(crate) opens: bool,
    pub(crate) closes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A blank, or the start or the end of the text.
    Blank,
    Punctuation,
    Cjk,
    Other,
}

/// The roles of the run at `at`, which is the same byte `len` times.
pub(crate) fn flanks(text: &str, at: usize, len: usize) -> Flanks {
    let (before, after) = neighbours(text, at, len);
    let (left, right) = (class_before(text, at), class(after));
    match text.as_bytes().get(at) {
        Some(b'_') => Flanks {
            opens: right != Class::Blank && (left == Class::Blank || before.is_some_and(is_punctuation)),
            closes: left != Class::Blank && (right == Class::Blank || after.is_some_and(is_punctuation)),
        },
        Some(b'~') => Flanks { opens: right != Class::Blank, closes: belongs(left, right) },
        _ => Flanks { opens: belongs(right, left), closes: belongs(left, right) },
    }
}

/// Whether the parser, which knows the original rules alone, needs a letter on both sides of this run of `*` or `~~` to see
/// what [`flanks`] says. A run beside another gets them, too: the letters of its neighbour come between the two.
pub(crate) fn needs_letters(text: &str, at: usize, len: usize) -> bool {
    let (before, after) = neighbours(text, at, len);
    let (left, right) = (original(before), original(after));
    let wanted = flanks(text, at, len);
    let is_run = |c: Option<char>| matches!(c, Some('*' | '~'));
    let original = Flanks { opens: belongs(right, left), closes: belongs(left, right) };
    wanted.opens && wanted.closes && (original != wanted || is_run(before) || is_run(after))
}

fn neighbours(text: &str, at: usize, len: usize) -> (Option<char>, Option<char>) {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    (before, text.get(at + len..).and_then(|after| after.chars().next()))
}

/// Whether a run belongs to what stands on its `inner` side.
fn belongs(inner: Class, outer: Class) -> bool {
    inner != Class::Blank && (inner != Class::Punctuation || outer != Class::Other)
}

fn class(c: Option<char>) -> Class {
    if c.is_some_and(is_cjk) { Class::Cjk } else { original(c) }
}

/// The class of what stands before `at`. A variation selector belongs to the character before it.
fn class_before(text: &str, at: usize) -> Class {
    let mut before = text.get(..at).unwrap_or_default().chars().rev();
    match before.next() {
        Some('\u{E0100}'..='\u{E01EF}') => Class::Cjk,
        Some(selector @ '\u{FE00}'..='\u{FE0E}') => match before.next() {
            Some('‘' | '’' | '“' | '”') if selector == '\u{FE01}' => Class::Cjk,
            c => class(c),
        },
        c => class(c),
    }
}

fn original(c: Option<char>) -> Class {
    match c {
        None => Class::Blank,
        Some(c) if c.is_whitespace() => Class::Blank,
        Some(c) if is_punctuation(c) => Class::Punctuation,
        Some(_) => Class::Other,
    }
}

/// Whether `c` is punctuation or a symbol. Beyond ASCII these are blocks of Unicode: few other characters are in them.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '¡'..='©' | '«'..='±' | '´' | '¶'..='¸' | '»' | '¿' | '×' | '÷'
            | '\u{37E}' | '\u{387}' | '՚'..='՟' | '։'..='֏' | '־' | '׀' | '׃' | '׆' | '׳'..='״'
            | '؆'..='؏' | '؛'..='؟' | '٪'..='٭' | '۔' | '।'..='॥' | '๏' | '๚'..='๛' | '།'..='༒' | '၊'..='၏' | '፠'..='፨' | '។'..='៚'
            | '‐'..='‧' | '‰'..='⁞' | '₠'..='⃀' | '℀'..='⅏' | '←'..='⑊' | '─'..='⯿' | '⸀'..='⹝'
            | '、'..='〄' | '〈'..='〠' | '〰' | '〽' | '゛'..='゜' | '゠' | '・'
            | '︐'..='︙' | '︰'..='﹫' | '！'..='／' | '：'..='＠' | '［'..='｀' | '｛'..='･' | '￠'..='￮' | '🀀'..='🫿')
}

/// Whether `c` is a CJK character, as the amendment defines it: wide or half wide and no emoji, or Hangul.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}' | '\u{20A9}' | '\u{2329}'..='\u{232A}' | '\u{2630}'..='\u{2637}' | '\u{268A}'..='\u{268F}'
        | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{A4C6}' | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7FB}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE10}'..='\u{FE19}' | '\u{FE30}'..='\u{FE6B}' | '\u{FF01}'..='\u{FFEE}'
        | '\u{16FE0}'..='\u{18DF2}' | '\u{1AFF0}'..='\u{1B2FB}' | '\u{1D300}'..='\u{1D376}'
        | '\u{1F200}' | '\u{1F202}' | '\u{1F210}'..='\u{1F219}' | '\u{1F21B}'..='\u{1F22E}' | '\u{1F230}'..='\u{1F231}'
        | '\u{1F237}' | '\u{1F23B}' | '\u{1F240}'..='\u{1F265}' | '\u{20000}'..='\u{3FFFD}')
}
