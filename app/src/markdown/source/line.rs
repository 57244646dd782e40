//! Properties of a single line.

/// The indentation, quote markers and list markers before the text of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// The length in bytes, spaces included.
    pub(crate) len: usize,
    /// The number of `>` markers.
    pub(crate) quotes: usize,
    /// The number of list markers.
    pub(crate) items: usize,
}

/// The prefix of `line`, read up to the marker number `most`.
pub(crate) fn prefix(line: &str, most: usize) -> Prefix {
    let bytes = line.as_bytes();
    let mut prefix = Prefix::default();
    loop {
        prefix.len += blanks(rest(bytes, prefix.len));
        if prefix.quotes + prefix.items == most {
            return prefix;
        }
        match marker(rest(bytes, prefix.len)) {
            0 => return prefix,
            len => {
                let quote = bytes.get(prefix.len) == Some(&b'>');
                prefix.quotes += usize::from(quote);
                prefix.items += usize::from(!quote);
                prefix.len += len;
            }
        }
    }
}

fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The length of the marker that `bytes` start with: `>`, `-`, `1.`; 0 if there is none.
pub(crate) fn marker(bytes: &[u8]) -> usize {
    let len = match bytes.first() {
        Some(b'>') => return 1,
        Some(b'-' | b'+' | b'*') => 1,
        Some(b'0'..=b'9') => {
            let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits > 9 || !matches!(bytes.get(digits), Some(b'.' | b')')) {
                return 0;
            }
            digits + 1
        }
        _ => return 0,
    };
    if matches!(bytes.get(len), None | Some(b' ' | b'\t' | b'\n')) { len } else { 0 }
}

/// A fence that opens a code block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// `` ` `` or `~`.
    pub(crate) char: u8,
    /// The length of the fence in characters.
    pub(crate) len: usize,
}

/// The fence that `text`, a line without its prefix, opens; its info string is what comes after.
pub(crate) fn fence(text: &str) -> Option<Fence> {
    let char = *text.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let len = run(text, char);
    let info = text.get(len..)?;
    (len >= 3 && (char == b'~' || !info.contains('`'))).then_some(Fence { char, len })
}

impl Fence {
    /// Whether `text`, a line without its prefix, closes the block.
    pub(crate) fn closed_by(self, text: &str) -> bool {
        let len = run(text, self.char);
        len >= self.len && text.bytes().skip(len).all(|byte| byte == b' ')
    }
}

/// The length of the run of `byte` at the start of `text`.
pub(crate) fn run(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|&other| other == byte).count()
}

/// Whether inline markup cannot cross this line: it is blank, a fence or a heading, inside any block.
pub(crate) fn is_break(line: &str) -> bool {
    let prefix = prefix(line, usize::MAX);
    let rest = line.get(prefix.len..).unwrap_or_default();
    let hashes = run(rest, b'#');
    let heading = (1..=6).contains(&hashes) && matches!(rest.as_bytes().get(hashes), None | Some(b' ' | b'\t'));
    // A line of a formula may be a lone `+`.
    let blank = rest.is_empty() && prefix.items == 0;
    blank || heading || fence(rest).is_some()
}

/// Whether inline markup cannot cross the line end at `end`.
pub(crate) fn breaks_at(text: &str, end: usize) -> bool {
    is_break(line_at(text, end + 1)) || is_break(line_at(text, line_start(text, end)))
}

/// Whether nothing but blanks is in `line`.
pub(crate) fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The line that starts at `start`, without its end.
pub(crate) fn line_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split('\n').next().unwrap_or_default()
}

/// Where `needle` first stands in `text`. (The standard library's search for strings is 2 kB of WebAssembly.)
pub(crate) fn find(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window == needle.as_bytes())
}

/// The start of the line at `at`.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}
