//! The one thread that writes: it takes whatever commits wait, stores them together and answers each.
//!
//! Keeps true: a commit is answered only after its transaction is synced; what waits is bounded, and so is
//! the waiting; commits that were taken are finished before the thread ends.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use picasso_eventlog::{AppendError, Appended, LogError};
use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};

use super::{
    batch::{self, Prepared, Stored},
    heads::Heads,
    rows::log_error,
};

/// The most commits one transaction stores.
const MAX_BATCH_COMMITS: usize = 256;
/// A transaction takes no further commit once it has so many bytes.
const MAX_BATCH_BYTES: usize = 1 << 20;
/// The queue holds so many places; a commit takes one, and one more for each [`PLACE_BYTES`].
const PLACES: usize = 1_024;
const PLACE_BYTES: usize = 32 << 10;
/// How long a commit waits for a place in the queue.
const WAIT: Duration = Duration::from_secs(5);

type Outcome = Result<Appended, AppendError>;

struct Waiting {
    prepared: Prepared,
    answer: oneshot::Sender<Outcome>,
    _place: OwnedSemaphorePermit,
}

/// Why the writer took no commit.
#[derive(Debug, thiserror::Error)]
enum WriterError {
    #[error("the queue of commits was full for {} s", WAIT.as_secs())]
    Full,
    #[error("the writing thread has ended")]
    Ended,
}

/// The handle to the writing thread; dropping it finishes what waits and ends the thread.
pub(super) struct Writer {
    queue: Option<mpsc::UnboundedSender<Waiting>>,
    places: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, heads: Arc<Heads>) -> std::io::Result<Self> {
        // Unbounded only in type: nobody sends without a place.
        let (queue, waiting) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new().name("event-log-writer".to_owned());
        let thread = thread.spawn(move || write(connection, waiting, &heads))?;
        Ok(Self {
            queue: Some(queue),
            places: Arc::new(Semaphore::new(PLACES)),
            thread: Some(thread),
        })
    }

    /// Hands a commit over and waits for what becomes of it.
    ///
    /// Dropping the future does not take the commit back.
    pub(super) async fn append(&self, prepared: Prepared) -> Outcome {
        let place = self.place(prepared.bytes()).await?;
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting {
            prepared,
            answer,
            _place: place,
        };
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send(waiting).map_err(|_| ended())?;
        outcome.await.map_err(|_| ended())?
    }

    async fn place(&self, bytes: usize) -> Result<OwnedSemaphorePermit, LogError> {
        let places = 1 + (bytes / PLACE_BYTES).min(PLACES - 1);
        let places = u32::try_from(places).map_err(LogError::unavailable)?;
        let free = Arc::clone(&self.places).acquire_many_owned(places);
        let place = timeout(WAIT, free).await;
        let place = place.map_err(|_| LogError::unavailable(WriterError::Full))?;
        place.map_err(|_| ended())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let finished = self.thread.take().map(JoinHandle::join);
        if let Some(Err(_)) = finished {
            tracing::error!("the thread that writes the event log panicked");
        }
    }
}

fn ended() -> LogError {
    LogError::unavailable(WriterError::Ended)
}

fn write(mut connection: Connection, mut queue: mpsc::UnboundedReceiver<Waiting>, heads: &Heads) {
    while let Some(first) = queue.blocking_recv() {
        let waiting = gather(first, &mut queue);
        let commits = waiting.iter().map(|waiting| &waiting.prepared);
        match batch::store(&mut connection, commits) {
            Ok(stored) => answer_each(waiting, stored, heads),
            Err(error) => refuse_all(waiting, error),
        }
    }
}

/// Takes what waits by now, within the limits of one transaction.
fn gather(first: Waiting, queue: &mut mpsc::UnboundedReceiver<Waiting>) -> Vec<Waiting> {
    let mut bytes = first.prepared.bytes();
    let mut batch = vec![first];
    while batch.len() < MAX_BATCH_COMMITS && bytes < MAX_BATCH_BYTES {
        let Ok(next) = queue.try_recv() else { break };
        bytes += next.prepared.bytes();
        batch.push(next);
    }
    batch
}

fn answer_each(waiting: Vec<Waiting>, stored: Stored, heads: &Heads) {
    for (log, offset) in stored.heads {
        heads.raise(log, offset);
    }
    for (waiting, outcome) in waiting.into_iter().zip(stored.outcomes) {
        waiting.answer(outcome);
    }
}

fn refuse_all(waiting: Vec<Waiting>, error: rusqlite::Error) {
    let error = Arc::new(error);
    for waiting in waiting {
        waiting.answer(Err(log_error(Arc::clone(&error)).into()));
    }
}

impl Waiting {
    fn answer(self, outcome: Outcome) {
        if self.answer.send(outcome).is_err() {
            tracing::debug!("a commit was decided after its caller had left");
        }
    }
}
