//! Reads an exported file message by message. Parsing the whole file at once would block the page.

use super::{
    VERSION, is_id,
    long::{Unread, end_of_text, read_message},
};
use crate::{
    chat::conversation::{ConversationInfo, ConversationRecord},
    work::job::Progress,
};
use std::ops::Range;

/// The bytes that are skipped between two checkpoints.
const PIECE: usize = 128 * 1024;

/// Reads a file that begins with [`begin`](super::begin). `progress` gets the number of bytes read.
///
/// # Errors
/// The file is wrong, with a sentence that says why, or the person has cancelled.
pub async fn from_json(json: &[u8], progress: &mut impl Progress) -> Result<Vec<ConversationRecord>, Unread> {
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json);
    file(&mut Cursor { json, at: 0 }, progress).await.map_err(|unread| match unread {
        Unread::Wrong(reason) if !reason.ends_with('.') => Unread::Wrong(
            ["This is not a file of conversations that Starcrossed has exported: ", &reason, "."].concat(),
        ),
        unread => unread,
    })
}

async fn file(cursor: &mut Cursor<'_>, progress: &mut impl Progress) -> Result<Vec<ConversationRecord>, Unread> {
    let (mut version, mut found) = (None, None);
    cursor.expect(b'{')?;
    while let Some(key) = cursor.key(progress).await? {
        match key.as_str() {
            "starcrossed" => version = Some(known_version(cursor.value(progress).await?)?),
            "conversations" => found = Some(conversations(cursor, progress).await?),
            _ => drop(cursor.value(progress).await?),
        }
    }
    cursor.end()?;
    match (version, found) {
        (None, _) => wrong("missing field `starcrossed`"),
        (_, None) => wrong("missing field `conversations`"),
        (Some(()), Some(found)) => Ok(found),
    }
}

fn known_version(json: &[u8]) -> Result<(), Unread> {
    if serde_json::from_slice::<u32>(json)? > VERSION {
        return wrong("This file was exported by a newer Starcrossed than this one. Update this one, and try again.");
    }
    Ok(())
}

async fn conversations(
    cursor: &mut Cursor<'_>,
    progress: &mut impl Progress,
) -> Result<Vec<ConversationRecord>, Unread> {
    let mut all = Vec::new();
    cursor.expect(b'[')?;
    while cursor.item(b']')? {
        all.push(record(cursor, progress).await?);
    }
    Ok(all)
}

async fn record(cursor: &mut Cursor<'_>, progress: &mut impl Progress) -> Result<ConversationRecord, Unread> {
    let (mut known, mut messages) = (None, None);
    cursor.expect(b'{')?;
    while let Some(key) = cursor.key(progress).await? {
        match key.as_str() {
            "conversation" => known = Some(serde_json::from_slice::<ConversationInfo>(cursor.value(progress).await?)?),
            "messages" => {
                let mut all = Vec::new();
                cursor.expect(b'[')?;
                while cursor.item(b']')? {
                    let at = cursor.at;
                    let message = read_message(cursor.value(progress).await?, at, progress).await?;
                    check_id(&message.id)?;
                    all.push(message);
                    progress.checkpoint(cursor.at).await?;
                }
                messages = Some(all);
            }
            _ => drop(cursor.value(progress).await?),
        }
    }
    let Some(conversation) = known else { return wrong("missing field `conversation`") };
    let Some(messages) = messages else { return wrong("missing field `messages`") };
    check_id(&conversation.id)?;
    Ok(ConversationRecord { conversation, messages })
}

fn check_id(id: &str) -> Result<(), Unread> {
    if is_id(id) {
        return Ok(());
    }
    wrong("This file is damaged: a conversation or a message in it has no name that could be kept.")
}

fn wrong<T>(reason: &str) -> Result<T, Unread> {
    Err(Unread::Wrong(reason.into()))
}

/// White space in JSON: <https://www.rfc-editor.org/rfc/rfc8259#section-2>.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A position in a JSON text.
struct Cursor<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that isn't white space.
    fn peek(&mut self) -> Option<u8> {
        self.at += self.json.get(self.at..)?.iter().take_while(|byte| is_space(**byte)).count();
        self.json.get(self.at).copied()
    }

    fn unexpected<T>(&mut self) -> Result<T, Unread> {
        match self.peek() {
            None => wrong("EOF: it ends too early"),
            Some(_) => wrong(&["expected value of another kind at byte ", &self.at.to_string()].concat()),
        }
    }

    /// Expects an opening bracket, or a colon.
    fn expect(&mut self, bracket: u8) -> Result<(), Unread> {
        if self.peek() != Some(bracket) {
            return self.unexpected();
        }
        self.at += 1;
        Ok(())
    }

    /// Expects that nothing comes after the file's value.
    fn end(&mut self) -> Result<(), Unread> {
        if self.peek().is_some() { self.unexpected() } else { Ok(()) }
    }

    /// Whether another item comes before the closing bracket. Takes the comma before it.
    fn item(&mut self, bracket: u8) -> Result<bool, Unread> {
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.at += 1;
                return Ok(false);
            }
            Some(b',') => self.at += 1,
            _ => {}
        }
        if self.peek().is_none() { self.unexpected() } else { Ok(true) }
    }

    /// The name of the next field of an object, if there is one.
    async fn key(&mut self, progress: &mut impl Progress) -> Result<Option<String>, Unread> {
        if !self.item(b'}')? {
            return Ok(None);
        }
        let key = serde_json::from_slice(self.value(progress).await?)?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// The JSON of the next value. Only its brackets and quotes are examined.
    async fn value(&mut self, progress: &mut impl Progress) -> Result<&'a [u8], Unread> {
        if self.peek().is_none() {
            return self.unexpected();
        }
        let range = self.skip(progress).await?;
        Ok(&self.json[range])
    }

    async fn skip(&mut self, progress: &mut impl Progress) -> Result<Range<usize>, Unread> {
        let begin = self.at;
        let (mut depth, mut pause) = (0_usize, begin + PIECE);
        while let Some(byte) = self.json.get(self.at) {
            match byte {
                b'"' => self.at = end_of_text(self.json, self.at + 1, 0, progress).await?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                break;
            }
            if self.at >= pause {
                progress.checkpoint(self.at).await?;
                pause = self.at + PIECE;
            }
        }
        Ok(begin..self.at)
    }
}
