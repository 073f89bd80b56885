//! The time one picture may take.

use std::time::{Duration, Instant};

use picasso_commands::ports::DevelopError;

/// When to give a picture up; asked between the steps and between rows where a decoder gives rows.
#[derive(Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    pub fn after(allowed: Duration) -> Self {
        Self(Instant::now() + allowed)
    }

    pub fn check(self) -> Result<(), DevelopError> {
        if Instant::now() >= self.0 {
            Err(DevelopError::TooSlow)
        } else {
            Ok(())
        }
    }
}
