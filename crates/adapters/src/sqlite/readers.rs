//! A small pool of read-only connections to one file, used on tokio's blocking threads.
//!
//! Keeps true: never more than a fixed number of connections, and never an endless wait for one.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::open_read_only;

/// How long a read waits for a free connection.
const WAIT: Duration = Duration::from_secs(5);

/// No connection could be had in time, or the read broke off.
#[derive(Debug, thiserror::Error)]
pub enum ReadersError {
    #[error("no connection for reading was free within {} s", WAIT.as_secs())]
    Busy,
    #[error("the file cannot be opened for reading")]
    Open(#[source] rusqlite::Error),
    #[error("the reading thread broke off")]
    Broken(#[source] tokio::task::JoinError),
}

/// Read-only connections, opened when first needed and then kept.
pub struct Readers {
    path: PathBuf,
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// At most `limit` connections to an existing file.
    #[must_use]
    pub fn new(path: &Path, limit: usize) -> Self {
        Self {
            path: path.to_owned(),
            free: Arc::default(),
            permits: Arc::new(Semaphore::new(limit)),
        }
    }

    /// Runs `read` on a connection of its own, on a blocking thread.
    ///
    /// # Errors
    /// What `read` answered, or [`ReadersError`].
    pub async fn run<T, E, F>(&self, read: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReadersError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let acquired = tokio::time::timeout(WAIT, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = acquired else {
            return Err(ReadersError::Busy.into());
        };
        let (path, free) = (self.path.clone(), Arc::clone(&self.free));
        let work = move || {
            let kept = lock(&free).pop();
            let connection = match kept {
                Some(connection) => connection,
                None => open_read_only(&path).map_err(ReadersError::Open)?,
            };
            let found = read(&connection);
            lock(&free).push(connection);
            drop(permit);
            found
        };
        let finished = tokio::task::spawn_blocking(work).await;
        finished.map_err(ReadersError::Broken)?
    }
}

/// A list of idle connections stays usable whatever its last user did.
fn lock(free: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    free.lock().unwrap_or_else(PoisonError::into_inner)
}
