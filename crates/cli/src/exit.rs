//! How a command ends: one clear line on stderr and a documented exit code.

use std::{io::Write, process::ExitCode};

use picasso_projections::runtime::backoff::chain;

/// Exit codes, as in BSD's sysexits where one fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something that was asked for does not hold: a failed check, a difference found.
    Failed = 1,
    /// What was asked for does not exist.
    NotFound = 3,
    /// EX_UNAVAILABLE: a service or file cannot be reached.
    Unavailable = 69,
    /// EX_SOFTWARE: a bug of ours.
    Internal = 70,
    /// EX_TEMPFAIL: somebody else is doing it right now.
    TryAgain = 75,
    /// EX_CONFIG: a setting is wrong.
    Config = 78,
    /// Stopped by a signal (128 + SIGINT).
    Interrupted = 130,
}

/// Why a command failed, and what would help.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// A failure told by an error and its causes, on one line.
    pub fn from_error(code: Code, error: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(code, chain(error))
    }

    pub fn unavailable(error: impl std::error::Error + 'static) -> Self {
        Self::from_error(Code::Unavailable, &error)
    }

    pub fn os(error: std::io::Error) -> Self {
        Self::from_error(Code::Unavailable, &error)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong, without what would help.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Writes the failure to stderr.
    pub fn report(self) -> ExitCode {
        let mut text = format!("picasso: {}\n", self.message);
        if let Some(hint) = self.hint {
            text.push_str(&format!("  {hint}\n"));
        }
        // Nobody is left to tell if stderr is closed; the exit code still says it.
        drop(std::io::stderr().write_all(text.as_bytes()));
        ExitCode::from(self.code as u8)
    }
}

/// For errors of the stores, which all mean the same to a person at a terminal.
impl<E: std::error::Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::unavailable(error)
    }
}
