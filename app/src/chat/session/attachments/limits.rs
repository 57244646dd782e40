//! What can be sent along with a question. Pure.

use crate::chat::{
    conversation::{File, Message},
    session::attachments::text_file::NoText,
};
use starcrossed::wire::json_length;

/// How many files go with one question.
pub const MOST_FILES: usize = 8;

/// The largest picture, in bytes: 4 MiB. A browser gives sizes as floating point numbers.
const LARGEST_PICTURE: f64 = 4_194_304.0;
/// The largest file of text: 256 KiB. That is more than most models read.
const LARGEST_TEXT: f64 = 262_144.0;
/// What a request may come to as JSON: 15 MiB. The server takes 16, and something has to be left for what is typed.
const LARGEST_REQUEST: usize = 15 * 1024 * 1024;

/// What a question with all that goes with it may come to: 16 MiB, without what stands around each message.
const LARGEST_QUESTION: usize = 16 * 1024 * 1024 - 128 * 1024;

/// The kinds of pictures that models read, and that browsers show.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// Why a file is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A picture that is too large.
    LargePicture,
    /// Anything else that is too large.
    LargeText,
    /// Neither a picture nor text that can be read.
    NoText(NoText),
    /// The browser can't read it: it is a folder, or it is gone.
    Unreadable,
    /// It is fine, but with all the rest it is too much.
    NoRoom,
}

impl Refusal {
    /// What is said of the file of this name.
    #[must_use]
    pub fn sentence(self, name: &str) -> String {
        let why = match self {
            Self::LargePicture => "” is too large: a picture goes up to 4 MiB.",
            Self::LargeText => "” is too large: a file that is no picture goes up to 256 KiB.",
            Self::NoText(why) => return ["“", name, "” ", &why.reason()].concat(),
            Self::Unreadable => "” can’t be read.",
            Self::NoRoom => "” is too much: a conversation goes up to 15 MiB, with its pictures. A new chat has room.",
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
pub fn too_large(mime: &str, size: f64) -> Option<Refusal> {
    if is_picture(mime) {
        (size > LARGEST_PICTURE).then_some(Refusal::LargePicture)
    } else {
        (size > LARGEST_TEXT).then_some(Refusal::LargeText)
    }
}

/// Whether a file can still be sent with what is to be sent anyway.
#[must_use]
pub fn has_room(carried: usize, file: &File) -> bool {
    carried + weight(&file.data) <= LARGEST_REQUEST
}

/// Why a question isn't sent that comes to so much, with all that goes with it.
#[must_use]
pub fn too_much(weight: usize) -> Option<&'static str> {
    const SENTENCE: &str = "That is too much to send: with all that was said before, and the system prompt, a question goes \
        up to 16 MiB. Shorten it, take a file away, or begin a new chat.";
    (weight > LARGEST_QUESTION).then_some(SENTENCE)
}

/// What a message comes to in a request.
#[must_use]
pub fn weight_of(message: &Message) -> usize {
    weight(&message.text) + weight_of_files(&message.files)
}

/// What files come to in a request.
#[must_use]
pub fn weight_of_files(files: &[File]) -> usize {
    files.iter().map(|file| weight(&file.data)).sum()
}

/// How many bytes a text is in JSON, where a line break takes two.
#[must_use]
pub fn weight(text: &str) -> usize {
    json_length(text)
}

/// Where a picture is to be shown from, if the file is one. Never from elsewhere: a conversation that was imported may say
/// anything, and a picture that is fetched tells who looks at it.
#[must_use]
pub fn picture(file: &File) -> Option<&str> {
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
            assert_eq!(weight(text) + 2, serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }

    #[test]
    fn pictures_and_texts_have_limits_of_their_own() {
        assert_eq!(too_large("image/png", LARGEST_PICTURE), None);
        assert_eq!(too_large("image/png", LARGEST_PICTURE + 1.0), Some(Refusal::LargePicture));
        assert_eq!(too_large("image/svg+xml", LARGEST_TEXT + 1.0), Some(Refusal::LargeText));
        assert_eq!(too_large("", LARGEST_TEXT), None);
    }

    #[test]
    fn what_doesnt_fit_with_the_rest_is_refused() {
        let file = File { data: "x".repeat(1000), ..File::default() };
        assert!(has_room(LARGEST_REQUEST - 1000, &file));
        assert!(!has_room(LARGEST_REQUEST - 999, &file));
    }

    #[test]
    fn a_question_that_the_server_would_refuse_is_not_sent() {
        assert_eq!(too_much(LARGEST_REQUEST), None);
        assert_eq!(too_much(LARGEST_QUESTION), None);
        assert!(too_much(LARGEST_QUESTION + 1).is_some());
    }

    #[test]
    fn a_picture_is_never_fetched_from_elsewhere() {
        let file = |data: &str| File { name: "a".into(), mime: "image/png".into(), data: data.into() };
        assert!(picture(&file("data:image/png;base64,AA==")).is_some());
        for data in
            ["https://example.org/a.png", "data:image/svg+xml;base64,AA==", "data:text/html,x", "javascript:0", ""]
        {
            assert_eq!(picture(&file(data)), None, "{data}");
        }
    }
}
