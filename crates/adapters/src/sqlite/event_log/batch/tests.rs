//! What the contract cannot cause from outside: a full disk, a busy file, a clock set back.

use std::time::Duration;

use picasso_eventlog::{Commit, LogError, Metadata, NewEvent};
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::*;
use crate::sqlite::{connection, event_log::rows::log_error};

/// A commit of one event for a new aggregate.
pub(in crate::sqlite::event_log) fn drawn(id: &str, bytes: usize) -> Prepared {
    let payload = format!(r#""{}""#, "x".repeat(bytes));
    let event = NewEvent {
        event_type: "SketchDrawn".to_owned(),
        event_version: 1,
        payload: RawValue::from_string(payload).expect("JSON"),
    };
    let stream = StreamAppend {
        aggregate_type: "sketch".to_owned(),
        aggregate_id: id.to_owned(),
        expected_sequence: 0,
        events: vec![event],
    };
    Prepared::new(Commit {
        log: LogId(0),
        streams: vec![stream],
        metadata: Metadata::default(),
        request: None,
    })
    .expect("metadata is JSON")
}

fn open() -> (TempDir, Connection) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("log.db");
    let (connection, _) = schema::open(&path, 1).expect("opens");
    (folder, connection)
}

fn offsets(connection: &Connection) -> Vec<u64> {
    let events = rows::read(connection, LogId(0), Offset::START, 100).expect("reads");
    events.iter().map(|event| event.offset.0).collect()
}

#[track_caller]
fn expect_transient(outcome: rusqlite::Result<Stored>) {
    let Err(error) = outcome else {
        panic!("expected the batch to fail");
    };
    let error = log_error(error);
    assert!(matches!(error, LogError::Unavailable(_)), "{error:?}");
}

#[test]
fn a_full_disk_loses_nothing_and_heals() {
    let (_folder, mut connection) = open();
    store(&mut connection, &[&drawn("a", 10)]).expect("there is room");
    let limit = |connection: &Connection, pages: u32| {
        connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .expect("limited");
    };
    limit(&connection, 1);
    let (small, large) = (drawn("b", 10), drawn("c", 100_000));
    expect_transient(store(&mut connection, &[&small, &large]));
    assert_eq!(offsets(&connection), [1]);
    limit(&connection, 1_000_000);
    let stored = store(&mut connection, &[&small, &large]).expect("there is room again");
    assert_eq!(stored.heads, [(LogId(0), Offset(3))]);
    assert_eq!(offsets(&connection), [1, 2, 3]);
}

#[test]
fn a_busy_file_is_a_passing_trouble() {
    let (folder, mut connection) = open();
    let other = connection::open(&folder.path().join("log.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    connection.busy_timeout(Duration::ZERO).expect("set");
    expect_transient(store(&mut connection, &[&drawn("a", 10)]));
    other.execute_batch("ROLLBACK").expect("unlocked");
    store(&mut connection, &[&drawn("a", 10)]).expect("free again");
    assert_eq!(offsets(&connection), [1]);
}

#[test]
fn a_transaction_that_was_left_open_is_rolled_back() {
    let (_folder, mut connection) = open();
    let left_open = "BEGIN IMMEDIATE; UPDATE meta SET logs = 9";
    connection.execute_batch(left_open).expect("begun");
    store(&mut connection, &[&drawn("a", 10)]).expect("stored");
    let logs = connection.query_row("SELECT logs FROM meta", [], |row| row.get(0));
    assert_eq!(logs, Ok(1));
}

#[test]
fn a_clock_set_back_does_not_turn_time_back() {
    let (_folder, mut connection) = open();
    store(&mut connection, &[&drawn("a", 10)]).expect("stored");
    let future = Timestamp::now().as_microsecond() + 3_600_000_000;
    connection
        .execute("UPDATE events SET recorded_at = ?1", [future])
        .expect("the clock was an hour ahead");
    store(&mut connection, &[&drawn("b", 10)]).expect("stored");
    let tail = rows::tail(&connection, LogId(0)).expect("reads");
    assert_eq!((tail.offset, tail.recorded_at), (Offset(2), future));
}

#[test]
fn a_removed_row_is_a_damaged_log() {
    let (_folder, mut connection) = open();
    let drawn = [drawn("a", 1), drawn("b", 1), drawn("c", 1)];
    store(&mut connection, &drawn.each_ref()).expect("stored");
    connection
        .execute("DELETE FROM events WHERE log_offset = 2", [])
        .expect("deleted");
    let events = rows::read(&connection, LogId(0), Offset::START, 100).expect("reads");
    let refused = crate::event_log::checks::expect_contiguous(Offset::START, &events);
    let error = refused.expect_err("there is a hole");
    assert_eq!(
        error.to_string(),
        "the event log is damaged: offset 2 of log 0 is missing"
    );
}

#[test]
fn an_unreadable_row_is_a_damaged_log() {
    let (_folder, mut connection) = open();
    store(&mut connection, &[&drawn("a", 1)]).expect("stored");
    connection
        .execute("UPDATE events SET payload = '{'", [])
        .expect("damaged");
    let error = rows::read(&connection, LogId(0), Offset::START, 100).expect_err("refused");
    assert!(matches!(log_error(error), LogError::Corrupt(_)));
}
