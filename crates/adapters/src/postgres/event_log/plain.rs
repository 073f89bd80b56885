//! The short way: a batch in one plain statement, when nothing seems to stand against it.
//!
//! Keeps true: a stream is continued only behind the very event its decision rests on. That this event is there is looked up
//! (what the statement sees may be old, but nothing is ever removed), that no other follows it is said by the unique index;
//! so is it that no request was stored before. That nothing follows in an aggregate which was only read is looked up, too;
//! what the statement sees must be the newest then, so the head it sees must be the head it locks: whoever appended in between
//! has moved it. Otherwise the whole statement leaves nothing behind, and the function `append_commits`, which decides
//! each commit by itself, takes over.

use std::sync::atomic::{AtomicU32, Ordering};

use picasso_eventlog::{Appended, LogId, Offset, Position};
use sqlx::{
    Encode, Postgres, Row, Type,
    postgres::{PgArguments, PgHasArrayType},
    query::Query,
};

use super::batch::{Columns, Stored};
use crate::postgres::{
    PostgresError,
    connection::{Connections, fetch},
};

/// The statement over the rows that its three sources give: the events that decisions rest on, the new events, and the
/// requests they answer; and under one more condition.
macro_rules! store {
    ($last:literal, $events:literal, $requests:literal, $condition:literal) => {
        concat!(
            "WITH head AS (
                UPDATE log_heads SET head = head + $2, recorded_at = greatest(recorded_at, clock_timestamp())
                WHERE log = $1 AND NOT EXISTS (
                    SELECT FROM ", $last, " AS last (aggregate_type, aggregate_id, sequence)
                    WHERE NOT EXISTS (
                        SELECT FROM events e WHERE e.log = $1 AND e.aggregate_type = last.aggregate_type
                            AND e.aggregate_id = last.aggregate_id AND e.sequence = last.sequence
                    )
                ) ", $condition, "
                RETURNING head - $2 AS before, recorded_at
            ), stored AS (
                INSERT INTO events (log, log_offset, aggregate_type, aggregate_id, sequence, event_type, event_version,
                    payload, metadata, recorded_at)
                SELECT $1, head.before + e.number, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type,
                    e.event_version, e.payload::json, e.metadata::json, head.recorded_at
                FROM head, ", $events, " AS e (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                    metadata, number)
            ), answered AS (
                INSERT INTO requests (log, request_id, actor, fingerprint, reply, log_offset)
                SELECT $1, r.request_id, r.actor, r.fingerprint, r.reply, head.before + r.events
                FROM head, ", $requests, " AS r (request_id, actor, fingerprint, reply, events)
            )
            SELECT before FROM head"
        )
    };
}

const STORE: &str = store!(
    "unnest($3::text[], $4::text[], $5::bigint[])",
    "unnest($6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[]) WITH ORDINALITY",
    "unnest($13::uuid[], $14::text[], $15::bytea[], $16::text[], $17::bigint[])",
    "AND (cardinality($18::text[]) = 0 OR head = (SELECT seen.head FROM log_heads seen WHERE seen.log = $1) AND NOT EXISTS (
        SELECT FROM unnest($18::text[], $19::text[], $20::bigint[]) AS read (aggregate_type, aggregate_id, sequence)
        WHERE EXISTS (
            SELECT FROM events e WHERE e.log = $1 AND e.aggregate_type = read.aggregate_type
                AND e.aggregate_id = read.aggregate_id AND e.sequence = read.sequence + 1
        )
    ))"
);

/// The same for a commit of one event that read nothing else: without arrays, the server needs about three quarters of the time.
const STORE_ONE: &str = store!(
    "(SELECT $3::text, $4::text, $5::bigint WHERE $5 IS NOT NULL)",
    "(SELECT $6::text, $7::text, $8::bigint, $9::text, $10::text, $11::text, $12::text, 1)",
    "(SELECT $13::uuid, $14::text, $15::bytea, $16::text, $17::bigint WHERE $13 IS NOT NULL)",
    ""
);

/// So many batches take the long way once the short one was in vain: conflicts come in swarms.
const DETOUR: u32 = 16;

/// Whether the short way is worth a try.
#[derive(Default)]
pub(super) struct ShortWay {
    detour: AtomicU32,
}

impl ShortWay {
    /// Stores all commits, or tells that the long way has to be taken.
    ///
    /// # Errors
    /// [`PostgresError`] when the batch as a whole was not stored, as for the long way.
    pub(super) async fn store(
        &self,
        pool: &Connections,
        log: LogId,
        columns: &Columns<'_>,
    ) -> Result<Option<Stored>, PostgresError> {
        if !columns.are_plain() || self.makes_a_detour() {
            return Ok(None);
        }
        let stored = match store(pool, log, columns).await {
            Err(error) if error.is_unique_violation() => None,
            stored => stored?,
        };
        if stored.is_none() {
            self.detour.store(DETOUR, Ordering::Relaxed);
        }
        Ok(stored)
    }

    fn makes_a_detour(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        self.detour.fetch_update(set, fetch, less).is_ok()
    }
}

async fn store(
    pool: &Connections,
    log: LogId,
    columns: &Columns<'_>,
) -> Result<Option<Stored>, PostgresError> {
    let ends = columns.ends();
    let rows = fetch(pool, statement(log, columns, &ends)).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let before: i64 = row.try_get(0)?;
    let at = |end: &i64| Offset(u64::try_from(before + end).unwrap_or_default());
    let recorded = |end| {
        let position = Position::new(log, at(end));
        Ok(Appended::Recorded { position })
    };
    Ok(Some(Stored {
        outcomes: ends.iter().map(recorded).collect(),
        end: ends.last().map(at),
    }))
}

fn statement<'q>(log: LogId, columns: &Columns<'q>, ends: &[i64]) -> Statement<'q> {
    let (last, events, requests) = (columns.last(), &columns.events, &columns.requests);
    let of_requests = requests.commits.iter().map(|commit| end_of(ends, *commit));
    let of_requests = of_requests.collect::<Vec<_>>();
    let read_only = columns.read_only();
    let is_one = events.types.len() == 1 && ends.len() == 1 && read_only.sequences.is_empty();
    let statement = sqlx::query(if is_one { STORE_ONE } else { STORE })
        .bind(i32::from(log.0))
        .bind(ends.last().copied().unwrap_or_default());
    let values = Values { statement, is_one };
    let values = values
        .bind(&last.aggregate_types)
        .bind(&last.aggregate_ids)
        .bind(&last.sequences)
        .bind(&events.aggregate_types)
        .bind(&events.aggregate_ids)
        .bind(&events.sequences)
        .bind(&events.types)
        .bind(&events.versions)
        .bind(&events.payloads)
        .bind(&events.metadata)
        .bind(&requests.ids)
        .bind(&requests.actors)
        .bind(&requests.fingerprints)
        .bind(&requests.replies)
        .bind(&of_requests);
    if is_one {
        return values.statement;
    }
    let values = values
        .bind(&read_only.aggregate_types)
        .bind(&read_only.aggregate_ids)
        .bind(&read_only.sequences);
    values.statement
}

type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// Binds a column as an array, or its only value, which is NULL when there is none.
struct Values<'q> {
    statement: Statement<'q>,
    is_one: bool,
}

impl<'q> Values<'q> {
    fn bind<T>(mut self, column: &[T]) -> Self
    where
        T: Clone + Encode<'q, Postgres> + Type<Postgres> + PgHasArrayType + 'q,
        Vec<T>: Encode<'q, Postgres>,
    {
        self.statement = if self.is_one {
            self.statement.bind(column.first().cloned())
        } else {
            self.statement.bind(column.to_vec())
        };
        self
    }
}

/// How many events all commits up to this one have.
fn end_of(ends: &[i64], commit: i32) -> i64 {
    let at = usize::try_from(commit - 1).unwrap_or_default();
    ends.get(at).copied().unwrap_or_default()
}
