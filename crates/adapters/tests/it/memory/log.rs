//! The event log in memory.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use picasso_domain::Timestamp;
use picasso_eventlog::{
    AppendError, Appended, Commit, Epoch, EventLog, LogError, LogId, MAX_COMMIT_BYTES,
    MAX_COMMIT_EVENTS, MAX_READ, Offset, Position, RecordedEvent, RequestKey, StoredReply, route,
};
use tokio::sync::watch;
use uuid::Uuid;

#[derive(Default)]
struct State {
    events: Vec<Vec<RecordedEvent>>,
    sequences: HashMap<(String, String), u64>,
    replies: HashMap<(LogId, RequestKey), StoredReply>,
}

pub struct MemoryLog {
    epoch: Epoch,
    state: Mutex<State>,
    grown: watch::Sender<()>,
}

impl MemoryLog {
    pub fn new(logs: u16) -> Arc<Self> {
        let state = State {
            events: vec![vec![]; logs.into()],
            ..State::default()
        };
        Arc::new(Self {
            epoch: Epoch(Uuid::new_v4()),
            state: Mutex::new(state),
            grown: watch::channel(()).0,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics in here")
    }
}

impl State {
    fn append(&mut self, commit: Commit) -> Result<Appended, AppendError> {
        self.check(&commit)?;
        if let Some(request) = &commit.request {
            let stored = self.replies.get(&(commit.log, request.key.clone()));
            match stored {
                Some(stored) if stored.fingerprint == request.fingerprint => {
                    return Ok(Appended::Repeated(stored.clone()));
                }
                Some(_) => return Err(AppendError::RequestReused),
                None => {}
            }
        }
        for stream in &commit.streams {
            let id = (stream.aggregate_type.clone(), stream.aggregate_id.clone());
            if self.sequences.get(&id).copied().unwrap_or(0) != stream.expected_sequence {
                let (aggregate_type, aggregate_id) = id;
                return Err(AppendError::Conflict {
                    aggregate_type,
                    aggregate_id,
                });
            }
        }
        Ok(self.record(commit))
    }

    fn check(&self, commit: &Commit) -> Result<(), AppendError> {
        let bug = |text: &str| Err(LogError::Corrupt(text.to_owned()).into());
        let logs = u16::try_from(self.events.len()).expect("few logs");
        if commit.event_count() > MAX_COMMIT_EVENTS || commit.payload_bytes() > MAX_COMMIT_BYTES {
            return Err(AppendError::TooLarge);
        }
        if commit.log.0 >= logs {
            return bug("no such log");
        }
        let mut met = HashSet::new();
        for stream in &commit.streams {
            if route(&stream.aggregate_id, logs) != commit.log {
                return bug("another log's aggregate");
            }
            if !met.insert((&stream.aggregate_type, &stream.aggregate_id)) {
                return bug("an aggregate is named twice");
            }
        }
        Ok(())
    }

    fn record(&mut self, commit: Commit) -> Appended {
        let events = &mut self.events[usize::from(commit.log.0)];
        for stream in commit.streams {
            let id = (stream.aggregate_type.clone(), stream.aggregate_id.clone());
            let sequence = self.sequences.entry(id).or_default();
            for event in stream.events {
                *sequence += 1;
                events.push(RecordedEvent {
                    log: commit.log,
                    offset: Offset(events.len() as u64 + 1),
                    aggregate_type: stream.aggregate_type.clone(),
                    aggregate_id: stream.aggregate_id.clone(),
                    sequence: *sequence,
                    event_type: event.event_type,
                    event_version: event.event_version,
                    payload: event.payload,
                    metadata: commit.metadata.clone(),
                    recorded_at: Timestamp::now(),
                });
            }
        }
        let position = Position::new(commit.log, Offset(events.len() as u64));
        if let Some(request) = commit.request {
            let reply = StoredReply {
                fingerprint: request.fingerprint,
                reply: request.reply,
                position,
            };
            self.replies.insert((commit.log, request.key), reply);
        }
        Appended::Recorded { position }
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    fn logs(&self) -> u16 {
        u16::try_from(self.state().events.len()).expect("few logs")
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        let appended = self.state().append(commit);
        self.grown.send_replace(());
        appended
    }

    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let state = self.state();
        let log = route(
            aggregate_id,
            u16::try_from(state.events.len()).expect("few"),
        );
        let events = state.events[usize::from(log.0)].iter().filter(|event| {
            event.aggregate_type == aggregate_type
                && event.aggregate_id == aggregate_id
                && event.sequence > after
        });
        Ok(events.take(limit.min(MAX_READ)).cloned().collect())
    }

    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let state = self.state();
        let events = state.events.get(usize::from(log.0)).map_or(&[][..], |e| e);
        let behind = usize::try_from(after.0).expect("small").min(events.len());
        let events = events[behind..].iter().take(limit.min(MAX_READ));
        Ok(events.cloned().collect())
    }

    async fn head(&self, log: LogId) -> Result<Offset, LogError> {
        let state = self.state();
        let events = state.events.get(usize::from(log.0));
        Ok(Offset(events.map_or(0, |events| events.len() as u64)))
    }

    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        Ok(self.state().replies.get(&(log, key.clone())).cloned())
    }

    async fn wait_beyond(&self, log: LogId, seen: Offset) {
        let mut grown = self.grown.subscribe();
        while self.head(log).await.is_ok_and(|head| head <= seen) {
            grown.changed().await.expect("the sender is ours");
        }
    }
}
