//! What can be sent along with a question. Pure.

use crate::chat::{
    conversation::{File, Message},
    session::attachments::text_file::TextError,
};
use starcrossed::wire::json_length;

/// How many files go with one question.
pub const MAX_FILES: usize = 8;

/// The largest picture, in bytes: 4 MiB. A browser gives sizes as floating point numbers.
const MAX_PICTURE_BYTES: f64 = 4_194_304.0;
/// The largest file of text: 256 KiB. That is more than most models read.
const MAX_TEXT_BYTES: f64 = 262_144.0;
/// What a request may come to as JSON: 15 MiB. The server takes 16, and something has to be left for what is typed.
const MAX_REQUEST_BYTES: usize = 15 * 1024 * 1024;

/// What a question with all that goes with it may come to: 16 MiB, without what stands around each message.
const MAX_QUESTION_BYTES: usize = 16 * 1024 * 1024 - 128 * 1024;

/// The kinds of pictures that models read, and that browsers show.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// Why a file is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A picture that is too large.
    PictureTooLarge,
    /// Anything else that is too large.
    TextTooLarge,
    /// Neither a picture nor text that can be read.
    NotText(TextError),
    /// The browser can't read it: it is a folder, or it is gone.
    Unreadable,
    /// It is fine, but with all the rest it is too much.
    ConversationFull,
}

impl Refusal {
    /// What is said of the file of this name.
    #[must_use]
    pub fn sentence(self, name: &str) -> String {
        let why = match self {
            Self::PictureTooLarge => "” is too large: a picture goes up to 4 MiB.",
            Self::TextTooLarge => "” is too large: a file that is no picture goes up to 256 KiB.",
            Self::NotText(why) => return ["“", name, "” ", &why.reason()].concat(),
            Self::Unreadable => "” can’t be read.",
            Self::ConversationFull => {
                "” is too much: a conversation goes up to 15 MiB, with its pictures. A new chat has room."
            }
        };
        ["“", name, why].concat()
    }
}

/// Whether a file of this type is sent as a picture. An SVG is text: no model looks at it.
#[must_use]
pub fn is_picture(mime: &str) -> bool {
    PICTURES.contains(&mime)
}

/// Why a file of this type and size isn't even read.
#[must_use]
pub fn check_size(mime: &str, size: f64) -> Option<Refusal> {
    if is_picture(mime) {
        (size > MAX_PICTURE_BYTES).then_some(Refusal::PictureTooLarge)
    } else {
        (size > MAX_TEXT_BYTES).then_some(Refusal::TextTooLarge)
    }
}

/// Whether a file can still be sent with what is to be sent anyway.
#[must_use]
pub fn has_room(sent_bytes: usize, file: &File) -> bool {
    sent_bytes + json_bytes(&file.data) <= MAX_REQUEST_BYTES
}

/// Why a question isn't sent that comes to so much, with all that goes with it.
#[must_use]
pub fn check_question(bytes: usize) -> Option<&'static str> {
    const SENTENCE: &str = "That is too much to send: with all that was said before, and the system prompt, a question goes \
        up to 16 MiB. Shorten it, take a file away, or begin a new chat.";
    (bytes > MAX_QUESTION_BYTES).then_some(SENTENCE)
}

/// What a message comes to in a request.
#[must_use]
pub fn message_json_bytes(message: &Message) -> usize {
    json_bytes(&message.text) + files_json_bytes(&message.files)
}

/// What files come to in a request.
#[must_use]
pub fn files_json_bytes(files: &[File]) -> usize {
    files.iter().map(|file| json_bytes(&file.data)).sum()
}

/// How many bytes a text is in JSON, where a line break takes two.
#[must_use]
pub fn json_bytes(text: &str) -> usize {
    json_length(text)
}

/// Where a picture is to be shown from, if the file is one. Never from elsewhere: a conversation that was imported may say
/// anything, and a picture that is fetched tells who looks at it.
#[must_use]
pub fn picture_url(file: &File) -> Option<&str> {
    let (mime, _) = file.data.strip_prefix("data:")?.split_once(";base64,")?;
    is_picture(mime).then_some(&file.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_weighs_what_it_is_in_json() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        for text in ["", "plain", "a\nb\t\"c\"\\", &all] {
            assert_eq!(json_bytes(text) + 2, serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }

    #[test]
    fn pictures_and_texts_have_limits_of_their_own() {
        assert_eq!(check_size("image/png", MAX_PICTURE_BYTES), None);
        assert_eq!(check_size("image/png", MAX_PICTURE_BYTES + 1.0), Some(Refusal::PictureTooLarge));
        assert_eq!(check_size("image/svg+xml", MAX_TEXT_BYTES + 1.0), Some(Refusal::TextTooLarge));
        assert_eq!(check_size("", MAX_TEXT_BYTES), None);
    }

    #[test]
    fn what_doesnt_fit_with_the_rest_is_refused() {
        let file = File { data: "x".repeat(1000), ..File::default() };
        assert!(has_room(MAX_REQUEST_BYTES - 1000, &file));
        assert!(!has_room(MAX_REQUEST_BYTES - 999, &file));
    }

    #[test]
    fn a_question_that_the_server_would_refuse_is_not_sent() {
        assert_eq!(check_question(MAX_REQUEST_BYTES), None);
        assert_eq!(check_question(MAX_QUESTION_BYTES), None);
        assert!(check_question(MAX_QUESTION_BYTES + 1).is_some());
    }

    #[test]
    fn a_picture_is_never_fetched_from_elsewhere() {
        let file = |data: &str| File { name: "a".into(), mime: "image/png".into(), data: data.into() };
        assert!(picture_url(&file("data:image/png;base64,AA==")).is_some());
        for data in
            ["https://example.org/a.png", "data:image/svg+xml;base64,AA==", "data:text/html,x", "javascript:0", ""]
        {
            assert_eq!(picture_url(&file(data)), None, "{data}");
        }
    }
}
