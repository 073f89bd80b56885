//! Reads rows back as events and stored replies. A row that cannot be read is a damaged log, never skipped.

use jiff::Timestamp;
use picasso_domain::values::Digest;
use picasso_eventlog::{LogError, LogId, Offset, Position, RecordedEvent, RequestKey, StoredReply};
use serde_json::value::RawValue;
use sqlx::{
    Decode, Postgres, Row, Type,
    postgres::{PgRow, PgValueFormat},
};

use crate::postgres::connection::{Connections, fetch};

const LOAD: &str = "
    SELECT log, log_offset, aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text,
        metadata::text, recorded_at
    FROM events WHERE log = $1 AND aggregate_type = $2 AND aggregate_id = $3 AND sequence > $4
    ORDER BY sequence LIMIT $5";
const READ: &str = "
    SELECT log, log_offset, aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text,
        metadata::text, recorded_at
    FROM events WHERE log = $1 AND log_offset > $2
    ORDER BY log_offset LIMIT $3";
const HEAD: &str = "SELECT head FROM log_heads WHERE log = $1";
const REQUEST: &str = "
    SELECT fingerprint, reply, log_offset FROM requests
    WHERE log = $1 AND request_id = $2 AND actor = $3";

/// Microseconds from 1970 to 2000, where PostgreSQL's time begins.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// A page of rows from one place on, in the events' own order.
pub(super) async fn load(
    pool: &Connections,
    log: LogId,
    (aggregate_type, aggregate_id): (&str, &str),
    after: u64,
    limit: usize,
) -> Result<Vec<RecordedEvent>, LogError> {
    let statement = sqlx::query(LOAD).bind(i32::from(log.0));
    let statement = statement.bind(aggregate_type).bind(aggregate_id);
    let statement = statement.bind(bounded(after)).bind(bounded(limit as u64));
    events(&fetch(pool, statement).await?)
}

pub(super) async fn read(
    pool: &Connections,
    log: LogId,
    after: Offset,
    limit: usize,
) -> Result<Vec<RecordedEvent>, LogError> {
    let statement = sqlx::query(READ).bind(i32::from(log.0));
    let statement = statement.bind(bounded(after.0)).bind(bounded(limit as u64));
    events(&fetch(pool, statement).await?)
}

pub(super) async fn head(pool: &Connections, log: LogId) -> Result<Offset, LogError> {
    let statement = sqlx::query(HEAD).bind(i32::from(log.0));
    match fetch(pool, statement).await?.first() {
        Some(row) => Ok(Offset(unsigned(row.try_get(0).map_err(unreadable)?)?)),
        None => Ok(Offset::START),
    }
}

pub(super) async fn request(
    pool: &Connections,
    log: LogId,
    key: &RequestKey,
) -> Result<Option<StoredReply>, LogError> {
    let statement = sqlx::query(REQUEST).bind(i32::from(log.0));
    let statement = statement.bind(key.request_id).bind(&key.actor);
    let rows = fetch(pool, statement).await?;
    rows.first()
        .map(|row| reply(row, log, [0, 1, 2]))
        .transpose()
}

/// A stored reply from the columns of its fingerprint, text and offset.
pub(super) fn reply(row: &PgRow, log: LogId, at: [usize; 3]) -> Result<StoredReply, LogError> {
    let fingerprint: [u8; 32] = row.try_get(at[0]).map_err(unreadable)?;
    let offset = unsigned(row.try_get(at[2]).map_err(unreadable)?)?;
    Ok(StoredReply {
        fingerprint: Digest::new(fingerprint),
        reply: json(row, at[1])?,
        position: Position::new(log, Offset(offset)),
    })
}

fn events(rows: &[PgRow]) -> Result<Vec<RecordedEvent>, LogError> {
    rows.iter().map(event).collect()
}

fn event(row: &PgRow) -> Result<RecordedEvent, LogError> {
    let log: i32 = row.try_get(0).map_err(unreadable)?;
    let version: &str = row.try_get(6).map_err(unreadable)?;
    let metadata: &str = row.try_get(8).map_err(unreadable)?;
    let Moment(recorded_at) = row.try_get(9).map_err(unreadable)?;
    Ok(RecordedEvent {
        log: LogId(u16::try_from(log).map_err(unreadable)?),
        offset: Offset(unsigned(row.try_get(1).map_err(unreadable)?)?),
        aggregate_type: row.try_get(2).map_err(unreadable)?,
        aggregate_id: row.try_get(3).map_err(unreadable)?,
        sequence: unsigned(row.try_get(4).map_err(unreadable)?)?,
        event_type: row.try_get(5).map_err(unreadable)?,
        event_version: version.parse().map_err(unreadable)?,
        payload: json(row, 7)?,
        metadata: serde_json::from_str(metadata).map_err(unreadable)?,
        recorded_at,
    })
}

fn json(row: &PgRow, column: usize) -> Result<Box<RawValue>, LogError> {
    let text = row.try_get(column).map_err(unreadable)?;
    RawValue::from_string(text).map_err(unreadable)
}

fn unreadable(error: impl std::error::Error) -> LogError {
    LogError::Corrupt(error.to_string())
}

/// PostgreSQL has no unsigned integers; what is larger than its largest is beyond everything stored.
pub(super) fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> Result<u64, LogError> {
    u64::try_from(number).map_err(unreadable)
}

/// A `timestamptz`: sqlx reads one only into other libraries' types.
struct Moment(Timestamp);

impl Type<Postgres> for Moment {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        sqlx::postgres::PgTypeInfo::with_name("timestamptz")
    }
}

impl<'r> Decode<'r, Postgres> for Moment {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        if value.format() != PgValueFormat::Binary {
            return Err("a time came as text".into());
        }
        let micros = i64::from_be_bytes(value.as_bytes()?.try_into()?);
        let micros = micros
            .checked_add(EPOCH_MICROS)
            .ok_or("a time is out of range")?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }
}
