//! An input encoding for server functions whose requests may be long.

#[cfg(not(feature = "ssr"))]
#[path = "page.rs"]
mod place;
#[cfg(feature = "ssr")]
#[path = "server.rs"]
mod place;

use bytes::{Bytes, BytesMut};
use serde::{Serialize, de::DeserializeOwned};
use server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};

/// From this length on, in bytes, a body is parsed without blocking other requests. A shorter one takes less than 1 ms.
const LONG: usize = 128 * 1024;

/// The input encoding: `#[server(input = LongJson)]`. On the wire, it is [`server_fn::codec::Json`].
pub type LongJson = Post<LongJsonEncoding>;

/// JSON that may be long.
#[derive(Debug)]
pub struct LongJsonEncoding;

impl ContentType for LongJsonEncoding {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for LongJsonEncoding {
    const FORMAT_TYPE: Format = JsonEncoding::FORMAT_TYPE;
}

impl<T: Serialize> Encodes<T> for LongJsonEncoding {
    type Error = serde_json::Error;

    fn encode(arguments: &T) -> Result<Bytes, Self::Error> {
        JsonEncoding::encode(arguments)
    }

    fn encode_into(arguments: &T, buffer: &mut BytesMut) -> Result<(), Self::Error> {
        JsonEncoding::encode_into(arguments, buffer)
    }
}

impl<T: DeserializeOwned> Decodes<T> for LongJsonEncoding {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        if bytes.len() < LONG {
            return JsonEncoding::decode(bytes);
        }
        place::apart(|| JsonEncoding::decode(bytes))
    }
}
