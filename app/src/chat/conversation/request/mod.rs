//! What a model is sent of a conversation: the branch being shown, and nothing of the others.

use super::{
    Conversation,
    message::{File, Message},
};
use crate::chat::protocol::message::{ChatMessage, ChatRequest, Content, Role};
use serde_json::{Value, json};

impl Conversation {
    /// Asks for this answer, with all that was said before it. If it has begun, it is to go on: the request then ends with
    /// the answer as far as it came.
    ///
    /// That is how most model servers are asked to go on; what else some of them want, the server here sees to. One that
    /// can't go on says so, nothing is lost, and Regenerate is still there.
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

/// Adds what a message says. One that says nothing is left out, and of two in a row by the same speaker one is made:
/// there are models that refuse two questions in a row, as an answer leaves them of which nothing came.
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

/// The thought that an answer is to go on with, if it had come no further. llama-server goes on with it; who can't isn't asked
/// to.
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

/// The text files that came along, each in a fence under its name, and then the message itself.
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

/// A file as Markdown. Its fence is longer than any in it, or the file could end it.
pub(crate) fn fenced(file: &File, text: &mut String) {
    let (mut longest, mut run) = (2, 0);
    for byte in file.data.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A name can have anything in it, a line break too; here it has to stay what it is.
    let name = file.name.replace(['\n', '\r', '`'], " ");
    for piece in [name.as_str(), ":\n\n", &fence, "\n", file.data.trim_end_matches('\n'), "\n", &fence] {
        text.push_str(piece);
    }
}

#[cfg(test)]
mod tests;
