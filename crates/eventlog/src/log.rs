//! The log as a port: append commits, load one aggregate, read everything in order.

use async_trait::async_trait;
use picasso_domain::values::Digest;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Epoch, LogId, Metadata, Offset, Position, RecordedEvent};

/// The most events one commit may carry.
pub const MAX_COMMIT_EVENTS: usize = 1_000;
/// The most bytes of payload one commit may carry.
pub const MAX_COMMIT_BYTES: usize = 1 << 20;
/// The most events one `read` or `load` returns.
pub const MAX_READ: usize = 10_000;

/// An event that is about to be recorded.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub event_type: String,
    pub event_version: u16,
    pub payload: Box<RawValue>,
}

/// Events for one aggregate, accepted only if it still stands where its decider saw it.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    pub aggregate_type: String,
    pub aggregate_id: String,
    /// The sequence of the last event the decision rests on; 0 for a new aggregate.
    pub expected_sequence: u64,
    /// May be empty: the decision was quiet.
    pub events: Vec<NewEvent>,
}

/// Who asked, under which id. The same pair again is the same request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestKey {
    pub actor: String,
    pub request_id: Uuid,
}

/// A request whose answer is stored together with its events.
#[derive(Debug, Clone)]
pub struct Request {
    pub key: RequestKey,
    /// SHA-256 of the request's content: the same id with another fingerprint is refused.
    pub fingerprint: Digest,
    /// What to answer when the request comes again; JSON.
    pub reply: Box<RawValue>,
}

/// The answer a request got the first time.
#[derive(Debug, Clone)]
pub struct StoredReply {
    pub fingerprint: Digest,
    pub reply: Box<RawValue>,
    /// The log's head when the request was stored: its own last event, or what it was quiet about.
    pub position: Position,
}

/// Events of one or several aggregates of one log, recorded all or none.
#[derive(Debug, Clone)]
pub struct Commit {
    pub log: LogId,
    pub streams: Vec<StreamAppend>,
    pub metadata: Metadata,
    pub request: Option<Request>,
}

impl Commit {
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.streams.iter().map(|stream| stream.events.len()).sum()
    }

    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        let events = self.streams.iter().flat_map(|stream| &stream.events);
        events.map(|event| event.payload.get().len()).sum()
    }
}

/// What became of a commit.
#[derive(Debug, Clone)]
pub enum Appended {
    /// Durable; `position` is that of its last event (or the head, when it carried none).
    Recorded { position: Position },
    /// The same request was stored before: nothing was added, this is what it was answered.
    Repeated(StoredReply),
}

/// Why a commit was not recorded. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("{aggregate_type} {aggregate_id} has changed since it was read")]
    Conflict {
        aggregate_type: String,
        aggregate_id: String,
    },
    #[error("this request id was used before, for something else")]
    RequestReused,
    #[error("a commit carries at most {MAX_COMMIT_EVENTS} events and {MAX_COMMIT_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Trying again later may help: busy, disk full, connection lost.
    #[error("the event log is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored is not what was written, or a bug of ours.
    #[error("the event log is damaged: {0}")]
    Corrupt(String),
}

impl LogError {
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

/// An ordered, gap-free record of everything that happened.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// How many logs the deployment has; fixed when it is created.
    fn logs(&self) -> u16;

    /// The history this log is in.
    fn epoch(&self) -> Epoch;

    /// Records a commit durably, all or none.
    ///
    /// # Errors
    /// [`AppendError`]; nothing was recorded then, except when the log became unavailable while
    /// committing: then asking again under the same request id tells.
    async fn append(&self, commit: Commit) -> Result<Appended, AppendError>;

    /// Events of one aggregate with `sequence > after`, oldest first, at most `limit` (≤ [`MAX_READ`]).
    ///
    /// # Errors
    /// [`LogError`].
    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError>;

    /// Events of one log with `offset > after`, in order, contiguous, at most `limit` (≤ [`MAX_READ`]).
    ///
    /// # Errors
    /// [`LogError`].
    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError>;

    /// The offset of a log's last event; 0 when it has none.
    ///
    /// # Errors
    /// [`LogError`].
    async fn head(&self, log: LogId) -> Result<Offset, LogError>;

    /// The answer a request got, if it was stored.
    ///
    /// # Errors
    /// [`LogError`].
    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError>;

    /// Resolves when the log's head is, or may be, beyond `seen`: at once if it already is. May wake early.
    async fn wait_beyond(&self, log: LogId, seen: Offset);
}
