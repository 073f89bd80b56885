//! How every SQLite file of ours is opened, versioned and its errors judged.
//!
//! Keeps true: what a transaction committed survives a power cut (WAL with `synchronous=FULL`), and a file
//! written by a newer program is refused instead of misread.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

/// How long a statement waits for another process that holds the write lock.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements a connection keeps.
const STATEMENTS: usize = 64;

/// A file this program cannot work with.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "the file has schema version {found}, this program knows {known}: use a newer program, or another file"
    )]
    Newer { found: usize, known: usize },
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Opens a file for reading and writing, and makes it when it is missing.
///
/// # Errors
/// [`rusqlite::Error`] when the file cannot be opened or is not a database.
pub fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Opens an existing file for reading only.
///
/// # Errors
/// [`rusqlite::Error`] when the file is missing or is not a database.
pub fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Brings a file to the newest schema; `steps[n]` leads from version n to n + 1 (`user_version`).
///
/// # Errors
/// [`MigrateError`]; the file is unchanged then.
pub fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), MigrateError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = steps.len();
    let Some(missing) = steps.get(found..) else {
        return Err(MigrateError::Newer { found, known });
    };
    if missing.is_empty() {
        return Ok(());
    }
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    Ok(transaction.commit()?)
}

/// Whether trying again later may help: the file is busy, the disk full or failing, a handle missing.
#[must_use]
pub fn is_transient(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OperationInterrupted
                | ErrorCode::SchemaChanged
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_moves_through_the_steps_it_misses() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.db");
        let first = "CREATE TABLE a (x INTEGER) STRICT";
        let second = "CREATE TABLE b (x INTEGER) STRICT";
        let mut connection = open(&path).expect("opens");
        migrate(&mut connection, &[first]).expect("version 1");
        migrate(&mut connection, &[first, second]).expect("version 2");
        migrate(&mut connection, &[first, second]).expect("nothing to do");
        connection
            .execute_batch("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)")
            .expect("both tables");
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let mut connection = open(&folder.path().join("a.db")).expect("opens");
        connection
            .pragma_update(None, "user_version", 7)
            .expect("set");
        let refused = migrate(&mut connection, &["SELECT 1"]).expect_err("refused");
        assert_eq!(
            refused.to_string(),
            "the file has schema version 7, this program knows 1: use a newer program, or another file"
        );
    }

    #[test]
    fn a_failing_step_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().expect("folder");
        let mut connection = open(&folder.path().join("a.db")).expect("opens");
        let broken = "CREATE TABLE a (x INTEGER); CREATE TABLE nonsense";
        migrate(&mut connection, &[broken]).expect_err("refused");
        migrate(&mut connection, &["CREATE TABLE a (x INTEGER)"]).expect("no table was left");
    }

    #[test]
    fn what_is_committed_is_synced() {
        let folder = tempfile::tempdir().expect("folder");
        let connection = open(&folder.path().join("a.db")).expect("opens");
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        assert_eq!(pragma("synchronous"), Ok(2_i64));
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .expect("mode");
        assert_eq!(mode, "wal");
    }
}
