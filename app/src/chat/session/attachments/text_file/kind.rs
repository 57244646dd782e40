//! The type of a file by its first bytes, and the encoding that it declares.

/// The label of ISO-2022-JP.
pub(super) const JAPANESE: &str = "iso-2022-jp";

/// The message about a document that may be valid UTF-8.
pub(super) fn known_document(bytes: &[u8]) -> Option<&'static str> {
    bytes.starts_with(b"%PDF-").then_some("is a PDF document. Copy its text, or save it as text")
}

/// The first bytes of files that are not text, and the messages about them.
const SIGNATURES: [(&[u8], &str); 13] = [
    (b"\x89PNG\r\n\x1a\n", "is a PNG picture under another name: rename it to end in .png"),
    (b"\xff\xd8\xff", "is a JPEG picture under another name: rename it to end in .jpg"),
    (b"PK\x03\x04", "is a ZIP archive, or a document that is one (DOCX, XLSX, ODT). Save what is in it as text"),
    (b"\xd0\xcf\x11\xe0", "is an Office document of the old kind (DOC, XLS, PPT). Save it as text"),
    (b"\x1f\x8b", "is compressed (gzip). Unpack it first"),
    (b"\xfd7zXZ\0", "is compressed (xz). Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed (Zstandard). Unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive. Unpack it first"),
    (b"Rar!\x1a\x07", "is a RAR archive. Unpack it first"),
    (b"SQLite format 3\0", "is an SQLite database, and no text"),
    (b"\x7fELF", "is a program, and no text"),
    (b"\0asm", "is a program, and no text"),
    (b"II*\0", "is a TIFF picture. Models read PNG, JPEG, WebP or GIF"),
];

/// Files whose first bytes may also begin a text. The bytes after them, such as sizes, versions and compressed data, are not
/// those of a text.
const LETTER_SIGNATURES: [(&[u8], &str); 6] = [
    (b"GIF8", "is a GIF picture under another name: rename it to end in .gif"),
    (b"BZh", "is compressed (bzip2). Unpack it first"),
    (b"MZ", "is a program, and no text"),
    (b"ID3", "is sound, and no text"),
    (b"OggS", "is sound or video, and no text"),
    (b"BM", "is a BMP picture. Models read PNG, JPEG, WebP or GIF"),
];

/// The message about a file of a known type that is not text.
pub(super) fn known_type(bytes: &[u8]) -> Option<&'static str> {
    find_signature(&SIGNATURES, bytes)
        .or_else(|| if has_only_text_bytes(bytes) { None } else { find_letter_signature(bytes) })
}

/// Whether the bytes have no control characters except those that text in an 8-bit encoding has.
pub(super) fn has_only_text_bytes(bytes: &[u8]) -> bool {
    let is_text_byte =
        |byte: &u8| *byte >= b' ' && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a | 0x1b);
    bytes.iter().all(is_text_byte)
}

fn find_signature(known: &[(&[u8], &'static str)], bytes: &[u8]) -> Option<&'static str> {
    known.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, what)| *what)
}

fn find_letter_signature(bytes: &[u8]) -> Option<&'static str> {
    match (bytes.get(..4), bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => Some("is a WebP picture under another name: rename it to end in .webp"),
        (Some(b"RIFF"), ..) => Some("is sound or video, and no text"),
        (_, Some(b"ftyp"), Some(b"heic" | b"heix" | b"mif1" | b"avif")) => {
            Some("is a HEIC or AVIF picture. Models read PNG, JPEG, WebP or GIF")
        }
        (_, Some(b"ftyp"), _) => Some("is sound or video, and no text"),
        _ => find_signature(&LETTER_SIGNATURES, bytes),
    }
}

/// The 7-bit encoding that the escape sequences of a text identify: RFC 1468, RFC 1557, RFC 1922.
pub(super) fn escaped_encoding(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.contains(&0x1b) || !bytes.is_ascii() {
        return None;
    }
    if contains(bytes, b"\x1b$)C") {
        Some("ISO-2022-KR")
    } else if contains(bytes, b"\x1b$)A") || contains(bytes, b"\x1b$)G") {
        Some("ISO-2022-CN")
    } else if [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I"].into_iter().any(|escape| contains(bytes, escape)) {
        Some(JAPANESE)
    } else {
        None
    }
}

fn contains(bytes: &[u8], sequence: &[u8]) -> bool {
    bytes.windows(sequence.len()).any(|window| window == sequence)
}

/// Prefixes of labels, in lower case, that a declaration in ASCII cannot have: UTF-16, UTF-32 and their other names. Their
/// decoders would accept any bytes. The encoding `x-user-defined` is for bytes that are not text.
const IMPOSSIBLE: [&str; 7] = ["utf-16", "utf-32", "ucs-", "iso-10646", "unicode", "csunicode", "x-user-defined"];

/// The encoding in an XML declaration (<https://www.w3.org/TR/xml/#charencoding>), unless that is impossible. The labels are
/// those of <https://encoding.spec.whatwg.org/#names-and-labels>.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<&str> {
    let line = bytes.strip_prefix(b"<?xml")?;
    let end = line.iter().take(200).position(|byte| *byte == b'>')?;
    let (_, value) = std::str::from_utf8(&line[..end]).ok()?.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = value[1..].split_once(quote)?;
    let plain = label.trim().to_ascii_lowercase();
    let is_impossible = IMPOSSIBLE.iter().any(|name| plain.starts_with(name));
    (!is_impossible).then_some(label)
}
