//! The password and the tokens, as people give them.

use crate::startup::error::Failure;
use std::{fs, path::Path};

/// What can be guessed in an afternoon, however slowly one may guess.
const SHORTEST_PASSWORD: usize = 8;
const SHORTEST_TOKEN: usize = 16;

/// The password that was given, or the one in the file.
pub(super) fn password(given: Option<String>, file: Option<&Path>) -> Result<Option<String>, Failure> {
    let Some(password) =
        given.filter(|it| !it.is_empty()).map_or_else(|| file.map(read).transpose(), |it| Ok(Some(it)))?
    else {
        return Ok(None);
    };
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::usage(format!(
            "the password is too short: it takes {SHORTEST_PASSWORD} characters or more"
        )));
    }
    Ok(Some(password))
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("can't read the password in {}: {error}", file.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The tokens that were given.
pub(super) fn tokens(given: Vec<String>) -> Result<Vec<String>, Failure> {
    let tokens =
        given.iter().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).collect::<Vec<_>>();
    if tokens.iter().any(|token| token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(Failure::usage(format!(
            "an API token takes {SHORTEST_TOKEN} printable ASCII characters or more; openssl rand -hex 24 makes one"
        )));
    }
    Ok(tokens)
}
