//! The limits of what a question can carry. Pure.

use crate::chat::{
    conversation::{File, Message},
    session::attachments::text_file::TextError,
};
use starcrossed::wire::json_length;

/// The most files with one question.
pub(crate) const MAX_FILES: usize = 8;

/// The largest picture: 4 MiB. The browser gives sizes as floats.
const MAX_PICTURE_BYTES: f64 = 4_194_304.0;
/// The largest text file: 256 KiB. That is more than most models read.
const MAX_TEXT_BYTES: f64 = 262_144.0;
/// The limit for messages and files as JSON: 15 MiB. The server accepts 16, which leaves room for the draft.
const MAX_REQUEST_BYTES: usize = 15 * 1024 * 1024;

/// The limit for a whole request: the server's 16 MiB, less room for the JSON around each message.
const MAX_QUESTION_BYTES: usize = 16 * 1024 * 1024 - 128 * 1024;

/// The types of pictures that models read and browsers show.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// The reason why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The picture is too large.
    PictureTooLarge,
    /// The text file is too large.
    TextTooLarge,
    /// The file is neither a picture nor readable text.
    NotText(TextError),
    /// The browser can't read the file: it is a folder, or it no longer exists.
    Unreadable,
    /// The conversation would be too large with this file.
    ConversationFull,
}

impl Refusal {
    /// The message about the file with this name.
    #[must_use]
    pub(crate) fn sentence(self, name: &str) -> String {
        let why = match self {
            Self::PictureTooLarge => "” is too large: a picture goes up to 4 MiB.",
            Self::TextTooLarge => "” is too large: a file that is no picture goes up to 256 KiB.",
            Self::NotText(why) => return ["“", name, "” ", &why.reason()].concat(),
            Self::Unreadable => "” can’t be read: it is a folder, or it no longer exists. Attach a file.",
            Self::ConversationFull => {
                "” is too much: a conversation goes up to 15 MiB, with its pictures. A new chat has room."
            }
        };
        ["“", name, why].concat()
    }
}

/// Whether a file of this type is sent as a picture. An SVG is sent as text, because models don't read it as a picture.
#[must_use]
pub(crate) fn is_picture(mime: &str) -> bool {
    PICTURES.contains(&mime)
}

/// The reason why a file of this type and size is not read, if it is too large.
#[must_use]
pub(crate) fn check_size(mime: &str, size: f64) -> Option<Refusal> {
    if is_picture(mime) {
        (size > MAX_PICTURE_BYTES).then_some(Refusal::PictureTooLarge)
    } else {
        (size > MAX_TEXT_BYTES).then_some(Refusal::TextTooLarge)
    }
}

/// Whether a file fits into the request beside the bytes that are sent anyway.
#[must_use]
pub(crate) fn has_room(sent_bytes: usize, file: &File) -> bool {
    sent_bytes + json_bytes(&file.data) <= MAX_REQUEST_BYTES
}

/// The message about a request that is too large to be sent.
#[must_use]
pub(crate) fn check_question(bytes: usize) -> Option<&'static str> {
    const SENTENCE: &str = "That is too much to send: the conversation, the system prompt and the question may have up \
        to 16 MiB together. Shorten the question, remove a file, or start a new chat.";
    (bytes > MAX_QUESTION_BYTES).then_some(SENTENCE)
}

/// The size of a message in a request, in bytes.
#[must_use]
pub(crate) fn message_json_bytes(message: &Message) -> usize {
    json_bytes(&message.text) + files_json_bytes(&message.files)
}

/// The size of files in a request, in bytes.
#[must_use]
pub(crate) fn files_json_bytes(files: &[File]) -> usize {
    files.iter().map(|file| json_bytes(&file.data)).sum()
}

/// The size of a text as JSON, in bytes. A line break takes two.
#[must_use]
pub(crate) fn json_bytes(text: &str) -> usize {
    json_length(text)
}

/// The `data:` URL of a picture, or None for any other file. Other URLs are refused: an imported conversation may have any,
/// and fetching one would reveal the reader to its server.
#[must_use]
pub(crate) fn picture_url(file: &File) -> Option<&str> {
    let (mime, _) = file.data.strip_prefix("data:")?.split_once(";base64,")?;
    is_picture(mime).then_some(&file.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_bytes_agree_with_serde() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        for text in ["", "plain", "a\nb\t\"c\"\\", &all] {
            assert_eq!(json_bytes(text) + 2, serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }

    #[test]
    fn pictures_and_texts_have_their_own_limits() {
        assert_eq!(check_size("image/png", MAX_PICTURE_BYTES), None);
        assert_eq!(check_size("image/png", MAX_PICTURE_BYTES + 1.0), Some(Refusal::PictureTooLarge));
        assert_eq!(check_size("image/svg+xml", MAX_TEXT_BYTES + 1.0), Some(Refusal::TextTooLarge));
        assert_eq!(check_size("", MAX_TEXT_BYTES), None);
    }

    #[test]
    fn a_file_that_does_not_fit_is_refused() {
        let file = File { data: "x".repeat(1000), ..File::default() };
        assert!(has_room(MAX_REQUEST_BYTES - 1000, &file));
        assert!(!has_room(MAX_REQUEST_BYTES - 999, &file));
    }

    #[test]
    fn a_request_that_the_server_would_refuse_is_not_sent() {
        assert_eq!(check_question(MAX_REQUEST_BYTES), None);
        assert_eq!(check_question(MAX_QUESTION_BYTES), None);
        assert!(check_question(MAX_QUESTION_BYTES + 1).is_some());
    }

    #[test]
    fn a_picture_is_never_fetched_from_a_server() {
        let file = |data: &str| File { name: "a".into(), mime: "image/png".into(), data: data.into() };
        assert!(picture_url(&file("data:image/png;base64,AA==")).is_some());
        for data in
            ["https://example.org/a.png", "data:image/svg+xml;base64,AA==", "data:text/html,x", "javascript:0", ""]
        {
            assert_eq!(picture_url(&file(data)), None, "{data}");
        }
    }
}
