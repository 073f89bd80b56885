//! Commits and questions the cases are written with.

use std::sync::Arc;

use picasso_domain::values::Digest;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    AppendError, Appended, Commit, EventLog, LogError, LogId, Metadata, NewEvent, Offset, Position,
    RecordedEvent, Request, RequestKey, StoredReply, StreamAppend, route,
};

pub(super) const KIND: &str = "sketch";
pub(super) type Log = Arc<dyn EventLog>;

/// JSON text as it is stored.
pub(super) fn json(text: impl Into<String>) -> Box<RawValue> {
    RawValue::from_string(text.into()).expect("the case writes JSON")
}

pub(super) fn event(note: &str) -> NewEvent {
    NewEvent {
        event_type: "SketchDrawn".to_owned(),
        event_version: 1,
        payload: json(format!(r#"{{"note":"{note}"}}"#)),
    }
}

/// So many events for one aggregate that stands at `expected_sequence`.
pub(super) fn stream(id: &str, expected_sequence: u64, events: usize) -> StreamAppend {
    let first = expected_sequence + 1;
    let notes = (first..).take(events).map(|n| format!("{id} {n}"));
    StreamAppend {
        aggregate_type: KIND.to_owned(),
        aggregate_id: id.to_owned(),
        expected_sequence,
        events: notes.map(|note| event(&note)).collect(),
    }
}

/// A commit of streams that share a log.
pub(super) fn commit(log: &Log, streams: impl Into<Vec<StreamAppend>>) -> Commit {
    let streams = streams.into();
    let home = streams
        .first()
        .map_or(LogId(0), |stream| route(&stream.aggregate_id, log.logs()));
    Commit {
        log: home,
        streams,
        metadata: Metadata {
            actor: "ann".to_owned(),
            request_id: Some(Uuid::from_u128(7)),
            correlation_id: Some(Uuid::from_u128(8)),
            causation: Some("0:1".to_owned()),
            trace_context: None,
        },
        request: None,
    }
}

/// One event for one aggregate.
pub(super) fn one(log: &Log, id: &str, expected_sequence: u64) -> Commit {
    commit(log, [stream(id, expected_sequence, 1)])
}

pub(super) fn request(actor: &str, id: u128, content: u8) -> Request {
    Request {
        key: RequestKey {
            actor: actor.to_owned(),
            request_id: Uuid::from_u128(id),
        },
        fingerprint: Digest::new([content; 32]),
        reply: json(format!(r#"{{"answer":{content}}}"#)),
    }
}

pub(super) fn asked(mut commit: Commit, request: Request) -> Commit {
    commit.request = Some(request);
    commit
}

/// Appends what must be recorded and tells where.
pub(super) async fn record(log: &Log, commit: Commit) -> Position {
    match log.append(commit).await {
        Ok(Appended::Recorded { position }) => position,
        other => panic!("expected it to be recorded, got {other:?}"),
    }
}

/// Appends what must be known already and tells the answer.
pub(super) async fn repeat(log: &Log, commit: Commit) -> StoredReply {
    match log.append(commit).await {
        Ok(Appended::Repeated(reply)) => reply,
        other => panic!("expected it to be a repeat, got {other:?}"),
    }
}

/// Appends what must be refused and tells why.
pub(super) async fn refuse(log: &Log, commit: Commit) -> AppendError {
    match log.append(commit).await {
        Err(error) => error,
        other => panic!("expected it to be refused, got {other:?}"),
    }
}

#[track_caller]
pub(super) fn expect_conflict(error: &AppendError, id: &str) {
    match error {
        AppendError::Conflict { aggregate_id, .. } => assert_eq!(aggregate_id, id),
        other => panic!("expected a conflict of {id}, got {other:?}"),
    }
}

#[track_caller]
pub(super) fn expect_corrupt<T: std::fmt::Debug>(outcome: Result<T, AppendError>) {
    assert!(
        matches!(outcome, Err(AppendError::Log(LogError::Corrupt(_)))),
        "expected a bug of the caller to be named, got {outcome:?}"
    );
}

pub(super) async fn load(log: &Log, id: &str) -> Vec<RecordedEvent> {
    log.load(KIND, id, 0, crate::MAX_READ)
        .await
        .expect("the aggregate loads")
}

/// Everything of one log.
pub(super) async fn read(log: &Log, id: LogId) -> Vec<RecordedEvent> {
    log.read(id, Offset::START, crate::MAX_READ)
        .await
        .expect("the log reads")
}

pub(super) async fn head(log: &Log, id: LogId) -> u64 {
    log.head(id).await.expect("the head reads").0
}

pub(super) fn offsets(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.offset.0).collect()
}

pub(super) fn sequences(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

pub(super) fn all_logs(log: &Log) -> impl Iterator<Item = LogId> + use<> {
    (0..log.logs()).map(LogId)
}

/// Each log holds 1, 2, 3 … and each aggregate 1, 2, 3 …; returns how many events there are.
pub(super) async fn expect_sound(log: &Log) -> usize {
    let mut count = 0;
    for id in all_logs(log) {
        let events = read(log, id).await;
        let expected: Vec<u64> = (1..).take(events.len()).collect();
        assert_eq!(offsets(&events), expected, "offsets of log {id}");
        assert_eq!(head(log, id).await, expected.len() as u64);
        let mut last = std::collections::HashMap::new();
        for event in &events {
            let sequence = last.entry(event.aggregate_id.clone()).or_insert(0);
            assert_eq!(event.sequence, *sequence + 1, "{}", event.aggregate_id);
            assert_eq!(route(&event.aggregate_id, log.logs()), id);
            *sequence = event.sequence;
        }
        count += events.len();
    }
    count
}
