//! The tables of the event log, how a position is packed into a row's key, and opening a file.
//!
//! Keeps true: rows lie on disk in log order, so a replay is one sequential scan; how many logs a file has
//! never changes.

use std::path::Path;

use picasso_eventlog::{Epoch, LogId, Offset, Position};
use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::sqlite::connection::{self, MigrateError};

/// `position` is `log << 47 | offset`: one integer key holds 65,536 logs of 1.4e14 events each, needs no
/// index beside the table, and keeps each log together. `log` and `log_offset` are there for people. Requests lie
/// in order of their ids: those of version 7 begin with the time, so neighbours in time share a page.
const STEPS: &[&str] = &["
    CREATE TABLE meta (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch BLOB NOT NULL,
        logs INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        aggregate_type TEXT NOT NULL,
        aggregate_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        event_type TEXT NOT NULL,
        event_version INTEGER NOT NULL,
        payload TEXT NOT NULL,
        metadata TEXT NOT NULL,
        recorded_at INTEGER NOT NULL,
        log INTEGER GENERATED ALWAYS AS (position >> 47) VIRTUAL,
        log_offset INTEGER GENERATED ALWAYS AS (position & 140737488355327) VIRTUAL
    ) STRICT;
    CREATE UNIQUE INDEX events_of_aggregate ON events (aggregate_type, aggregate_id, sequence);
    CREATE TABLE requests (
        log INTEGER NOT NULL,
        actor TEXT NOT NULL,
        request_id BLOB NOT NULL,
        fingerprint BLOB NOT NULL,
        reply TEXT NOT NULL,
        log_offset INTEGER NOT NULL,
        PRIMARY KEY (log, request_id, actor)
    ) STRICT, WITHOUT ROWID;
"];

const OFFSET_BITS: u32 = 47;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;

/// The row key of a position.
pub(super) fn pack(position: Position) -> u64 {
    u64::from(position.log.0) << OFFSET_BITS | position.offset.0.min(OFFSET_MASK)
}

/// The position of a row key.
pub(super) fn unpack(key: u64) -> Position {
    let log = u16::try_from(key >> OFFSET_BITS).unwrap_or(u16::MAX);
    Position::new(LogId(log), Offset(key & OFFSET_MASK))
}

/// The largest row key a log can have.
pub(super) fn last_key(log: LogId) -> u64 {
    pack(Position::new(log, Offset(OFFSET_MASK)))
}

/// Why a file is not the log it should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("the file was made with {found} logs and cannot be opened with {wanted}")]
    OtherLogs { found: u16, wanted: u16 },
    #[error("a deployment has at least one log")]
    NoLogs,
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Migrate(error.into())
    }
}

/// Opens a log for writing, or makes it with so many logs.
pub(super) fn open(path: &Path, logs: u16) -> Result<(Connection, Epoch), OpenError> {
    if logs == 0 {
        return Err(OpenError::NoLogs);
    }
    let mut connection = connection::open(path)?;
    connection::migrate(&mut connection, STEPS)?;
    let epoch = identify(&mut connection, logs)?;
    Ok((connection, epoch))
}

/// Reads which history this is; a new file begins a new one.
fn identify(connection: &mut Connection, logs: u16) -> Result<Epoch, OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "INSERT INTO meta (id, epoch, logs) VALUES (1, ?1, ?2) ON CONFLICT DO NOTHING",
        params![Uuid::now_v7().into_bytes(), logs],
    )?;
    let select = "SELECT epoch, logs FROM meta WHERE id = 1";
    let (epoch, found): ([u8; 16], u16) =
        transaction.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    transaction.commit()?;
    if found != logs {
        let wanted = logs;
        return Err(OpenError::OtherLogs { found, wanted });
    }
    Ok(Epoch(Uuid::from_bytes(epoch)))
}

/// Replaces the name of the history.
pub(super) fn begin_epoch(connection: &Connection) -> rusqlite::Result<Epoch> {
    let epoch = Epoch(Uuid::now_v7());
    connection.execute("UPDATE meta SET epoch = ?1", [epoch.0.into_bytes()])?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_packing() {
        for (log, offset) in [(0, 0), (0, 1), (3, 42), (u16::MAX, OFFSET_MASK)] {
            let position = Position::new(LogId(log), Offset(offset));
            assert_eq!(unpack(pack(position)), position);
            assert!(i64::try_from(pack(position)).is_ok());
        }
    }

    #[test]
    fn a_log_stays_before_the_next() {
        assert!(last_key(LogId(0)) < pack(Position::new(LogId(1), Offset::START)));
    }

    #[test]
    fn the_number_of_logs_never_changes() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("log.db");
        open(&path, 4).expect("made");
        let refused = open(&path, 1).expect_err("refused");
        assert_eq!(
            refused.to_string(),
            "the file was made with 4 logs and cannot be opened with 1"
        );
    }
}
