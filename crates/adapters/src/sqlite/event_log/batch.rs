//! Stores a batch of commits in one transaction, each accepted or refused on its own.
//!
//! Keeps true: the write lock is held from before the first look to the end, so what a commit is checked
//! against cannot change, offsets have no holes, and a refused commit has written nothing. Commits of one
//! batch see each other, so several of one aggregate are simply decided in order.

use std::collections::BTreeMap;

use jiff::Timestamp;
use picasso_eventlog::{AppendError, Appended, LogId, Offset, Position, Request, StreamAppend};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    rows::{self, Tail},
    schema,
};
use crate::event_log::prepared::Prepared;

const SEQUENCE: &str =
    "SELECT max(sequence) FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2";
const INSERT_EVENT: &str = "
    INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
        metadata, recorded_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const INSERT_REQUEST: &str = "
    INSERT INTO requests (log, actor, request_id, fingerprint, reply, log_offset)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// What became of each commit, in their order, and where the logs they touched end now.
pub(super) struct Stored {
    pub(super) outcomes: Vec<Result<Appended, AppendError>>,
    pub(super) heads: Vec<(LogId, Offset)>,
}

/// Stores what can be stored; it is durable when this returns.
///
/// # Errors
/// [`rusqlite::Error`] when the batch as a whole could not be stored. Nothing of it was then, except when the
/// final sync failed: then it may be there after a restart.
pub(super) fn store(
    connection: &mut Connection,
    commits: &[&Prepared],
) -> rusqlite::Result<Stored> {
    if !connection.is_autocommit() {
        // An earlier rollback failed, for example on a full disk.
        connection.execute_batch("ROLLBACK")?;
    }
    let mut batch = Batch {
        transaction: connection.transaction_with_behavior(TransactionBehavior::Immediate)?,
        tails: BTreeMap::new(),
        now: Timestamp::now().as_microsecond(),
    };
    let outcomes = commits.iter().map(|prepared| batch.add(prepared));
    let outcomes = outcomes.collect::<rusqlite::Result<_>>()?;
    batch.transaction.commit()?;
    let heads = batch.tails.into_iter();
    let heads = heads.map(|(log, tail)| (log, tail.offset)).collect();
    Ok(Stored { outcomes, heads })
}

/// The open transaction, and where the logs it touched end within it.
struct Batch<'c> {
    transaction: Transaction<'c>,
    tails: BTreeMap<LogId, Tail>,
    now: i64,
}

impl Batch<'_> {
    fn add(&mut self, prepared: &Prepared) -> rusqlite::Result<Result<Appended, AppendError>> {
        let commit = &prepared.commit;
        if let Some(request) = &commit.request
            && let Some(answer) = self.answered_before(commit.log, request)?
        {
            return Ok(answer);
        }
        for stream in &commit.streams {
            if self.sequence(stream)? != stream.expected_sequence {
                return Ok(Err(AppendError::Conflict {
                    aggregate_type: stream.aggregate_type.clone(),
                    aggregate_id: stream.aggregate_id.clone(),
                }));
            }
        }
        self.record(prepared)
            .map(|position| Ok(Appended::Recorded { position }))
    }

    fn answered_before(
        &self,
        log: LogId,
        request: &Request,
    ) -> rusqlite::Result<Option<Result<Appended, AppendError>>> {
        let stored = rows::request(&self.transaction, log, &request.key)?;
        Ok(stored.map(|stored| {
            if stored.fingerprint == request.fingerprint {
                Ok(Appended::Repeated(stored))
            } else {
                Err(AppendError::RequestReused)
            }
        }))
    }

    /// The sequence of an aggregate's last event; 0 when it has none.
    fn sequence(&self, stream: &StreamAppend) -> rusqlite::Result<u64> {
        let mut statement = self.transaction.prepare_cached(SEQUENCE)?;
        let values = params![stream.aggregate_type, stream.aggregate_id];
        let last: Option<u64> = statement.query_row(values, |row| row.get(0))?;
        Ok(last.unwrap_or_default())
    }

    fn record(&mut self, prepared: &Prepared) -> rusqlite::Result<Position> {
        let commit = &prepared.commit;
        let mut tail = self.tail(commit.log)?;
        tail.recorded_at = tail.recorded_at.max(self.now);
        for stream in &commit.streams {
            self.insert_events(commit.log, stream, &prepared.metadata, &mut tail)?;
        }
        if let Some(request) = &commit.request {
            self.insert_request(commit.log, request, tail.offset)?;
        }
        self.tails.insert(commit.log, tail);
        Ok(Position::new(commit.log, tail.offset))
    }

    fn tail(&self, log: LogId) -> rusqlite::Result<Tail> {
        match self.tails.get(&log) {
            Some(tail) => Ok(*tail),
            None => rows::tail(&self.transaction, log),
        }
    }

    fn insert_events(
        &self,
        log: LogId,
        stream: &StreamAppend,
        metadata: &str,
        tail: &mut Tail,
    ) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(INSERT_EVENT)?;
        for (sequence, event) in (stream.expected_sequence + 1..).zip(&stream.events) {
            tail.offset = tail.offset.next();
            statement.execute(params![
                schema::pack(Position::new(log, tail.offset)),
                stream.aggregate_type,
                stream.aggregate_id,
                sequence,
                event.event_type,
                event.event_version,
                event.payload.get(),
                metadata,
                tail.recorded_at,
            ])?;
        }
        Ok(())
    }

    fn insert_request(&self, log: LogId, request: &Request, at: Offset) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(INSERT_REQUEST)?;
        statement.execute(params![
            log.0,
            request.key.actor,
            request.key.request_id.as_bytes(),
            request.fingerprint.as_bytes(),
            request.reply.get(),
            at.0,
        ])?;
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
