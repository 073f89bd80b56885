//! The one connection that writes, and the thread that stores whatever commits wait together.
//!
//! A caller who is alone stores its commit itself: two switches of thread cost it a fourth of the time.
//! Keeps true: a commit is answered only after its transaction is synced; what waits is bounded, and so is
//! the waiting; commits that were taken are finished before the thread ends.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::{batch, rows::log_error};
use crate::event_log::{
    heads::Heads,
    prepared::Prepared,
    queue::{Arrivals, Outcome, PLACES, Queue, ended, gather},
};

/// The way to the file; dropping it finishes what waits and ends the thread.
pub(super) struct Writer {
    file: Arc<File>,
    queue: Option<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, heads: Arc<Heads>) -> std::io::Result<Self> {
        let file = Arc::new(File {
            connection: Mutex::new(connection),
            heads,
        });
        let (queue, arrivals) = Queue::new();
        let thread = std::thread::Builder::new().name("event-log-writer".to_owned());
        let shared = Arc::clone(&file);
        let thread = thread.spawn(move || write(&shared, arrivals))?;
        Ok(Self {
            file,
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Stores a commit, together with those that wait beside it, and tells what became of it.
    ///
    /// Dropping the future does not take the commit back.
    pub(super) async fn append(&self, prepared: Prepared) -> Outcome {
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        let alone = queue.places.available_permits() == PLACES;
        let place = queue.place(prepared.bytes()).await?;
        if alone
            && may_block()
            && let Some(mut connection) = self.file.try_lock()
        {
            let store = || self.file.store(&mut connection, &[&prepared]).pop();
            return tokio::task::block_in_place(store).unwrap_or_else(|| Err(ended().into()));
        }
        queue.append(prepared, place).await
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

/// Only a runtime with several threads can move its other tasks away from a thread that blocks.
fn may_block() -> bool {
    Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread)
}

fn write(file: &File, mut arrivals: Arrivals) {
    while let Some(first) = arrivals.blocking_recv() {
        // More may have come while another caller was storing: gather when the file is ours.
        let mut connection = file.lock();
        let (waiting, _) = gather(first, &mut arrivals, |_| true);
        let commits: Vec<_> = waiting.iter().map(|waiting| &waiting.prepared).collect();
        let outcomes = file.store(&mut connection, &commits);
        drop(connection);
        for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
            waiting.answer(outcome);
        }
    }
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
