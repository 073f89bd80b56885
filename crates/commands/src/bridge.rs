//! The one file that implements cqrs-es traits: its framework runs our deciders, and what they decide is staged
//! so that events of several aggregates become one commit.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use cqrs_es::{
    AggregateContext, AggregateError, CqrsFramework, DomainEvent, EventStore,
    event_sink::EventSink,
    persist::{
        PersistedEventRepository, PersistedEventStore, PersistenceError, ReplayStream,
        SerializedEvent, SerializedSnapshot,
    },
};
use picasso_domain::{Aggregate, EventData};
use picasso_eventlog::{
    Commit, EventLog, LogError, LogId, Metadata, NewEvent, Position, RecordedEvent, Request,
    StreamAppend, history::history, route,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::to_raw_value};
use uuid::Uuid;

/// A decider in the clothes cqrs-es knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Bridged<A>(A);

/// Its event likewise; stored exactly as the domain writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct BridgedEvent<E>(E);

impl<E> DomainEvent for BridgedEvent<E>
where
    E: EventData,
{
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.version().to_string()
    }
}

impl<A: Aggregate> cqrs_es::Aggregate for Bridged<A> {
    const TYPE: &'static str = A::TYPE;
    type Command = A::Command;
    type Event = BridgedEvent<A::Event>;
    type Error = A::Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: A::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), A::Error> {
        for event in self.0.decide(command)? {
            sink.write(BridgedEvent(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BridgedEvent<A::Event>) {
        self.0.evolve(&event.0);
    }
}

/// Why a command was not decided.
#[derive(Debug, thiserror::Error)]
pub enum UnitError<E: std::error::Error> {
    #[error(transparent)]
    Refused(E),
    #[error(transparent)]
    Log(#[from] LogError),
}

impl<E: std::error::Error> From<AggregateError<E>> for UnitError<E> {
    fn from(error: AggregateError<E>) -> Self {
        match error {
            AggregateError::UserError(refusal) => Self::Refused(refusal),
            // Staging never conflicts: the log judges the expected sequence when the unit is appended.
            AggregateError::AggregateConflict => {
                Self::Log(LogError::Corrupt("a staged decision conflicted".to_owned()))
            }
            AggregateError::DatabaseConnectionError(source)
            | AggregateError::UnexpectedError(source) => Self::Log(into_log_error(source)),
            AggregateError::DeserializationError(source) => {
                Self::Log(LogError::Corrupt(source.to_string()))
            }
        }
    }
}

/// Finds our own error inside the box it travelled through cqrs-es in.
fn into_log_error(source: Box<dyn std::error::Error + Send + Sync>) -> LogError {
    match source.downcast::<LogError>() {
        Ok(ours) => *ours,
        Err(other) => LogError::Unavailable(other),
    }
}

type StreamKey = (String, String);

/// The last event of a stream, as what follows from it.
#[derive(Debug, Clone, Copy)]
pub struct Cause {
    pub position: Position,
    pub correlation_id: Option<Uuid>,
}

/// What a unit has read and decided so far, by stream.
#[derive(Debug, Default)]
struct Staged {
    /// The sequence each stream had in the log when it was loaded.
    loaded: BTreeMap<StreamKey, u64>,
    /// The event that each stream ended with then.
    ends: BTreeMap<StreamKey, Cause>,
    events: BTreeMap<StreamKey, Vec<SerializedEvent>>,
    /// Streams in the order they were decided, which is the order they are recorded in.
    order: Vec<StreamKey>,
}

/// Loads from the log, stages instead of storing.
#[derive(Clone)]
struct StagingRepository {
    log: Arc<dyn EventLog>,
    staged: Arc<Mutex<Staged>>,
}

impl StagingRepository {
    fn with_staged<T>(&self, read: impl FnOnce(&mut Staged) -> T) -> T {
        // A panic while holding this lock cannot leave it half written: each use is one map operation.
        let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
        read(&mut staged)
    }
}

impl PersistedEventRepository for StagingRepository {
    async fn get_events<A: cqrs_es::Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let recorded = history(self.log.as_ref(), A::TYPE, aggregate_id, u64::MAX)
            .await
            .map_err(|error| PersistenceError::ConnectionError(Box::new(error)))?;
        let key = (A::TYPE.to_owned(), aggregate_id.to_owned());
        let sequence = recorded.last().map_or(0, |event| event.sequence);
        let end = recorded.last().map(|event| Cause {
            position: Position::new(event.log, event.offset),
            correlation_id: event.metadata.correlation_id,
        });
        let mut events = recorded
            .into_iter()
            .map(serialized)
            .collect::<Result<Vec<_>, _>>()?;
        self.with_staged(|staged| {
            events.extend(staged.events.get(&key).into_iter().flatten().cloned());
            if let Some(end) = end {
                staged.ends.entry(key.clone()).or_insert(end);
            }
            staged.loaded.entry(key).or_insert(sequence);
        });
        Ok(events)
    }

    async fn get_last_events<A: cqrs_es::Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let events = self.get_events::<A>(aggregate_id).await?;
        Ok(events
            .into_iter()
            .filter(|event| event.sequence > last_sequence)
            .collect())
    }

    async fn get_snapshot<A: cqrs_es::Aggregate>(
        &self,
        _aggregate_id: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: cqrs_es::Aggregate>(
        &self,
        events: &[SerializedEvent],
        _snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let key = (first.aggregate_type.clone(), first.aggregate_id.clone());
        self.with_staged(|staged| {
            if !staged.events.contains_key(&key) {
                staged.order.push(key.clone());
            }
            staged
                .events
                .entry(key)
                .or_default()
                .extend_from_slice(events);
        });
        Ok(())
    }

    async fn stream_events<A: cqrs_es::Aggregate>(
        &self,
        _aggregate_id: &str,
    ) -> Result<ReplayStream, PersistenceError> {
        Err(replaying_is_the_feeds_work())
    }

    async fn stream_all_events<A: cqrs_es::Aggregate>(
        &self,
    ) -> Result<ReplayStream, PersistenceError> {
        Err(replaying_is_the_feeds_work())
    }
}

fn replaying_is_the_feeds_work() -> PersistenceError {
    let message = "events are replayed through the feed, in the log's order";
    PersistenceError::UnknownError(message.into())
}

fn serialized(event: RecordedEvent) -> Result<SerializedEvent, PersistenceError> {
    let sequence = usize::try_from(event.sequence)
        .map_err(|error| PersistenceError::UnknownError(Box::new(error)))?;
    Ok(SerializedEvent {
        payload: serde_json::from_str(event.payload.get())?,
        // cqrs-es wants a string map; readers take the log's own metadata instead.
        metadata: Value::Object(serde_json::Map::new()),
        aggregate_id: event.aggregate_id,
        sequence,
        aggregate_type: event.aggregate_type,
        event_type: event.event_type,
        event_version: event.event_version.to_string(),
    })
}

/// Decisions that will be recorded together, or not at all. Clones share what is staged.
#[derive(Clone)]
pub struct Unit {
    repository: StagingRepository,
    log_id: LogId,
}

impl Unit {
    /// Begins a unit whose aggregates all live in the log of `partition_key`.
    #[must_use]
    pub fn begin(log: Arc<dyn EventLog>, partition_key: &str) -> Self {
        let log_id = route(partition_key, log.logs());
        let staged = Arc::default();
        let repository = StagingRepository { log, staged };
        Self { repository, log_id }
    }

    /// Lets an aggregate decide a command; what it decides is staged.
    ///
    /// # Errors
    /// The aggregate's refusal, or the log's failure to load it.
    pub async fn execute<A: Aggregate>(
        &self,
        id: &str,
        command: A::Command,
    ) -> Result<(), UnitError<A::Error>> {
        let framework = CqrsFramework::new(self.store::<A>(), vec![], ());
        Ok(framework.execute(id, command).await?)
    }

    /// An aggregate as it stands, with what this unit has staged for it.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<A, LogError> {
        let loaded = self.store::<A>().load_aggregate(id).await;
        match loaded.map_err(UnitError::from) {
            Ok(mut context) => Ok(std::mem::take(&mut context.aggregate().0)),
            Err(UnitError::Log(error)) => Err(error),
            Err(UnitError::Refused(refusal)) => Err(LogError::Corrupt(refusal.to_string())),
        }
    }

    /// The sequence an aggregate has in the log, without what is staged; 0 if it was not loaded.
    #[must_use]
    pub fn loaded_version<A: Aggregate>(&self, id: &str) -> u64 {
        let key = (A::TYPE.to_owned(), id.to_owned());
        self.repository
            .with_staged(|staged| staged.loaded.get(&key).copied().unwrap_or(0))
    }

    /// The event an aggregate ended with in the log when it was loaded, if it was and had one.
    #[must_use]
    pub fn last_loaded<A: Aggregate>(&self, id: &str) -> Option<Cause> {
        let key = (A::TYPE.to_owned(), id.to_owned());
        self.repository
            .with_staged(|staged| staged.ends.get(&key).copied())
    }

    /// The sequence an aggregate will have once the unit is recorded.
    #[must_use]
    pub fn version<A: Aggregate>(&self, id: &str) -> u64 {
        let key = (A::TYPE.to_owned(), id.to_owned());
        let staged = self
            .repository
            .with_staged(|staged| staged.events.get(&key).map_or(0, Vec::len));
        self.loaded_version::<A>(id) + staged as u64
    }

    /// Whether nothing was decided.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.repository
            .with_staged(|staged| staged.order.is_empty())
    }

    /// Everything staged, as one commit; what was only read is named too, without events, so that the log
    /// refuses the commit when it has changed since.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when an event cannot be written as JSON, which is a bug of ours.
    pub fn into_commit(
        self,
        metadata: Metadata,
        request: Option<Request>,
    ) -> Result<Commit, LogError> {
        let Staged {
            mut loaded,
            mut events,
            order,
            ..
        } = self.repository.with_staged(std::mem::take);
        let mut streams = Vec::with_capacity(loaded.len());
        for key in order {
            let sequence = loaded.remove(&key).unwrap_or_default();
            let events = events.remove(&key).unwrap_or_default();
            streams.push(stream_append(key, sequence, events)?);
        }
        for (key, sequence) in loaded {
            streams.push(stream_append(key, sequence, vec![])?);
        }
        Ok(Commit {
            log: self.log_id,
            streams,
            metadata,
            request,
        })
    }

    fn store<A: Aggregate>(&self) -> PersistedEventStore<StagingRepository, Bridged<A>> {
        PersistedEventStore::new_event_store(self.repository.clone())
    }
}

fn stream_append(
    key: StreamKey,
    expected_sequence: u64,
    events: Vec<SerializedEvent>,
) -> Result<StreamAppend, LogError> {
    let corrupt = |error: &dyn std::fmt::Display| LogError::Corrupt(error.to_string());
    let events = events
        .into_iter()
        .map(|event| {
            Ok(NewEvent {
                event_version: event
                    .event_version
                    .parse()
                    .map_err(|error| corrupt(&error))?,
                payload: to_raw_value(&event.payload).map_err(|error| corrupt(&error))?,
                event_type: event.event_type,
            })
        })
        .collect::<Result<_, LogError>>()?;
    Ok(StreamAppend {
        aggregate_type: key.0,
        aggregate_id: key.1,
        expected_sequence,
        events,
    })
}
