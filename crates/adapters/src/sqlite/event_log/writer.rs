//! The one connection that writes, and the thread that stores whatever commits wait together.
//!
//! A caller who is alone stores its commit itself: two switches of thread cost it a fourth of the time.
//! Keeps true: a commit is answered only after its transaction is synced; what waits is bounded, and so is
//! the waiting; commits that were taken are finished before the thread ends.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use picasso_eventlog::{AppendError, Appended, LogError};
use rusqlite::Connection;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};

use super::{
    batch::{self, Prepared},
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

/// The way to the file; dropping it finishes what waits and ends the thread.
pub(super) struct Writer {
    file: Arc<File>,
    queue: Option<mpsc::UnboundedSender<Waiting>>,
    places: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, heads: Arc<Heads>) -> std::io::Result<Self> {
        let file = Arc::new(File {
            connection: Mutex::new(connection),
            heads,
        });
        // Unbounded only in type: nobody sends without a place.
        let (queue, waiting) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new().name("event-log-writer".to_owned());
        let shared = Arc::clone(&file);
        let thread = thread.spawn(move || write(&shared, waiting))?;
        Ok(Self {
            file,
            queue: Some(queue),
            places: Arc::new(Semaphore::new(PLACES)),
            thread: Some(thread),
        })
    }

    /// Stores a commit, together with those that wait beside it, and tells what became of it.
    ///
    /// Dropping the future does not take the commit back.
    pub(super) async fn append(&self, prepared: Prepared) -> Outcome {
        let alone = self.places.available_permits() == PLACES;
        let place = self.place(prepared.bytes()).await?;
        if alone
            && may_block()
            && let Some(mut connection) = self.file.try_lock()
        {
            let store = || self.file.store(&mut connection, &[&prepared]).pop();
            return tokio::task::block_in_place(store).unwrap_or_else(|| Err(ended().into()));
        }
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

/// Only a runtime with several threads can move its other tasks away from a thread that blocks.
fn may_block() -> bool {
    Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread)
}

fn write(file: &File, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    while let Some(first) = queue.blocking_recv() {
        // More may have come while another caller was storing: gather when the file is ours.
        let mut connection = file.lock();
        let waiting = gather(first, &mut queue);
        let commits: Vec<_> = waiting.iter().map(|waiting| &waiting.prepared).collect();
        let outcomes = file.store(&mut connection, &commits);
        drop(connection);
        for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
            if waiting.answer.send(outcome).is_err() {
                tracing::debug!("a commit was decided after its caller had left");
            }
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

/// The writing connection, and who is told of what it stored.
struct File {
    connection: Mutex<Connection>,
    heads: Arc<Heads>,
}

impl File {
    /// An unwound transaction was rolled back, so the connection is as good as before.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        let locked = self.connection.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, unless someone stores just now.
    fn try_lock(&self) -> Option<MutexGuard<'_, Connection>> {
        self.connection.try_lock().ok()
    }

    /// Stores commits and tells what became of each, in their order.
    fn store(&self, connection: &mut Connection, commits: &[&Prepared]) -> Vec<Outcome> {
        match batch::store(connection, commits) {
            Ok(stored) => {
                for (log, offset) in stored.heads {
                    self.heads.raise(log, offset);
                }
                stored.outcomes
            }
            Err(error) => {
                let error = Arc::new(error);
                let refuse = || Err(log_error(Arc::clone(&error)).into());
                std::iter::repeat_with(refuse).take(commits.len()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
