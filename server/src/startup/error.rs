//! The reason why the program can't start, in one line.

use crate::startup::output::Output;
use std::{fmt, process::ExitCode};

/// An error at the start: a line for the terminal, and an exit code.
#[derive(Debug)]
pub struct StartupError {
    line: String,
    code: u8,
}

impl StartupError {
    /// The command line or the environment is wrong. Exit code 2.
    pub fn usage(line: impl fmt::Display) -> Self {
        Self { line: line.to_string(), code: 2 }
    }

    /// The machine doesn't allow what was asked for. Exit code 1.
    pub fn runtime(line: impl fmt::Display) -> Self {
        Self { line: line.to_string(), code: 1 }
    }

    /// A second request to stop. Exit code 130, which shells take for "ended by Ctrl-C".
    #[must_use]
    pub fn interrupted() -> Self {
        Self { line: "stopped at once by a second signal".into(), code: 130 }
    }

    /// Writes the line, and returns the exit code.
    pub fn report(&self, output: &Output) -> ExitCode {
        output.complain(&self.line);
        ExitCode::from(self.code)
    }
}

impl fmt::Display for StartupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}
