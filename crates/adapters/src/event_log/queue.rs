//! Commits that wait for a log's one writer, and what the writer takes of them for one transaction.
//!
//! Keeps true: what waits is bounded, and so is the waiting for a place.

use std::{sync::Arc, time::Duration};

use picasso_eventlog::{AppendError, Appended, LogError};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};

use super::prepared::Prepared;

/// The most commits one transaction stores.
const MAX_BATCH_COMMITS: usize = 256;
/// A transaction takes no further commit once it has so many bytes.
const MAX_BATCH_BYTES: usize = 1 << 20;
/// The queue holds so many places; a commit takes one, and one more for each [`PLACE_BYTES`].
pub(crate) const PLACES: usize = 1_024;
const PLACE_BYTES: usize = 32 << 10;
/// How long a commit waits for a place in the queue.
const WAIT: Duration = Duration::from_secs(5);

pub(crate) type Outcome = Result<Appended, AppendError>;

/// A commit that waits, and where its caller does.
pub(crate) struct Waiting {
    pub(crate) prepared: Prepared,
    answer: oneshot::Sender<Outcome>,
    _place: OwnedSemaphorePermit,
}

impl Waiting {
    pub(crate) fn answer(self, outcome: Outcome) {
        if self.answer.send(outcome).is_err() {
            tracing::debug!("a commit was decided after its caller had left");
        }
    }
}

/// Why the writer took no commit.
#[derive(Debug, thiserror::Error)]
enum QueueError {
    #[error("the queue of commits was full for {} s", WAIT.as_secs())]
    Full,
    #[error("the writer has ended")]
    Ended,
}

/// The callers' end; once it is dropped the writer finishes what waits and ends.
pub(crate) struct Queue {
    waiting: mpsc::UnboundedSender<Waiting>,
    pub(crate) places: Arc<Semaphore>,
}

/// The writer's end.
pub(crate) type Arrivals = mpsc::UnboundedReceiver<Waiting>;

impl Queue {
    pub(crate) fn new() -> (Self, Arrivals) {
        // Unbounded only in type: nobody sends without a place.
        let (waiting, arrivals) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(PLACES));
        (Self { waiting, places }, arrivals)
    }

    /// Hands a commit to the writer and tells what became of it. Dropping the future does not take it back.
    pub(crate) async fn append(&self, prepared: Prepared, place: OwnedSemaphorePermit) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting {
            prepared,
            answer,
            _place: place,
        };
        self.waiting.send(waiting).map_err(|_| ended())?;
        outcome.await.map_err(|_| ended())?
    }

    pub(crate) async fn place(&self, bytes: usize) -> Result<OwnedSemaphorePermit, LogError> {
        let places = 1 + (bytes / PLACE_BYTES).min(PLACES - 1);
        let places = u32::try_from(places).map_err(LogError::unavailable)?;
        let free = Arc::clone(&self.places).acquire_many_owned(places);
        let place = timeout(WAIT, free).await;
        let place = place.map_err(|_| LogError::unavailable(QueueError::Full))?;
        place.map_err(|_| ended())
    }
}

pub(crate) fn ended() -> LogError {
    LogError::unavailable(QueueError::Ended)
}

/// Takes what waits by now, within the limits of one transaction and as long as `fits` says so; the one that
/// does not fit comes first the next time.
pub(crate) fn gather(
    first: Waiting,
    arrivals: &mut Arrivals,
    mut fits: impl FnMut(&Prepared) -> bool,
) -> (Vec<Waiting>, Option<Waiting>) {
    let mut bytes = first.prepared.bytes();
    let mut batch = vec![first];
    while batch.len() < MAX_BATCH_COMMITS && bytes < MAX_BATCH_BYTES {
        let Ok(next) = arrivals.try_recv() else { break };
        if !fits(&next.prepared) {
            return (batch, Some(next));
        }
        bytes += next.prepared.bytes();
        batch.push(next);
    }
    (batch, None)
}
