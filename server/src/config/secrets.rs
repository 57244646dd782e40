//! The password and the tokens, checked.

use crate::startup::error::StartupError;
use std::{fs, path::Path};

/// Shorter secrets can be guessed in an afternoon, even at the allowed rate.
const SHORTEST_PASSWORD: usize = 8;
const SHORTEST_TOKEN: usize = 16;

/// The given password, or the first line of the file.
pub(super) fn password(given: Option<String>, file: Option<&Path>) -> Result<Option<String>, StartupError> {
    let Some(password) =
        given.filter(|it| !it.is_empty()).map_or_else(|| file.map(read).transpose(), |it| Ok(Some(it)))?
    else {
        return Ok(None);
    };
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(StartupError::usage(format!(
            "the password is too short: use {SHORTEST_PASSWORD} characters or more"
        )));
    }
    Ok(Some(password))
}

fn read(file: &Path) -> Result<String, StartupError> {
    let text = fs::read_to_string(file)
        .map_err(|error| StartupError::usage(format!("can't read the password in {}: {error}", file.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The given tokens, trimmed.
pub(super) fn tokens(given: Vec<String>) -> Result<Vec<String>, StartupError> {
    let tokens =
        given.iter().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).collect::<Vec<_>>();
    if tokens.iter().any(|token| token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(StartupError::usage(format!(
            "an API token needs {SHORTEST_TOKEN} or more printable ASCII characters; openssl rand -hex 24 makes one"
        )));
    }
    Ok(tokens)
}
