//! A small pool of read-only connections to one file.
//!
//! Keeps true: never more than a fixed number of connections, never an endless wait for one, and no thread of the
//! runtime that reads from a slow disk again and again.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

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
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

impl Readers {
    /// At most `limit` connections to an existing file.
    #[must_use]
    pub fn new(path: &Path, limit: usize) -> Self {
        Self {
            path: path.to_owned(),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(limit)),
            pace: Mutex::default(),
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
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let work = move || {
            let kept = lock(&idle).pop();
            let connection = match kept {
                Some(connection) => connection,
                None => open_read_only(&path).map_err(ReadersError::Open)?,
            };
            let found = read(&connection);
            lock(&idle).push(connection);
            drop(permit);
            found
        };
        let finished = tokio::task::spawn_blocking(work).await;
        finished.map_err(ReadersError::Broken)?
    }

    /// Runs a `read` of a few rows right here, as long as such reads are answered from memory: a change of thread
    /// takes several times as long as the read itself. While they are not, they go to blocking threads.
    ///
    /// # Errors
    /// What `read` answered, or [`ReadersError`].
    pub async fn run_brief<T, E, F>(&self, read: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReadersError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let started = Instant::now();
        let Some((connection, _permit)) = self.at_hand(started) else {
            return self.run(read).await;
        };
        let found = read(&connection);
        lock(&self.idle).push(connection);
        lock(&self.pace).note(started, Instant::now());
        found
    }

    /// A connection that is open and idle, while reads are quick.
    fn at_hand(&self, now: Instant) -> Option<(Connection, SemaphorePermit<'_>)> {
        if !lock(&self.pace).is_quick(now) {
            return None;
        }
        let permit = self.permits.try_acquire().ok()?;
        Some((lock(&self.idle).pop()?, permit))
    }
}

/// What is behind these locks stays usable whatever its last user did.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether brief reads come from memory. Now and then one is late because its thread lost its core; from a slow
/// disk most are. So a thread of the runtime waits for the disk a few times in each [`DETOUR`](Self::DETOUR).
#[derive(Default)]
struct Pace {
    /// Rises with each late read, falls with each quick one.
    late: u32,
    detour_until: Option<Instant>,
}

impl Pace {
    /// Quick reads take a tenth of it.
    const LATE: Duration = Duration::from_micros(250);
    /// No core is lost for so long: the disk hangs.
    const HANGING: Duration = Duration::from_millis(250);
    /// One late read counts for so many quick ones.
    const WEIGHT: u32 = 4;
    const TOO_LATE: u32 = 8 * Self::WEIGHT;
    /// How long reads then go to blocking threads before the next is tried.
    const DETOUR: Duration = Duration::from_secs(1);

    fn is_quick(&self, now: Instant) -> bool {
        self.detour_until.is_none_or(|until| now >= until)
    }

    fn note(&mut self, started: Instant, ended: Instant) {
        let took = ended.saturating_duration_since(started);
        self.late = match took < Self::LATE {
            true => self.late.saturating_sub(1),
            false => self.late + Self::WEIGHT,
        };
        if took >= Self::HANGING || self.late >= Self::TOO_LATE {
            *self = Self {
                late: 0,
                detour_until: Some(ended + Self::DETOUR),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_micros(50);
    const LATE: Duration = Duration::from_millis(1);

    /// The pace after reads that took so long, one after another, and the time then.
    fn after(reads: impl IntoIterator<Item = Duration>) -> (Pace, Instant) {
        let mut pace = Pace::default();
        let mut now = Instant::now();
        for took in reads {
            pace.note(now, now + took);
            now += took;
        }
        (pace, now)
    }

    #[test]
    fn a_late_read_now_and_then_says_nothing() {
        let some_late = (0..1_000).map(|read| if read % 10 == 0 { LATE } else { QUICK });
        let (pace, now) = after(some_late);
        assert!(pace.is_quick(now));
    }

    #[test]
    fn reads_from_a_slow_disk_make_a_detour_and_are_tried_again() {
        let half_late = (0..32).map(|read| if read % 2 == 0 { LATE } else { QUICK });
        let (pace, now) = after(half_late);
        assert!(!pace.is_quick(now));
        assert!(pace.is_quick(now + Pace::DETOUR));
    }

    #[test]
    fn one_read_that_hangs_is_enough() {
        let (pace, now) = after([Pace::HANGING]);
        assert!(!pace.is_quick(now));
    }
}
