//! Does what is on the agenda: a task is struck only once it is done, and put off ever longer when it fails.

use std::{future::Future, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::ports::{Agenda, Clock, Task, Unavailable};

const BATCH: usize = 64;
const CONCURRENCY: usize = 8;
const MAX_DELAY: SignedDuration = SignedDuration::from_mins(10);

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Nothing failed, but it is not over: look again at this time.
    Again(picasso_domain::Timestamp),
    /// It failed; try again, later each time.
    Failed,
}

/// Does tasks of one kind.
pub trait Worker: Send + Sync + 'static {
    /// Names the tasks and the lease; never changes once released.
    const KIND: &'static str;

    fn attempt(&self, task: &Task) -> impl Future<Output = Outcome> + Send;
}

/// How often the agenda is looked at, and what can hurry it.
#[derive(Clone)]
pub struct Pace {
    pub poll: Duration,
    /// The pause after the first failure; it doubles from there.
    pub first_delay: SignedDuration,
    pub hurry: Arc<Notify>,
}

/// Works on one kind of task.
pub struct Work<W> {
    pub worker: W,
    pub agenda: Arc<dyn Agenda>,
    pub clock: Arc<dyn Clock>,
    pub pace: Pace,
}

impl<W: Worker> Work<W> {
    /// The lease under which one process at a time should [`run`](Self::run) it.
    #[must_use]
    pub fn lease(&self) -> String {
        format!("reactor.work.{}", W::KIND)
    }

    /// Works until it is told to stop; the few tasks in hand are finished first.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.round(&stop).await {
                Ok(BATCH) => continue,
                Ok(_) => {}
                Err(error) => {
                    let kind = W::KIND;
                    tracing::warn!(
                        kind,
                        error = &error as &dyn std::error::Error,
                        "the agenda could not be worked on"
                    );
                }
            }
            let wait = tokio::time::timeout(self.pace.poll, self.pace.hurry.notified());
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// Does what is due once; answers how many tasks that were.
    async fn round(&self, stop: &CancellationToken) -> Result<usize, Unavailable> {
        let due = self.agenda.due(W::KIND, self.clock.now(), BATCH).await?;
        let count = due.len();
        let results: Vec<_> = stream::iter(due)
            .take_until(stop.cancelled())
            .map(|task| self.attempt(task))
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        results.into_iter().collect::<Result<(), _>>()?;
        Ok(count)
    }

    async fn attempt(&self, task: Task) -> Result<(), Unavailable> {
        match self.worker.attempt(&task).await {
            Outcome::Done => self.agenda.done(&task).await,
            Outcome::Again(at) => again(self.agenda.as_ref(), task, at).await,
            Outcome::Failed => {
                let at = self.clock.now() + delay(self.pace.first_delay, task.attempts);
                self.agenda.postpone(&task, at).await
            }
        }
    }
}

/// Struck and put anew rather than put off: nothing has failed, so a later failure waits no longer for it.
async fn again(
    agenda: &dyn Agenda,
    task: Task,
    at: picasso_domain::Timestamp,
) -> Result<(), Unavailable> {
    let next = Task {
        due_at: at,
        ..task.clone()
    };
    agenda.put(next).await?;
    agenda.done(&task).await
}

fn delay(first: SignedDuration, attempts: u32) -> SignedDuration {
    let factor = 1_i32 << attempts.min(20);
    first
        .checked_mul(factor)
        .unwrap_or(MAX_DELAY)
        .min(MAX_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let first = SignedDuration::from_secs(1);
        let seconds = [0, 1, 5, 20, 4_000].map(|attempts| delay(first, attempts).as_secs());
        assert_eq!(seconds, [1, 2, 32, 600, 600]);
    }
}
