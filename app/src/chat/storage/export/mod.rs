//! Conversations as files: JSON, which has everything, and Markdown, which is for reading. Both can be imported.

pub mod file;
pub mod import_markdown;
pub mod long;
pub mod markdown;
mod read;

use crate::chat::conversation::ConversationInfo;
pub use read::from_json;

/// The version of the file format. It goes up when an older page could no longer read the file.
const VERSION: u32 = 1;

/// The beginning of a file. The whole is `{"starcrossed":1,"conversations":[{"conversation":{…},"messages":[…]}]}`.
#[must_use]
pub fn begin() -> String {
    ["{\"starcrossed\":", &VERSION.to_string(), ",\"conversations\":["].concat()
}

/// The JSON before the messages of a conversation. The messages are written by [`long::write_message`], with commas in
/// between, and are followed by [`END_OF_MESSAGES`].
#[must_use]
pub fn begin_conversation(conversation: &ConversationInfo, is_first: bool) -> String {
    // This can't fail to serialize: every key is a string, and every number is an integer.
    let known = serde_json::to_string(conversation).unwrap_or_default();
    [if is_first { "" } else { "," }, "{\"conversation\":", &known, ",\"messages\":["].concat()
}

/// The JSON after the messages of a conversation.
pub const END_OF_MESSAGES: &str = "]}";

/// The JSON after all conversations.
pub const END: &str = "]}";

/// Whether a text can be the id of a conversation or a message: keys and addresses are made of it.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(is_id_byte)
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests;
