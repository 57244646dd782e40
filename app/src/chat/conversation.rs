//! A conversation, and what each event does to it. Pure: no signal, no clock, no network.

use super::message::{ChatMessage, ChatRequest, Content, Delta, Role};
use crate::link::{Event, Exit, Reason, TaskId};
use serde::{Deserialize, Serialize};

/// One conversation, as it is shown, sent and kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its name on this page.
    pub id: u32,
    /// What has been typed and not sent.
    pub draft: String,
    /// Oldest first.
    pub messages: Vec<Message>,
}

/// One message on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What has arrived so far.
    pub text: String,
    /// What the model thought before it answered.
    pub reasoning: String,
    /// The task that writes it, once it has begun.
    pub task: Option<TaskId>,
    /// How its task ended; none while it runs.
    pub exit: Option<Exit>,
}

impl Message {
    /// What a person asks.
    #[must_use]
    pub fn question(text: String) -> Self {
        Self { role: Role::User, text, reasoning: String::new(), task: None, exit: Some(Exit::new(Reason::Normal)) }
    }

    /// What a model is about to say.
    #[must_use]
    pub fn answer() -> Self {
        Self { role: Role::Assistant, text: String::new(), reasoning: String::new(), task: None, exit: None }
    }

    /// What an event does to the answer that it is about. Nothing that has arrived is ever taken back.
    pub fn apply(&mut self, event: Event<Delta>) {
        match event {
            Event::Start { task } => self.task = Some(task),
            Event::Delta(Delta::Text(text)) => self.text.push_str(&text),
            Event::Delta(Delta::Reasoning(text)) => self.reasoning.push_str(&text),
            Event::Exit(exit) => self.exit = Some(exit),
            Event::KeepAlive => {}
        }
    }

    /// Nothing has arrived, and nothing will.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.exit.is_some()
    }
}

impl Conversation {
    /// What it is called in a list: the beginning of its first question.
    #[must_use]
    pub fn title(&self) -> String {
        const LONGEST: usize = 60;
        let first = self.messages.first().map_or("New chat", |message| message.text.trim());
        let line = first.lines().next().unwrap_or_default();
        let short: String = line.chars().take(LONGEST).collect();
        if short.len() < first.len() { short + "…" } else { short }
    }

    /// Asks `model` for the next message, with all that has been said. Of several answers to one question the last
    /// that says anything counts, cut off or not.
    #[must_use]
    pub fn request(messages: &[Message], model: String) -> ChatRequest {
        let mut said: Vec<ChatMessage> = Vec::new();
        for message in messages.iter().filter(|message| !message.text.is_empty()) {
            if message.role == Role::Assistant && said.last().is_some_and(|last| last.role == Role::Assistant) {
                said.pop();
            }
            said.push(ChatMessage { role: message.role, content: Content::Text(message.text.clone()) });
        }
        // An answer that is asked for again must not be what the question ends with.
        while said.last().is_some_and(|last| last.role == Role::Assistant) {
            said.pop();
        }
        ChatRequest { model, messages: said, ..ChatRequest::default() }
    }

    /// A conversation read back from where it was kept. A task never outlives its page, so an answer that was being
    /// written then was interrupted.
    #[must_use]
    pub fn restored(mut self) -> Self {
        for message in &mut self.messages {
            message.exit.get_or_insert(Exit::new(Reason::Interrupted));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str, reason: Reason) -> Message {
        Message { text: text.into(), exit: Some(Exit::new(reason)), ..Message::answer() }
    }

    fn sent(messages: &[Message]) -> Vec<(Role, Content)> {
        let request = Conversation::request(messages, String::new());
        request.messages.into_iter().map(|message| (message.role, message.content)).collect()
    }

    #[test]
    fn deltas_add_up_and_an_exit_takes_nothing_back() {
        let mut message = Message::answer();
        message.apply(Event::Delta(Delta::Reasoning("hm".into())));
        message.apply(Event::Delta(Delta::Text("Hel".into())));
        message.apply(Event::Delta(Delta::Text("lo".into())));
        message.apply(Event::Exit(Exit::failed("cut off")));
        assert_eq!((message.text.as_str(), message.reasoning.as_str()), ("Hello", "hm"));
        assert_eq!(message.exit, Some(Exit::failed("cut off")));
    }

    #[test]
    fn the_whole_conversation_is_sent_with_a_stopped_answer_in_it() {
        let messages = [Message::question("a".into()), answer("b", Reason::Killed), Message::question("c".into())];
        let text = |text: &str| Content::Text(text.into());
        assert_eq!(sent(&messages), [(Role::User, text("a")), (Role::Assistant, text("b")), (Role::User, text("c"))]);
    }

    #[test]
    fn a_retry_asks_the_question_again_without_the_answer_that_failed() {
        let messages = [Message::question("a".into()), answer("half", Reason::Failed), Message::answer()];
        assert_eq!(sent(&messages), [(Role::User, Content::Text("a".into()))]);
    }

    #[test]
    fn of_two_answers_to_one_question_the_later_one_is_sent() {
        let messages = [
            Message::question("a".into()),
            answer("half", Reason::Failed),
            answer("whole", Reason::Normal),
            Message::question("b".into()),
        ];
        assert_eq!(sent(&messages)[1], (Role::Assistant, Content::Text("whole".into())));
        assert_eq!(sent(&messages).len(), 3);
    }

    #[test]
    fn an_answer_that_was_being_written_comes_back_interrupted() {
        let conversation = Conversation { messages: vec![Message::answer()], ..Conversation::default() };
        assert_eq!(conversation.restored().messages[0].exit, Some(Exit::new(Reason::Interrupted)));
    }

    #[test]
    fn a_long_question_makes_a_short_title() {
        let messages = vec![Message::question("x".repeat(200))];
        let conversation = Conversation { messages, ..Conversation::default() };
        assert_eq!(conversation.title().chars().count(), 61);
        assert_eq!(Conversation::default().title(), "New chat");
    }
}
