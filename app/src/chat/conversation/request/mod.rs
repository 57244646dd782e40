//! The request for an answer: the messages of its branch, and nothing of the others.

use super::{
    Conversation,
    message::{File, Message},
};
use crate::chat::protocol::message::{ChatMessage, ChatRequest, Content, Role};
use serde_json::{Value, json};

impl Conversation {
    /// The request for this answer, with all messages before it. If the answer is to be continued, the request ends with its
    /// text so far.
    ///
    /// Most model servers continue such a message; our server adds the options that some of them need. A server that can't
    /// continue returns an error. Nothing is lost then, and Regenerate is still there.
    #[must_use]
    pub fn request(&self, answer: &str) -> ChatRequest {
        let path = self.path_to(self.index_of(answer).ok());
        let model = path.last().map(|message| message.model.clone()).unwrap_or_default();
        let mut said = Vec::new();
        let system = self.conversation.settings.system.trim();
        if !system.is_empty() {
            said.push(ChatMessage::new(Role::System, Content::Text(system.to_owned())));
        }
        for message in &path {
            push_message(message, &mut said);
        }
        said.extend(path.last().and_then(|last| unfinished_thought(last)));
        let mut request = ChatRequest { model, messages: said, ..ChatRequest::default() };
        self.conversation.settings.fill(&mut request);
        request
    }
}

/// Adds a message. A blank one is left out, and consecutive messages of one speaker are joined: some models refuse two
/// questions in a row, which is what an answer without text leaves.
fn push_message(message: &Message, said: &mut Vec<ChatMessage>) {
    let text = text_of(message);
    let images: Vec<Value> = message.files.iter().filter(|file| file.is_image()).map(image).collect();
    if text.trim().is_empty() && images.is_empty() {
        return;
    }
    match said.last_mut().filter(|last| last.role == message.role) {
        Some(last) => append(&mut last.content, text, images),
        None => said.push(ChatMessage::new(message.role, content(text, images))),
    }
}

/// The reasoning to be continued, if the answer has no text yet. llama-server can continue it; other servers aren't asked to.
fn unfinished_thought(message: &Message) -> Option<ChatMessage> {
    let has_only_thought = message.text.trim().is_empty() && !message.reasoning.trim().is_empty();
    let goes_on = message.has_waited_again() && has_only_thought;
    let reasoning_content = message.reasoning.clone();
    goes_on.then(|| ChatMessage { reasoning_content, ..ChatMessage::new(message.role, Content::default()) })
}

fn content(text: String, images: Vec<Value>) -> Content {
    if images.is_empty() { Content::Text(text) } else { Content::Parts(parts(text, images)) }
}

fn append(content: &mut Content, text: String, images: Vec<Value>) {
    match content {
        Content::Text(before) if images.is_empty() => {
            before.push_str("\n\n");
            before.push_str(&text);
        }
        Content::Text(before) => {
            let mut joined = parts(std::mem::take(before), Vec::new());
            joined.extend(parts(text, images));
            *content = Content::Parts(joined);
        }
        Content::Parts(before) => before.extend(parts(text, images)),
    }
}

fn parts(text: String, images: Vec<Value>) -> Vec<Value> {
    let mut parts = Vec::new();
    if !text.is_empty() {
        parts.push(json!({ "type": "text", "text": text }));
    }
    parts.extend(images);
    parts
}

fn image(file: &File) -> Value {
    json!({ "type": "image_url", "image_url": { "url": file.data } })
}

/// The text files of a message, each in a fence under its name, and then its text.
fn text_of(message: &Message) -> String {
    let mut text = String::new();
    for file in message.files.iter().filter(|file| !file.is_image()) {
        fenced(file, &mut text);
        text.push_str("\n\n");
    }
    text.push_str(&message.text);
    text.truncate(text.trim_end().len());
    text
}

/// A file as Markdown. Its fence is longer than any in the file, which could end it otherwise.
pub(crate) fn fenced(file: &File, text: &mut String) {
    let (mut longest, mut run) = (2, 0);
    for byte in file.data.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A name may contain a line break or a backtick, which would break the fence.
    let name = file.name.replace(['\n', '\r', '`'], " ");
    for piece in [name.as_str(), ":\n\n", &fence, "\n", file.data.trim_end_matches('\n'), "\n", &fence] {
        text.push_str(piece);
    }
}

#[cfg(test)]
mod tests;
