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

/// Works on one kind of task until it is told to stop; the few tasks in hand are finished first.
pub async fn work<W: Worker>(
    worker: W,
    agenda: Arc<dyn Agenda>,
    clock: Arc<dyn Clock>,
    pace: Pace,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        match round(&worker, agenda.as_ref(), clock.as_ref(), &pace, &stop).await {
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
        let wait = tokio::time::timeout(pace.poll, pace.hurry.notified());
        if stop.run_until_cancelled(wait).await.is_none() {
            return;
        }
    }
}

/// Does what is due once; answers how many tasks that were.
async fn round<W: Worker>(
    worker: &W,
    agenda: &dyn Agenda,
    clock: &dyn Clock,
    pace: &Pace,
    stop: &CancellationToken,
) -> Result<usize, Unavailable> {
    let due = agenda.due(W::KIND, clock.now(), BATCH).await?;
    let count = due.len();
    let results: Vec<_> = stream::iter(due)
        .take_until(stop.cancelled())
        .map(|task| async move {
            match worker.attempt(&task).await {
                Outcome::Done => agenda.done(&task).await,
                Outcome::Again(at) => again(agenda, task, at).await,
                Outcome::Failed => {
                    let at = clock.now() + delay(pace.first_delay, task.attempts);
                    agenda.postpone(&task, at).await
                }
            }
        })
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    results.into_iter().collect::<Result<(), _>>()?;
    Ok(count)
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
