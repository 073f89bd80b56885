//! Reads rows back as events and stored replies. A row that cannot be read is a damaged log, never skipped.

use std::sync::Arc;

use jiff::Timestamp;
use picasso_domain::values::Digest;
use picasso_eventlog::{LogError, LogId, Offset, Position, RecordedEvent, RequestKey, StoredReply};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde_json::value::RawValue;

use super::schema;
use crate::sqlite::connection::is_transient;

const LOAD: &str = "
    SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
        recorded_at
    FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence > ?3
    ORDER BY sequence LIMIT ?4";
const READ: &str = "
    SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
        recorded_at
    FROM events WHERE position > ?1 AND position <= ?2
    ORDER BY position LIMIT ?3";
const TAIL: &str = "
    SELECT position, recorded_at FROM events WHERE position > ?1 AND position <= ?2
    ORDER BY position DESC LIMIT 1";
const REQUEST: &str = "
    SELECT fingerprint, reply, log_offset FROM requests
    WHERE log = ?1 AND request_id = ?3 AND actor = ?2";

/// Where a log ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    pub(super) offset: Offset,
    /// Microseconds since 1970.
    pub(super) recorded_at: i64,
}

pub(super) fn load(
    connection: &Connection,
    aggregate_type: &str,
    aggregate_id: &str,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<RecordedEvent>> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(LOAD)?;
    let values = params![aggregate_type, aggregate_id, after, limit];
    statement.query_map(values, event)?.collect()
}

pub(super) fn read(
    connection: &Connection,
    log: LogId,
    after: Offset,
    limit: usize,
) -> rusqlite::Result<Vec<RecordedEvent>> {
    let after = schema::pack(Position::new(log, after));
    let mut statement = connection.prepare_cached(READ)?;
    let values = params![after, schema::last_key(log), limit];
    statement.query_map(values, event)?.collect()
}

pub(super) fn tail(connection: &Connection, log: LogId) -> rusqlite::Result<Tail> {
    let start = schema::pack(Position::new(log, Offset::START));
    let mut statement = connection.prepare_cached(TAIL)?;
    let found = statement
        .query_row(params![start, schema::last_key(log)], |row| {
            Ok(Tail {
                offset: schema::unpack(row.get(0)?).offset,
                recorded_at: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(super) fn request(
    connection: &Connection,
    log: LogId,
    key: &RequestKey,
) -> rusqlite::Result<Option<StoredReply>> {
    let mut statement = connection.prepare_cached(REQUEST)?;
    let values = params![log.0, key.actor, key.request_id.as_bytes()];
    let found = statement.query_row(values, |row| {
        Ok(StoredReply {
            fingerprint: Digest::new(row.get(0)?),
            reply: json(row, 1)?,
            position: Position::new(log, Offset(row.get(2)?)),
        })
    });
    found.optional()
}

fn event(row: &Row<'_>) -> rusqlite::Result<RecordedEvent> {
    let Position { log, offset } = schema::unpack(row.get(0)?);
    let recorded_at: i64 = row.get(8)?;
    Ok(RecordedEvent {
        log,
        offset,
        aggregate_type: row.get(1)?,
        aggregate_id: row.get(2)?,
        sequence: row.get(3)?,
        event_type: row.get(4)?,
        event_version: row.get(5)?,
        payload: json(row, 6)?,
        metadata: serde_json::from_str(row.get_ref(7)?.as_str()?)
            .map_err(|error| unreadable(7, Type::Text, error))?,
        recorded_at: Timestamp::from_microsecond(recorded_at)
            .map_err(|error| unreadable(8, Type::Integer, error))?,
    })
}

fn json(row: &Row<'_>, column: usize) -> rusqlite::Result<Box<RawValue>> {
    RawValue::from_string(row.get(column)?).map_err(|error| unreadable(column, Type::Text, error))
}

fn unreadable(
    column: usize,
    stored: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, stored, Box::new(error))
}

/// Tells what may pass by itself from what is wrong with the file or with us.
pub(super) fn log_error(error: impl Into<Arc<rusqlite::Error>>) -> LogError {
    let error = error.into();
    if is_transient(&error) {
        LogError::unavailable(error)
    } else {
        LogError::Corrupt(error.to_string())
    }
}
