//! Why the program stops before it has begun, in one line.

use crate::startup::output::Output;
use std::{fmt, process::ExitCode};

/// A reason to stop, for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    line: String,
    code: u8,
}

impl Failure {
    /// The command line or the environment asks for something that can't be done.
    pub fn usage(line: impl fmt::Display) -> Self {
        Self { line: line.to_string(), code: 2 }
    }

    /// The machine doesn't allow what was asked for.
    pub fn runtime(line: impl fmt::Display) -> Self {
        Self { line: line.to_string(), code: 1 }
    }

    /// The person didn't want to wait. The code is what a shell takes for "ended by Ctrl-C".
    #[must_use]
    pub fn interrupted() -> Self {
        Self { line: "ended at once, as asked for twice".into(), code: 130 }
    }

    /// Queues the line, and gives the code to exit with.
    pub fn report(&self, output: &Output) -> ExitCode {
        output.complain(&self.line);
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}
