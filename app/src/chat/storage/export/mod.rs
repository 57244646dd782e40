//! Conversations as files: JSON, which has all of them whole, and Markdown, which is to be read. Both can be imported again.

pub mod file;
pub mod long;
pub mod markdown;
mod read;

use crate::chat::conversation::ConversationInfo;
pub use read::from_json;

/// The version of the file's form. It goes up when an older page could no longer read it.
const VERSION: u32 = 1;

/// The file is `{"starcrossed":1,"conversations":[{"conversation":{…},"messages":[…]}]}`. This is its beginning.
#[must_use]
pub fn begin() -> String {
    ["{\"starcrossed\":", &VERSION.to_string(), ",\"conversations\":["].concat()
}

/// The JSON before the messages of a conversation. The messages are written by [`long::write_message`], with commas in
/// between, and are followed by [`END_OF_MESSAGES`].
#[must_use]
pub fn begin_conversation(conversation: &ConversationInfo, is_first: bool) -> String {
    // Nothing in it can fail to be written: every key is a text, and every number is whole.
    let known = serde_json::to_string(conversation).unwrap_or_default();
    [if is_first { "" } else { "," }, "{\"conversation\":", &known, ",\"messages\":["].concat()
}

/// The JSON after the messages of a conversation.
pub const END_OF_MESSAGES: &str = "]}";

/// The JSON after all conversations.
pub const END: &str = "]}";

/// What a conversation or a message can be called: what keys and addresses are made of.
#[must_use]
pub fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&id.len()) && id.bytes().all(plain)
}

pub mod import_markdown;
#[cfg(test)]
mod tests;
