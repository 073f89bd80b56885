//! What a commit does, and what refuses it.

use std::sync::Arc;

use super::{Storage, fixture::*, rules};
use crate::{AppendError, MAX_COMMIT_BYTES, MAX_COMMIT_EVENTS, Offset, Position, route};

rules![
    offsets_are_one_two_three,
    an_event_comes_back_as_it_was_written,
    a_stale_decision_is_refused,
    a_decision_ahead_of_its_aggregate_is_refused,
    several_aggregates_are_recorded_together,
    one_stale_aggregate_refuses_the_whole_commit,
    a_quiet_commit_records_nothing,
    a_quiet_but_stale_decision_is_refused,
    an_aggregate_is_named_once_in_a_commit,
    the_largest_commit_is_recorded,
    a_commit_with_too_many_events_is_refused,
    a_commit_with_too_many_bytes_is_refused,
    time_never_runs_backwards,
];

async fn offsets_are_one_two_three(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let home = route("a", log.logs());
    for n in 0..3 {
        let position = record(&log, one(&log, "a", n)).await;
        assert_eq!(position, Position::new(home, Offset(n + 1)));
    }
    assert_eq!(offsets(&read(&log, home).await), [1, 2, 3]);
    assert_eq!(head(&log, home).await, 3);
}

async fn an_event_comes_back_as_it_was_written(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let mut written = one(&log, "a", 0);
    let payload = r#"{"b":1.0,"a":[true,null,"ünïcode \u0001 🎨"],"a2":18446744073709551615}"#;
    written.streams[0].events[0].payload = json(payload);
    written.streams[0].events[0].event_version = 3;
    let metadata = written.metadata.clone();
    let position = record(&log, written).await;
    let loaded = load(&log, "a").await.pop().expect("one event");
    let read = read(&log, position.log).await.pop().expect("one event");
    for event in [loaded, read] {
        assert_eq!(event.position(), position);
        assert_eq!(event.aggregate_type, KIND);
        assert_eq!(event.aggregate_id, "a");
        assert_eq!(event.sequence, 1);
        assert_eq!(event.event_type, "SketchDrawn");
        assert_eq!(event.event_version, 3);
        assert_eq!(event.payload.get(), payload);
        assert_eq!(event.metadata, metadata);
    }
}

async fn a_stale_decision_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    expect_conflict(&refuse(&log, one(&log, "a", 0)).await, "a");
    record(&log, one(&log, "a", 1)).await;
    assert_eq!(expect_sound(&log).await, 2);
}

async fn a_decision_ahead_of_its_aggregate_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    expect_conflict(&refuse(&log, one(&log, "a", 1)).await, "a");
    assert_eq!(expect_sound(&log).await, 0);
}

async fn several_aggregates_are_recorded_together(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let streams = [
        stream("a", 0, 2),
        stream("a.b", 0, 0),
        stream("a.b.1", 0, 1),
    ];
    let position = record(&log, commit(&log, streams)).await;
    assert_eq!(position.offset, Offset(3));
    assert_eq!(sequences(&load(&log, "a").await), [1, 2]);
    assert!(load(&log, "a.b").await.is_empty());
    assert_eq!(offsets(&load(&log, "a.b.1").await), [3]);
}

async fn one_stale_aggregate_refuses_the_whole_commit(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a.b", 0)).await;
    let streams = [stream("a", 0, 2), stream("a.b", 0, 1)];
    expect_conflict(&refuse(&log, commit(&log, streams)).await, "a.b");
    assert_eq!(load(&log, "a").await.len(), 0);
    assert_eq!(expect_sound(&log).await, 1);
}

async fn a_quiet_commit_records_nothing(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    let position = record(&log, commit(&log, [stream("a", 1, 0)])).await;
    assert_eq!(position.offset, Offset(1));
    assert_eq!(expect_sound(&log).await, 1);
}

async fn a_quiet_but_stale_decision_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    expect_conflict(&refuse(&log, commit(&log, [stream("a", 0, 0)])).await, "a");
}

async fn an_aggregate_is_named_once_in_a_commit(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let twice = [stream("a", 0, 1), stream("a", 1, 1)];
    expect_corrupt(log.append(commit(&log, twice)).await);
    assert_eq!(expect_sound(&log).await, 0);
}

async fn the_largest_commit_is_recorded(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, commit(&log, [stream("a", 0, MAX_COMMIT_EVENTS)])).await;
    let mut large = one(&log, "a.large", 0);
    let text = "x".repeat(MAX_COMMIT_BYTES - 2);
    large.streams[0].events[0].payload = json(format!(r#""{text}""#));
    record(&log, large).await;
    assert_eq!(expect_sound(&log).await, MAX_COMMIT_EVENTS + 1);
}

async fn a_commit_with_too_many_events_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let streams = [stream("a", 0, MAX_COMMIT_EVENTS), stream("a.b", 0, 1)];
    let error = refuse(&log, commit(&log, streams)).await;
    assert!(matches!(error, AppendError::TooLarge), "{error:?}");
    assert_eq!(expect_sound(&log).await, 0);
}

async fn a_commit_with_too_many_bytes_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let mut large = one(&log, "a", 0);
    let text = "x".repeat(MAX_COMMIT_BYTES - 1);
    large.streams[0].events[0].payload = json(format!(r#""{text}""#));
    let error = refuse(&log, large).await;
    assert!(matches!(error, AppendError::TooLarge), "{error:?}");
    assert_eq!(expect_sound(&log).await, 0);
}

async fn time_never_runs_backwards(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let before = jiff::Timestamp::now();
    for n in 0..20 {
        record(&log, one(&log, "a", n)).await;
    }
    let events = read(&log, route("a", log.logs())).await;
    assert!(events.is_sorted_by_key(|event| event.recorded_at));
    let first = events.first().expect("twenty events").recorded_at;
    let apart = before.duration_until(first);
    assert!(apart.as_secs().abs() < 60, "recorded {apart} apart");
}
