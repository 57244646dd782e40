//! The built-in model `demo`: it answers at once, from inside this process, and says how to connect a real one.

use app::chat::protocol::{
    answer::{Completion, DeltaSender, Exit},
    message::{ChatMessage, ChatRequest, Content, Delta, Role},
    usage::Usage,
};
use starcrossed::Reason;
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// The name of the demo model.
pub const NAME: &str = "demo";

/// The pause between two words: about the speed of a small model on a laptop.
const PAUSE: Duration = Duration::from_millis(25);

/// The most characters of the question that the answer repeats.
const ECHOED: usize = 200;

/// Answers word by word.
pub async fn reply(request: ChatRequest, deltas: DeltaSender) -> Exit {
    let most = request.most_tokens().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let answer = answer(&request.messages);
    let mut words = answer.split_inclusive(char::is_whitespace);
    let mut pace = time::interval(PAUSE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay); // a slow reader isn't made up for with a burst
    let mut said = 0;
    for word in words.by_ref().take(most) {
        pace.tick().await;
        if deltas.send(Delta::Text(word.to_owned())).await.is_err() {
            return Exit::new(Reason::Killed);
        }
        said += 1;
    }
    let finish_reason = if words.next().is_none() { "stop" } else { "length" };
    let usage = Usage { prompt_tokens: count_words(&request.messages), completion_tokens: said };
    let result = Completion { finish_reason: Some(finish_reason.into()), usage: Some(usage), ..Completion::default() };
    Exit { result, ..Exit::new(Reason::Normal) }
}

/// Counts words, which are the demo's tokens.
fn count_words(messages: &[ChatMessage]) -> u64 {
    messages.iter().map(|message| text_of(&message.content).split_whitespace().count() as u64).sum()
}

fn text_of(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join(" "),
    }
}

/// The whole answer. It depends on the question alone, so tests and people can tell answers apart.
fn answer(messages: &[ChatMessage]) -> String {
    let mut questions = messages.iter().filter(|message| message.role == Role::User);
    let asked_before = questions.clone().count().saturating_sub(1);
    let question = questions.next_back().map(|message| text_of(&message.content)).unwrap_or_default();
    let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}\n\n{}\n\n{BODY}", greeting(&question), echo(&question, asked_before))
}

fn greeting(question: &str) -> &'static str {
    const GREETINGS: [&str; 4] = [
        "Hello! You have reached the built-in demo.",
        "Good question. I only wish that I were a language model.",
        "Thank you for asking. I will be honest with you from the start.",
        "Here I am, a few lines of Rust and a fixed text.",
    ];
    let sum = question.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    GREETINGS[sum % GREETINGS.len()]
}

fn echo(question: &str, asked_before: usize) -> String {
    let mut echoed = question.chars().take(ECHOED).collect::<String>();
    if echoed.len() < question.len() {
        echoed.push('…');
    }
    let words = match question.split_whitespace().count() {
        1 => "one word".into(),
        words => format!("{words} words"),
    };
    let before = match asked_before {
        0 => String::new(),
        1 => " It is your second question here, and I remember the first.".into(),
        n => format!(" You have asked me {n} questions before this one."),
    };
    format!("You wrote “{echoed}”, which is {words}.{before} That is as far as my understanding goes.")
}

const BODY: &str = "\
No model server was found when Starcrossed was started, so this answer comes from inside of it. I am here for two \
reasons: to let you try the page, and to tell you how to connect a model that really thinks.

## On your own machine

Start any of these, and then start Starcrossed again. It looks for them by itself, so no options are needed:

- Ollama, on port 11434. It is the easiest one to begin with: install it, then run `ollama run llama3.2`.
- llama.cpp, on port 8080: `llama-server -m model.gguf`.
- LM Studio, on port 1234: load a model, and switch its server on.
- vLLM, on port 8000: `vllm serve` and the name of a model.

If yours is somewhere else, say where. Any server will do that speaks the same language as OpenAI's:

```sh
starcrossed --upstream http://127.0.0.1:11434/v1
starcrossed --upstream http://192.168.1.20:8080/v1 --model qwen3
```

## In the cloud

Give the base URL of your provider, and your key. The key stays on the server; no browser ever sees it:

```sh
export OPENAI_API_KEY=sk-…
starcrossed --upstream https://api.openai.com/v1 --model gpt-4o-mini
starcrossed --upstream https://openrouter.ai/api/v1
```

## What to try meanwhile

Press Stop while I am still talking; this text is long enough to let you. The words stay, I fall silent at once, and \
the page shows you a receipt: the moment at which the server saw my task die. Nothing goes on in secret. No process \
keeps counting, and no model keeps generating words that nobody is going to read.

You can also close this tab in the middle of a sentence, reload it, go to another site and come back, or pull the \
cable. Each time I die with the page, and each time what I had said until then is still there when you return, with a \
note that I was interrupted. The server's log has a line for every one of my ends.

And it works the other way round too. If I should crash, the page is told so. It doesn't wait for ever in front of a \
blinking cursor, and it doesn't pretend that half an answer is a whole one. That is what the name means: two processes \
whose fates are linked, so that neither of them outlives the other for no reason.

One last thing. With a real model connected you can still call me by my name, `demo`. If an answer ever fails to come, \
ask me first: when I answer and your model doesn't, then the page is well, and it is the model server that needs a look.";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    fn ask(question: &str) -> Vec<ChatMessage> {
        vec![ChatMessage::new(Role::User, Content::Text(question.into()))]
    }

    #[test]
    fn it_repeats_the_question_but_not_a_whole_novel() {
        assert!(answer(&ask("Why is\nthe sky blue?")).contains("“Why is the sky blue?”, which is 5 words."));
        assert!(answer(&ask(&"é".repeat(10_000))).contains(&format!("“{}…”", "é".repeat(ECHOED))));
        assert!(answer(&[]).contains("“”, which is 0 words."));
    }

    #[test]
    fn it_takes_long_enough_to_be_stopped() {
        let words = answer(&ask("Hi")).split_inclusive(char::is_whitespace).count();
        assert!(PAUSE * u32::try_from(words).unwrap() >= Duration::from_secs(10), "{words} words");
    }

    #[test]
    fn it_says_how_to_connect_a_real_model() {
        assert!(BODY.contains("starcrossed --upstream http://127.0.0.1:11434/v1"));
    }
}
