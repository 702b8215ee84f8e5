//! Why the program ends early, and with which exit code.

use std::fmt;

use boc::prelude::Failure;

/// A message for the user, and the exit code that goes with it.
#[derive(Clone, Debug)]
pub(crate) struct Error {
    message: String,
    code: u8,
}

impl Error {
    /// The exit code of a program that Ctrl-C has ended.
    pub(crate) const INTERRUPTED: u8 = 130;

    /// What was asked for cannot be done: exit code 2, as for a command line that makes no sense.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// The program itself went wrong: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// Somebody has pressed Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self { message: "interrupted; nothing was written".to_owned(), code: Self::INTERRUPTED }
    }

    /// The process's exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A behavior that panicked or was cancelled.
impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::failed(failure.to_string())
    }
}
