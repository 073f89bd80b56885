//! Read your own write: a query waits until its read models have seen what its caller has seen.

use std::time::Duration;

use picasso_projections::runtime::{Progress, WaitError};
use tokio::{sync::Semaphore, time::Instant};
use tonic::{Extensions, Request};

use super::Service;
use crate::{
    auth::Deadline,
    convert::parse_position,
    limits::Limits,
    proto::types::v1 as types,
    status::{Reason, Refusal},
};

/// More positions than any deployment has logs that one caller writes to at once.
const MAX_POSITIONS: usize = 64;
/// What is kept of a deadline to send the refusal in.
const MARGIN: Duration = Duration::from_millis(50);

/// Waits for read models.
pub(crate) struct Waits {
    progress: Progress,
    default_wait: Duration,
    longest_wait: Duration,
    /// Anybody may ask for a position that never comes: those who do must not take all calls' places.
    room: Semaphore,
}

impl Waits {
    pub fn new(progress: Progress, limits: &Limits) -> Self {
        let (default_wait, longest_wait) = (limits.default_wait, limits.longest_wait);
        let room = Semaphore::new(limits.waits);
        Self {
            progress,
            default_wait,
            longest_wait,
            room,
        }
    }

    /// Resolves when all of these models have folded all of these positions.
    async fn seen(
        &self,
        extensions: &Extensions,
        positions: &[types::Position],
        models: &[&str],
    ) -> Result<(), Refusal> {
        if positions.len() > MAX_POSITIONS {
            return Err(Refusal::invalid(
                "min_position",
                "TOO_MANY",
                "has more than 64 entries",
            ));
        }
        let overloaded = |_| Refusal::new(Reason::Overloaded);
        let _place = self.room.try_acquire().map_err(overloaded)?;
        let deadline = self.deadline(extensions);
        for position in positions {
            let position = parse_position(position)?;
            for model in models {
                self.progress.wait_for(model, position, deadline).await?;
            }
        }
        Ok(())
    }

    fn deadline(&self, extensions: &Extensions) -> Instant {
        let now = Instant::now();
        match extensions.get::<Deadline>() {
            Some(Deadline { at, named: true }) => {
                let due = at.checked_sub(MARGIN).unwrap_or(*at);
                due.min(now + self.longest_wait)
            }
            _ => now + self.default_wait,
        }
    }
}

impl Service {
    pub(super) async fn seen<T>(
        &self,
        request: &Request<T>,
        positions: &[types::Position],
        models: &[&str],
    ) -> Result<(), Refusal> {
        if positions.is_empty() {
            return Ok(());
        }
        self.0
            .waits
            .seen(request.extensions(), positions, models)
            .await
    }
}

impl From<WaitError> for Refusal {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Behind(behind) => Self::new(Reason::ReadModelBehind)
                .saying(behind.to_string())
                .with("position", behind.at),
            WaitError::Store(error) => error.into(),
        }
    }
}
