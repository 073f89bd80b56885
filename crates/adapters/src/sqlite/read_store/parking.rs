//! Parked documents: what failed, and what waits in the log until it is folded again.

use picasso_eventlog::{LogId, Offset};
use picasso_projections::ports::{GenerationId, Offsets, Parked};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Failure,
    documents::{json, offsets},
    generations::{row_of, time},
};

pub fn park(db: &Connection, generation: &GenerationId, parked: &Parked) -> Result<(), Failure> {
    let row = row_of(db, generation)?;
    let mut waiting = waiting(db, row, &parked.key)?.unwrap_or_default();
    for (log, offset) in &parked.waiting {
        raise(&mut waiting, *log, *offset);
    }
    let mut insert = db.prepare_cached(
        "INSERT INTO parked
         (generation, key, log, log_offset, waiting, reason, attempts, parked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET log = excluded.log, log_offset = excluded.log_offset,
         waiting = excluded.waiting, reason = excluded.reason, attempts = excluded.attempts",
    )?;
    insert.execute(params![
        row,
        parked.key,
        parked.log.0,
        parked.offset.0,
        json(&waiting)?,
        parked.reason,
        parked.attempts,
        parked.parked_at.to_string(),
    ])?;
    Ok(())
}

pub fn parked(
    db: &Connection,
    generation: &GenerationId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Parked>, Failure> {
    let row = row_of(db, generation)?;
    let mut query = db.prepare_cached(
        "SELECT key, log, log_offset, waiting, reason, attempts, parked_at FROM parked
         WHERE generation = ?1 AND (?2 IS NULL OR key > ?2) ORDER BY key LIMIT ?3",
    )?;
    let mut rows = query.query(params![row, after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<Parked, Failure> {
    let (waiting, parked_at): (String, String) = (row.get(3)?, row.get(6)?);
    Ok(Parked {
        key: row.get(0)?,
        log: LogId(row.get(1)?),
        offset: Offset(row.get(2)?),
        waiting: offsets(&waiting)?,
        reason: row.get(4)?,
        attempts: row.get(5)?,
        parked_at: time(&parked_at)?,
    })
}

pub fn defer(
    db: &Connection,
    generation: &GenerationId,
    key: &str,
    log: LogId,
    offset: Offset,
) -> Result<bool, Failure> {
    let row = row_of(db, generation)?;
    let Some(mut waiting) = waiting(db, row, key)? else {
        return Ok(false);
    };
    raise(&mut waiting, log, offset);
    let mut update =
        db.prepare_cached("UPDATE parked SET waiting = ?3 WHERE generation = ?1 AND key = ?2")?;
    update.execute(params![row, key, json(&waiting)?])?;
    Ok(true)
}

pub fn unpark(
    db: &Connection,
    generation: &GenerationId,
    key: &str,
    folded: &Offsets,
) -> Result<bool, Failure> {
    let row = row_of(db, generation)?;
    let waiting = waiting(db, row, key)?.unwrap_or_default();
    let reached = |log, offset| folded.get(log).is_some_and(|folded| folded >= offset);
    if !waiting.iter().all(|(log, offset)| reached(log, offset)) {
        return Ok(false);
    }
    let mut delete = db.prepare_cached("DELETE FROM parked WHERE generation = ?1 AND key = ?2")?;
    delete.execute(params![row, key])?;
    Ok(true)
}

fn waiting(db: &Connection, generation: i64, key: &str) -> Result<Option<Offsets>, Failure> {
    let mut query =
        db.prepare_cached("SELECT waiting FROM parked WHERE generation = ?1 AND key = ?2")?;
    let found = query.query_row(params![generation, key], |row| row.get::<_, String>(0));
    found.optional()?.as_deref().map(offsets).transpose()
}

fn raise(waiting: &mut Offsets, log: LogId, offset: Offset) {
    let last = waiting.entry(log).or_default();
    *last = offset.max(*last);
}
