//! Bodies that come compressed. None is asked for (`Accept-Encoding: identity`), but some proxies compress all the same. Gzip
//! ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)) and zlib ([RFC 1950](https://www.rfc-editor.org/rfc/rfc1950), which is HTTP's
//! `deflate`) are known by their first two bytes, with which neither JSON nor an event begins.

use flate2::write::{GzDecoder, ZlibDecoder};
use std::{borrow::Cow, io, io::Write, mem};

/// The most bytes that are decompressed at once. They grow a thousandfold at most, to 1 MiB.
const PIECE: usize = 1024;

/// The first byte of gzip, and of zlib with the window that nearly all have.
const GZIP: u8 = 0x1f;
const ZLIB: u8 = 0x78;

/// Bytes in, bytes out. They are the same wherever the bytes were split.
#[derive(Debug, Default)]
pub(crate) struct Inflate {
    state: State,
    /// Whether the body is said to be zlib. Then every header of zlib's is believed.
    is_called_zlib: bool,
    /// Whether a gzip file is over. What follows may be another, or padding.
    is_after_file: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Nothing has arrived.
    #[default]
    Unknown,
    /// One byte has arrived, with which something compressed may begin.
    First(u8),
    Plain,
    Compressed(Decoder),
    /// The compressed content is over. Nothing after it belongs to the body.
    Over,
}

impl Inflate {
    /// For a body that is said to be compressed in this way.
    pub(crate) fn labelled(encoding: &str) -> Self {
        Self { is_called_zlib: encoding == "deflate", ..Self::default() }
    }

    /// The most bytes to feed at once.
    pub(crate) const fn piece(&self, usual: usize) -> usize {
        if matches!(self.state, State::Plain) { usual } else { PIECE }
    }

    /// Whether the body is compressed.
    pub(crate) const fn is_at_work(&self) -> bool {
        matches!(self.state, State::Compressed(_))
    }

    /// The name of the compression, as in `Content-Encoding`.
    pub(crate) const fn name(&self) -> &'static str {
        if matches!(self.state, State::Compressed(Decoder::Zlib(_))) { "deflate" } else { "gzip" }
    }

    /// All the content of these bytes, and whether they are damaged. The content before the damage is good.
    pub(crate) fn feed<'a>(&mut self, bytes: &'a [u8]) -> (Cow<'a, [u8]>, io::Result<()>) {
        match self.state {
            _ if bytes.is_empty() => (Cow::Borrowed(bytes), Ok(())),
            State::Plain => (Cow::Borrowed(bytes), Ok(())),
            State::Compressed(_) | State::Over => {
                let mut content = Vec::new();
                let inflated = self.inflate(bytes, &mut content);
                (Cow::Owned(content), inflated)
            }
            State::Unknown if bytes.len() == 1 && self.may_begin_with(bytes[0]) => {
                self.state = State::First(bytes[0]);
                (Cow::Borrowed(&[]), Ok(()))
            }
            State::Unknown => {
                self.state = self.of(bytes);
                self.feed(bytes)
            }
            State::First(first) => {
                let whole = [&[first], bytes].concat();
                self.state = self.of(&whole);
                let (content, inflated) = self.feed(&whole);
                (Cow::Owned(content.into_owned()), inflated)
            }
        }
    }

    /// The content that is still held: nothing more will arrive.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        match &mut self.state {
            State::First(first) => vec![*first],
            State::Compressed(decoder) => decoder.finish(),
            State::Unknown | State::Plain | State::Over => Vec::new(),
        }
    }

    fn inflate(&mut self, mut bytes: &[u8], content: &mut Vec<u8>) -> io::Result<()> {
        while let State::Compressed(decoder) = &mut self.state
            && let [first, ..] = bytes
        {
            match decoder.inflate(bytes, content) {
                Ok(0) if *first == GZIP && matches!(decoder, Decoder::Gzip(_)) => {
                    (self.state, self.is_after_file) = (State::Compressed(Decoder::gzip()), true);
                }
                Ok(0) => self.state = State::Over,
                Ok(read) => bytes = &bytes[read..],
                Err(_) if self.is_after_file => self.state = State::Over,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    const fn may_begin_with(&self, byte: u8) -> bool {
        matches!(byte, GZIP | ZLIB) || self.is_called_zlib && byte & 0x0f == 8
    }

    fn of(&self, bytes: &[u8]) -> State {
        match *bytes {
            [GZIP, 0x8b, ..] => State::Compressed(Decoder::gzip()),
            [ZLIB, 0x01 | 0x5e | 0x9c | 0xda, ..] => State::Compressed(Decoder::zlib()),
            // RFC 1950, section 2.2: the method is 8, and both bytes together are a multiple of 31.
            [method, flags, ..]
                if self.is_called_zlib
                    && method & 0x0f == 8
                    && u16::from_be_bytes([method, flags]).is_multiple_of(31) =>
            {
                State::Compressed(Decoder::zlib())
            }
            _ => State::Plain,
        }
    }
}

#[derive(Debug)]
enum Decoder {
    Gzip(Box<GzDecoder<Vec<u8>>>),
    Zlib(Box<ZlibDecoder<Vec<u8>>>),
}

impl Decoder {
    fn gzip() -> Self {
        Self::Gzip(Box::new(GzDecoder::new(Vec::new())))
    }

    fn zlib() -> Self {
        Self::Zlib(Box::new(ZlibDecoder::new(Vec::new())))
    }

    /// Adds to the content what can be told by now, and returns how many bytes were read: none at the end of the file. Each write
    /// hands out what the one before has inflated, so empty ones follow. `flush` would do the same, and panic at damage.
    fn inflate(&mut self, bytes: &[u8], content: &mut Vec<u8>) -> io::Result<usize> {
        let read = self.write(bytes);
        loop {
            let drained = self.write(&[]);
            let more = self.take();
            content.extend_from_slice(&more);
            if more.is_empty() {
                return drained.and(read);
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.write(bytes),
            Self::Zlib(decoder) => decoder.write(bytes),
        }
    }

    fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Gzip(decoder) => mem::take(decoder.get_mut()),
            Self::Zlib(decoder) => mem::take(decoder.get_mut()),
        }
    }

    /// The content that is left. An answer that was cut is known by its events.
    fn finish(&mut self) -> Vec<u8> {
        _ = match self {
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zlib(decoder) => decoder.try_finish(),
        };
        self.take()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };

    fn inflated<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut inflate = Inflate::default();
        let mut whole = Vec::new();
        for piece in pieces {
            let (content, fed) = inflate.feed(piece);
            whole.extend_from_slice(&content);
            fed.unwrap();
        }
        whole.extend(inflate.finish());
        whole
    }

    #[test]
    fn what_is_compressed_is_read_and_what_is_not_stays_as_it_is() {
        let text = "data: {\"a\":1}\n\n".repeat(9);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text.as_bytes()).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(text.as_bytes()).unwrap();
        for body in [gzip.finish().unwrap(), zlib.finish().unwrap(), text.clone().into_bytes()] {
            assert_eq!(inflated([body.as_slice()]), text.as_bytes());
            assert_eq!(inflated(body.chunks(1)), text.as_bytes());
        }
        for body in [&b"x"[..], b"\x1f", b"x-2", b""] {
            assert_eq!(inflated([body]), body);
            assert_eq!(inflated(body.chunks(1)), body);
        }
    }

    #[test]
    fn what_was_flushed_is_read_at_once() {
        let events = ["data: {\"a\":1}\n\n", "data: {\"b\":2}\n\n", &"data: {\"c\":3}\n\n".repeat(9999)];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        let (mut of_gzip, mut of_zlib) = (Inflate::default(), Inflate::default());
        for event in events {
            gzip.write_all(event.as_bytes()).unwrap();
            gzip.flush().unwrap();
            zlib.write_all(event.as_bytes()).unwrap();
            zlib.flush().unwrap();
            for (inflate, bytes) in [(&mut of_gzip, gzip.get_mut()), (&mut of_zlib, zlib.get_mut())] {
                let (content, fed) = inflate.feed(bytes);
                assert!(fed.is_ok() && *content == *event.as_bytes(), "{} of {} bytes", content.len(), event.len());
                bytes.clear();
            }
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text).unwrap();
        gzip.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(text).unwrap();
        zlib.finish().unwrap()
    }

    #[test]
    fn what_follows_the_end_is_another_file_or_nothing() {
        for (body, text) in [
            ([gzip(b"Hi"), vec![0; 9]].concat(), "Hi"),
            ([gzip(b"Hi"), b"\n".to_vec()].concat(), "Hi"),
            ([gzip(b"Hi"), b"\x1f\x1f".to_vec()].concat(), "Hi"),
            ([gzip(b"H"), gzip(b"i"), b"\n".to_vec()].concat(), "Hi"),
            ([zlib(b"Hi"), b"\n".to_vec()].concat(), "Hi"),
        ] {
            assert_eq!(inflated([body.as_slice()]), text.as_bytes());
            assert_eq!(inflated(body.chunks(1)), text.as_bytes());
        }
    }

    #[test]
    fn zlib_is_known_by_its_header_and_others_of_its_headers_by_the_label() {
        let mut body = zlib(b"Hi");
        body[1] = 0x5e;
        assert_eq!(inflated([body.as_slice()]), b"Hi");
        body[..2].copy_from_slice(&[0x58, 0x85]); // a smaller window
        assert_eq!(inflated([body.as_slice()]), body, "it may be anything");
        for piece in [1, 99] {
            let mut inflate = Inflate::labelled("deflate");
            let whole = body.chunks(piece).flat_map(|bytes| inflate.feed(bytes).0.into_owned()).collect::<Vec<_>>();
            assert_eq!(whole, b"Hi");
            assert_eq!(inflate.name(), "deflate");
        }
        assert_eq!(Inflate::labelled("deflate").feed(b"data:").0, &b"data:"[..]);
    }

    #[test]
    fn what_comes_before_the_damage_is_good() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"Hi").unwrap();
        encoder.flush().unwrap();
        let body = [&encoder.get_ref()[..], &[0xff; 9]].concat();
        let (content, fed) = Inflate::default().feed(&body);
        assert!(fed.is_err());
        assert_eq!(*content, *b"Hi");
    }

    #[test]
    fn what_is_damaged_is_no_body() {
        let mut inflate = Inflate::default();
        assert!(inflate.feed(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff\xff").1.is_err());
    }
}
