//! Bodies that come compressed. None is asked for (`Accept-Encoding: identity`), but some proxies compress all the same. Gzip
//! ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)) and zlib ([RFC 1950](https://www.rfc-editor.org/rfc/rfc1950), which is HTTP's
//! `deflate`) are known by their first two bytes, with which neither JSON nor an event begins.

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use std::{borrow::Cow, io, io::Write, mem};

/// How many bytes are inflated at once. They become a thousand times as many at most, 1 MiB.
const PIECE: usize = 1024;

/// Bytes in, bytes out. They are the same wherever the bytes were split.
#[derive(Debug, Default)]
pub(super) enum Inflate {
    /// Nothing has arrived.
    #[default]
    Unknown,
    /// One byte has arrived, with which something compressed may begin.
    First(u8),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zlib(Box<ZlibDecoder<Vec<u8>>>),
}

impl Inflate {
    /// How many bytes may be fed at once.
    pub(super) const fn piece(&self, usual: usize) -> usize {
        if matches!(self, Self::Plain) { usual } else { PIECE }
    }

    /// The content of these bytes, as far as it can be told.
    ///
    /// # Errors
    /// They are damaged.
    pub(super) fn feed<'a>(&mut self, bytes: &'a [u8]) -> io::Result<Cow<'a, [u8]>> {
        match self {
            Self::Plain => Ok(Cow::Borrowed(bytes)),
            Self::Gzip(decoder) => {
                decoder.write_all(bytes)?;
                Ok(Cow::Owned(mem::take(decoder.get_mut())))
            }
            Self::Zlib(decoder) => {
                decoder.write_all(bytes)?;
                Ok(Cow::Owned(mem::take(decoder.get_mut())))
            }
            Self::Unknown => match *bytes {
                [] => Ok(Cow::Borrowed(bytes)),
                [first @ (0x1f | 0x78)] => {
                    *self = Self::First(first);
                    Ok(Cow::Borrowed(&[]))
                }
                _ => {
                    *self = Self::of(bytes);
                    self.feed(bytes)
                }
            },
            Self::First(first) => {
                let whole = [&[*first], bytes].concat();
                *self = Self::of(&whole);
                Ok(Cow::Owned(self.feed(&whole)?.into_owned()))
            }
        }
    }

    /// The content that is still held: nothing more will arrive.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        match self {
            Self::First(first) => vec![*first],
            Self::Gzip(decoder) => {
                _ = decoder.try_finish(); // an answer that was cut is known by what it says
                mem::take(decoder.get_mut())
            }
            Self::Zlib(decoder) => {
                _ = decoder.try_finish();
                mem::take(decoder.get_mut())
            }
            Self::Unknown | Self::Plain => Vec::new(),
        }
    }

    fn of(bytes: &[u8]) -> Self {
        match *bytes {
            [0x1f, 0x8b, ..] => Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            [0x78, 0x01 | 0x9c | 0xda, ..] => Self::Zlib(Box::new(ZlibDecoder::new(Vec::new()))),
            _ => Self::Plain,
        }
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
            whole.extend_from_slice(&inflate.feed(piece).unwrap());
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
        for body in [&b"x"[..], b"\x1f", b"x^2", b""] {
            assert_eq!(inflated([body]), body);
            assert_eq!(inflated(body.chunks(1)), body);
        }
    }

    #[test]
    fn what_is_damaged_is_no_body() {
        let mut inflate = Inflate::default();
        assert!(inflate.feed(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff\xff").is_err());
    }
}
