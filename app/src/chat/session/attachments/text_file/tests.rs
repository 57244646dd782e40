use super::*;

/// A decoder that knows no encoding.
fn none(_: &str, _: &[u8]) -> Option<String> {
    None
}

fn plain(bytes: impl AsRef<[u8]>) -> Result<String, TextError> {
    decode_with(bytes.as_ref().to_vec(), &none)
}

fn units<const SIZE: usize>(mark: &[u8], units: impl Iterator<Item = [u8; SIZE]>) -> Vec<u8> {
    mark.iter().copied().chain(units.flatten()).collect()
}

const TEXT: &str = "Grüße, 世界 🌍\n";

fn utf16_le(text: &str) -> Vec<u8> {
    units(b"", text.encode_utf16().map(u16::to_le_bytes))
}

#[test]
fn utf_8_is_read_with_and_without_its_mark() {
    assert_eq!(plain(TEXT).as_deref(), Ok(TEXT));
    assert_eq!(plain(["\u{feff}", TEXT].concat()).as_deref(), Ok(TEXT));
    assert_eq!(plain("").as_deref(), Ok(""));
}

#[test]
fn utf_16_and_utf_32_are_read_by_their_marks() {
    let all = [
        units(b"\xff\xfe", TEXT.encode_utf16().map(u16::to_le_bytes)),
        units(b"\xfe\xff", TEXT.encode_utf16().map(u16::to_be_bytes)),
        units(b"\xff\xfe\0\0", TEXT.chars().map(|letter| u32::from(letter).to_le_bytes())),
        units(b"\0\0\xfe\xff", TEXT.chars().map(|letter| u32::from(letter).to_be_bytes())),
    ];
    for bytes in all {
        assert_eq!(plain(&bytes).as_deref(), Ok(TEXT), "{bytes:?}");
    }
    assert_eq!(plain(b"\xff\xfe").as_deref(), Ok(""));
}

#[test]
fn damage_is_named() {
    let odd = [b"\xff\xfe".as_slice(), &utf16_le("ab"), b"c"].concat();
    let half = [b"\xff\xfe".as_slice(), b"a\0\x3d\xd8b\0"].concat();
    assert_eq!(plain(odd), Err(TextError::Damaged("UTF-16", Damage::Truncated)));
    assert_eq!(plain(half), Err(TextError::Damaged("UTF-16", Damage::UnpairedSurrogate)));
    assert_eq!(plain(b"\xff\xfe\0\0\xff\xff\xff\xff"), Err(TextError::Damaged("UTF-32", Damage::InvalidBytes)));
    assert_eq!(plain(b"\xef\xbb\xbfcaf\xe9"), Err(TextError::Damaged("UTF-8", Damage::InvalidBytes)));
    assert!(
        TextError::Damaged("UTF-16", Damage::UnpairedSurrogate)
            .reason()
            .contains("UTF-16, and has half of a character")
    );
}

#[test]
fn text_without_a_mark_is_refused_with_its_encoding() {
    assert_eq!(plain(utf16_le("Some words\r\n")), Err(TextError::MissingBom("UTF-16")));
    let big = units(b"", "Some words é".encode_utf16().map(u16::to_be_bytes));
    assert_eq!(plain(big), Err(TextError::MissingBom("UTF-16")));
    let wide = units(b"", "Some words".chars().map(|letter| u32::from(letter).to_le_bytes()));
    assert_eq!(plain(wide), Err(TextError::MissingBom("UTF-32")));
}

#[test]
fn an_encoding_that_cant_be_told_is_not_guessed() {
    for bytes in [b"caf\xe9".as_slice(), b"\x83n\x83\x8d\x81[", b"\xef\xf0\xe8\xe2\xe5\xf2"] {
        assert_eq!(plain(bytes), Err(TextError::UnknownEncoding), "{bytes:?}");
    }
    assert!(TextError::UnknownEncoding.reason().contains("Save it as UTF-8"));
}

#[test]
fn other_files_are_named() {
    let reason = |bytes: &[u8]| plain(bytes).unwrap_err().reason();
    assert!(reason(b"%PDF-1.7\n1 0 obj").contains("PDF"));
    assert!(reason(b"\x89PNG\r\n\x1a\n\0\0").contains("PNG"));
    assert!(reason(b"PK\x03\x04\x14\0\0\0").contains("DOCX"));
    assert!(reason(b"RIFF\0\0\0\x80WEBPVP8 ").contains("WebP"));
    assert!(reason(b"\x1f\x8b\x08\0").contains("gzip"));
    assert!(reason(b"\x00\x01\x02\xff").starts_with("is neither text nor a picture"));
    assert!(reason(b"a\0b").starts_with("is neither text"));
    // Valid UTF-8 that begins like a binary file is still text.
    assert_eq!(plain("MZ was here").as_deref(), Ok("MZ was here"));
    assert_eq!(plain("BM, ID3 and GIF8").as_deref(), Ok("BM, ID3 and GIF8"));
}

#[test]
fn a_text_that_begins_like_another_kind_of_file_has_an_encoding() {
    for begin in ["BMW f", "MZ f", "ID3 f", "BZh f", "GIF8 f", "Rar! f", "OggS f", "RIFF f", "Drei ftyp f"] {
        let text = [begin.as_bytes(), b"\xe4hrt\r\n"].concat();
        assert_eq!(plain(text), Err(TextError::UnknownEncoding), "{begin}");
    }
    let reason = |bytes: &[u8]| plain(bytes).unwrap_err().reason();
    assert!(reason(b"BM\x36\x10\x0e\0\0\0\0\0\x36\0\xff").contains("BMP"));
    assert!(reason(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff").contains("program"));
    assert!(reason(b"ID3\x04\0\0\0\0\x0fv\xff").contains("sound"));
    assert!(reason(b"GIF89a\x10\0\x10\0\xf0\0\0").contains("GIF"));
    assert!(reason(b"BZh91AY&SY\x8c\x1e\0\x05").contains("bzip2"));
    assert!(reason(b"Rar!\x1a\x07\x01\0\xf3").contains("RAR"));
    assert!(reason(b"\0\0\0\x18ftypheic\0\0\xff").contains("HEIC"));
}

#[test]
fn a_declaration_that_can_be_read_names_no_encoding_of_wider_units() {
    let labels = [
        "UTF-16",
        "utf-16le",
        "UTF-16BE",
        "utf-32",
        "ucs-2",
        "iso-10646-ucs-2",
        "ISO-10646-UCS-4",
        "unicode",
        "unicodeFFFE",
        "csUnicode",
        " utf-16 ",
        "x-user-defined",
    ];
    for label in labels {
        let text = [b"<?xml version=\"1.0\" encoding=\"", label.as_bytes(), b"\"?><a>caf\xe9</a>"].concat();
        assert_eq!(decode_with(text, &|label, _| Some(label.into())), Err(TextError::UnknownEncoding), "{label}");
        let sound = ["<?xml version=\"1.0\" encoding=\"", label, "\"?><a>café</a>"].concat();
        assert_eq!(decode_with(sound.clone().into_bytes(), &|_, _| None), Ok(sound), "UTF-8 needs no declaration");
    }
}

#[test]
fn what_says_its_encoding_is_read_by_the_browser() {
    let asked = |bytes: &[u8]| decode_with(bytes.to_vec(), &|label, _| Some(label.into()));
    assert_eq!(asked(b"\x1b$B$3\x1b(B").as_deref(), Ok("iso-2022-jp"));
    assert_eq!(asked(b"\x84\x31\x95\x33\xc4\xe3").as_deref(), Ok("gb18030"));
    assert_eq!(asked(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>").as_deref(), Ok("ISO-8859-1"));
    assert_eq!(plain(b"\x1b$)C\x0eGQ\x0f"), Err(TextError::UnsupportedEncoding("ISO-2022-KR")));
    // The escape sequences of a terminal identify no encoding.
    assert_eq!(plain("\x1b[1mbold\x1b(B\x1b[m").as_deref(), Ok("\x1b[1mbold\x1b(B\x1b[m"));
    assert_eq!(plain("\x1b(J in no Japanese").as_deref(), Ok("\x1b(J in no Japanese"));
}
