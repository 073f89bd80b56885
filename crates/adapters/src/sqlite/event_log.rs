//! The event log in one SQLite file: one writing thread that commits in groups, a few reading connections.
//!
//! Keeps true: offsets without holes in commit order, because every batch runs under the file's only write
//! lock; several processes may use the same file.

mod batch;
mod rows;
mod schema;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use picasso_eventlog::{
    AppendError, Appended, Commit, Epoch, EventLog, LogError, LogId, MAX_READ, Offset,
    RecordedEvent, RequestKey, StoredReply,
};

use self::{rows::log_error, writer::Writer};
use super::readers::{Readers, ReadersError};
use crate::event_log::{checks, heads::Heads, prepared::Prepared};

/// Reading connections to one file.
const READERS: usize = 4;

/// An [`EventLog`] in a SQLite file.
///
/// Dropping it finishes the commits that were handed over and ends its thread.
pub struct SqliteEventLog {
    logs: u16,
    epoch: Epoch,
    heads: Arc<Heads>,
    readers: Readers,
    writer: Writer,
}

impl SqliteEventLog {
    /// Opens the log in the file at `path`, or makes it with so many logs.
    ///
    /// # Errors
    /// [`LogError::Unavailable`], whose source says what is wrong with the file: it cannot be opened, was
    /// written by a newer program, or was made with another number of logs.
    pub fn open(path: &Path, logs: u16) -> Result<Self, LogError> {
        let (connection, epoch) = schema::open(path, logs).map_err(LogError::unavailable)?;
        let heads = Arc::new(Heads::new(logs));
        for log in (0..logs).map(LogId) {
            let tail = rows::tail(&connection, log).map_err(LogError::unavailable)?;
            heads.raise(log, tail.offset);
        }
        let writer = Writer::start(connection, Arc::clone(&heads));
        Ok(Self {
            logs,
            epoch,
            heads,
            readers: Readers::new(path, READERS),
            writer: writer.map_err(LogError::unavailable)?,
        })
    }

    /// Begins a new history in the log at `path`, which was restored from a backup: read models are built
    /// anew, and positions of before are refused. No process may have it open.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn begin_epoch(path: &Path, logs: u16) -> Result<Epoch, LogError> {
        let (connection, _) = schema::open(path, logs).map_err(LogError::unavailable)?;
        schema::begin_epoch(&connection).map_err(log_error)
    }
}

#[async_trait]
impl EventLog for SqliteEventLog {
    fn logs(&self) -> u16 {
        self.logs
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        checks::expect_acceptable(&commit, self.logs)?;
        self.writer.append(Prepared::new(commit)?).await
    }

    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let (kind, id) = (aggregate_type.to_owned(), aggregate_id.to_owned());
        let limit = limit.min(MAX_READ);
        self.readers
            .run(move |connection| {
                rows::load(connection, &kind, &id, after, limit).map_err(log_error)
            })
            .await
    }

    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let limit = limit.min(MAX_READ);
        let events = self
            .readers
            .run(move |connection| rows::read(connection, log, after, limit).map_err(log_error))
            .await?;
        checks::expect_contiguous(after, &events)?;
        if let Some(last) = events.last() {
            self.heads.raise(log, last.offset);
        }
        Ok(events)
    }

    async fn head(&self, log: LogId) -> Result<Offset, LogError> {
        let tail = self
            .readers
            .run(move |connection| rows::tail(connection, log).map_err(log_error))
            .await?;
        self.heads.raise(log, tail.offset);
        Ok(tail.offset)
    }

    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        let key = key.clone();
        self.readers
            .run(move |connection| rows::request(connection, log, &key).map_err(log_error))
            .await
    }

    async fn wait_beyond(&self, log: LogId, seen: Offset) {
        self.heads.wait_beyond(self, log, seen).await;
    }
}

impl From<ReadersError> for LogError {
    fn from(error: ReadersError) -> Self {
        Self::unavailable(error)
    }
}
