//! The event log in a PostgreSQL database, shared by any number of processes.
//!
//! Keeps true: offsets without holes in commit order, because every batch of a log runs under the lock of that log's
//! head row; logs do not wait for each other.

mod batch;
mod plain;
mod rows;
pub(super) mod schema;
mod wake;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use picasso_eventlog::{
    AppendError, Appended, Commit, Epoch, EventLog, LogError, LogId, MAX_READ, Offset,
    RecordedEvent, RequestKey, StoredReply, route,
};
use sqlx::postgres::PgConnectOptions;
use tokio::{sync::watch, task::JoinSet};

use self::{plain::ShortWay, writer::Writer};
use super::{
    PostgresError, PostgresLeases,
    connection::{self, Connections, LIMIT, within},
};
use crate::event_log::{
    checks,
    heads::Heads,
    prepared::Prepared,
    queue::{Queue, ended},
};

/// Connections that read, announce and listen.
const READERS: u32 = 8;
/// The most connections that append; each log needs at most one.
const WRITERS: u16 = 8;

/// An [`EventLog`] in a PostgreSQL database.
///
/// Dropping it lets the commits that were handed over be finished.
pub struct PostgresLog {
    epoch: Epoch,
    heads: Arc<Heads>,
    options: PgConnectOptions,
    readers: Connections,
    queues: Vec<Queue>,
    /// Ends with this.
    _listening: JoinSet<()>,
}

impl PostgresLog {
    /// Opens the log in the database at `url`, or makes it with so many logs. Its tables are in the schema that the
    /// address or the role selects.
    ///
    /// # Errors
    /// [`PostgresError`] says what is wrong with the address, the server or what it holds.
    pub async fn open(url: &str, logs: u16) -> Result<Self, PostgresError> {
        let options = connection::options(url)?;
        let mut first = connection::connect(&options).await?;
        let epoch = within(LIMIT, schema::open(&mut first, logs)).await?;
        drop(first);
        let readers = connection::connections(options.clone(), READERS);
        let writers = connection::connections(options.clone(), logs.min(WRITERS).into());
        let heads = Arc::new(Heads::new(logs));
        let channel = wake::channel(epoch);
        let queues = (0..logs).map(LogId);
        let queues = queues.map(|log| start(log, &writers, &readers, &channel, &heads));
        let queues = queues.collect();
        let mut listening = JoinSet::new();
        listening.spawn(wake::listen(options.clone(), channel, Arc::clone(&heads)));
        Ok(Self {
            epoch,
            heads,
            options,
            readers,
            queues,
            _listening: listening,
        })
    }

    /// The leases in the same database.
    #[must_use]
    pub fn leases(&self) -> PostgresLeases {
        PostgresLeases::new(self.options.clone())
    }

    /// Whether the database at `url` holds a deployment.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn exists(url: &str) -> Result<bool, PostgresError> {
        let mut connection = connection::connect(&connection::options(url)?).await?;
        within(LIMIT, schema::exists(&mut connection)).await
    }

    /// Begins a new history in a database that was restored from a backup: read models are built anew, and positions
    /// of before are refused. No process may have it open.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn begin_epoch(url: &str, logs: u16) -> Result<Epoch, PostgresError> {
        let mut connection = connection::connect(&connection::options(url)?).await?;
        within(LIMIT, schema::open(&mut connection, logs)).await?;
        within(LIMIT, schema::begin_epoch(&mut connection)).await
    }
}

/// Starts a log's writer and its announcer; both end once the queue is dropped and empty.
fn start(
    log: LogId,
    writers: &Connections,
    readers: &Connections,
    channel: &str,
    heads: &Arc<Heads>,
) -> Queue {
    let (queue, arrivals) = Queue::new();
    let (written, announced) = watch::channel(Offset::START);
    let writer = Writer {
        log,
        pool: writers.clone(),
        short_way: ShortWay::default(),
        heads: Arc::clone(heads),
        written,
    };
    tokio::spawn(writer.run(arrivals));
    tokio::spawn(wake::announce(
        readers.clone(),
        channel.to_owned(),
        log,
        announced,
    ));
    queue
}

#[async_trait]
impl EventLog for PostgresLog {
    fn logs(&self) -> u16 {
        u16::try_from(self.queues.len()).unwrap_or(u16::MAX)
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        checks::expect_acceptable(&commit, self.logs())?;
        let queue = self
            .queues
            .get(usize::from(commit.log.0))
            .ok_or_else(ended)?;
        let prepared = Prepared::new(commit)?;
        let place = queue.place(prepared.bytes()).await?;
        queue.append(prepared, place).await
    }

    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let aggregate = (aggregate_type, aggregate_id);
        let log = route(aggregate_id, self.logs());
        rows::load(&self.readers, log, aggregate, after, limit.min(MAX_READ)).await
    }

    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let events = rows::read(&self.readers, log, after, limit.min(MAX_READ)).await?;
        checks::expect_contiguous(after, &events)?;
        if let Some(last) = events.last() {
            self.heads.raise(log, last.offset);
        }
        Ok(events)
    }

    async fn head(&self, log: LogId) -> Result<Offset, LogError> {
        let head = rows::head(&self.readers, log).await?;
        self.heads.raise(log, head);
        Ok(head)
    }

    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        rows::request(&self.readers, log, key).await
    }

    async fn wait_beyond(&self, log: LogId, seen: Offset) {
        self.heads.wait_beyond(self, log, seen).await;
    }
}
