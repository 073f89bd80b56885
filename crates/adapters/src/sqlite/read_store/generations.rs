//! Generations, the pointer to the live one, and checkpoints.

use picasso_domain::Timestamp;
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::ports::{
    Generation, GenerationId, GenerationState, Offsets, ReadStoreError,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{Failure, corrupt};

/// Rows removed in one transaction while a generation is dropped; others write in between.
const STEP: usize = 2_000;

/// The row of a generation that was not dropped.
pub fn row_of(db: &Connection, id: &GenerationId) -> Result<i64, Failure> {
    let mut query = db.prepare_cached(
        "SELECT id FROM generations WHERE projection = ?1 AND number = ?2
         AND state NOT IN ('dropped', 'swept')",
    )?;
    let found = query.query_row(params![id.projection, id.number], |row| row.get(0));
    let missing = || ReadStoreError::NoGeneration(id.clone());
    Ok(found.optional()?.ok_or_else(missing)?)
}

pub fn live(db: &Connection, projection: &str) -> Result<Option<Generation>, Failure> {
    let mut query = db.prepare_cached(
        "SELECT projection, number, state, version, epoch, created_at FROM generations
         WHERE projection = ?1 AND state = 'live'",
    )?;
    let mut rows = query.query([projection])?;
    rows.next()?.map(generation).transpose()
}

pub fn all(db: &Connection, projection: &str) -> Result<Vec<Generation>, Failure> {
    let mut query = db.prepare_cached(
        "SELECT projection, number, state, version, epoch, created_at FROM generations
         WHERE projection = ?1 AND state NOT IN ('dropped', 'swept') ORDER BY number",
    )?;
    let mut rows = query.query([projection])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(generation(row)?);
    }
    Ok(found)
}

fn generation(row: &Row<'_>) -> Result<Generation, Failure> {
    let (state, epoch): (String, String) = (row.get(2)?, row.get(4)?);
    let created_at: String = row.get(5)?;
    let state = match state.as_str() {
        "building" => GenerationState::Building,
        "live" => GenerationState::Live,
        "retired" => GenerationState::Retired,
        other => return Err(corrupt("state of a generation", other)),
    };
    let epoch = epoch.parse().map_err(|error| corrupt("an epoch", error))?;
    Ok(Generation {
        id: GenerationId {
            projection: row.get(0)?,
            number: row.get(1)?,
        },
        state,
        version: row.get(3)?,
        epoch: Epoch(epoch),
        created_at: time(&created_at)?,
    })
}

pub fn time(raw: &str) -> Result<Timestamp, Failure> {
    raw.parse().map_err(|error| corrupt("a time", error))
}

pub fn create(
    db: &Connection,
    projection: &str,
    version: u32,
    epoch: Epoch,
) -> Result<Generation, Failure> {
    let created_at = Timestamp::now();
    let number: u32 = db.query_row(
        "INSERT INTO generations (projection, number, state, version, epoch, created_at)
         SELECT ?1, coalesce(max(number), 0) + 1, 'building', ?2, ?3, ?4
         FROM generations WHERE projection = ?1 RETURNING number",
        params![
            projection,
            version,
            epoch.to_string(),
            created_at.to_string()
        ],
        |row| row.get(0),
    )?;
    let projection = projection.to_owned();
    Ok(Generation {
        id: GenerationId { projection, number },
        state: GenerationState::Building,
        version,
        epoch,
        created_at,
    })
}

pub fn make_live(db: &Connection, id: &GenerationId) -> Result<(), Failure> {
    let row = row_of(db, id)?;
    db.execute(
        "UPDATE generations SET state = 'retired'
         WHERE projection = ?1 AND state = 'live' AND id <> ?2",
        params![id.projection, row],
    )?;
    db.execute("UPDATE generations SET state = 'live' WHERE id = ?1", [row])?;
    Ok(())
}

/// The first step of dropping: nobody finds the generation any more. Quiet when it was dropped before.
pub fn hide(db: &Connection, id: &GenerationId) -> Result<(), Failure> {
    let query = "SELECT state FROM generations WHERE projection = ?1 AND number = ?2";
    let guard = params![id.projection, id.number];
    let state: Option<String> = db.query_row(query, guard, |row| row.get(0)).optional()?;
    match state.as_deref() {
        None => Err(ReadStoreError::NoGeneration(id.clone()).into()),
        Some("live") => Err(ReadStoreError::StillLive(id.clone()).into()),
        Some("dropped" | "swept") => Ok(()),
        Some(_) => {
            let hide = "UPDATE generations SET state = 'dropped'
                        WHERE projection = ?1 AND number = ?2";
            db.execute(hide, guard)?;
            Ok(())
        }
    }
}

/// Removes some rows of a dropped generation; answers whether there may be more, of this one or another
/// whose dropping was cut short.
pub fn sweep_step(db: &Transaction<'_>) -> Result<bool, Failure> {
    let query = "SELECT id FROM generations WHERE state = 'dropped' LIMIT 1";
    let found: Option<i64> = db.query_row(query, [], |row| row.get(0)).optional()?;
    let Some(generation) = found else {
        return Ok(false);
    };
    let bounded = [
        "DELETE FROM entries WHERE (generation, name, prefix, sort, key) IN
         (SELECT generation, name, prefix, sort, key FROM entries WHERE generation = ?1 LIMIT ?2)",
        "DELETE FROM documents WHERE id IN
         (SELECT id FROM documents WHERE generation = ?1 LIMIT ?2)",
        "DELETE FROM parked WHERE (generation, key) IN
         (SELECT generation, key FROM parked WHERE generation = ?1 LIMIT ?2)",
    ];
    for delete in bounded {
        if db
            .prepare_cached(delete)?
            .execute(params![generation, STEP])?
            > 0
        {
            return Ok(true);
        }
    }
    db.execute(
        "DELETE FROM checkpoints WHERE generation = ?1",
        [generation],
    )?;
    let swept = "UPDATE generations SET state = 'swept' WHERE id = ?1";
    db.execute(swept, [generation])?;
    Ok(true)
}

pub fn checkpoints(db: &Connection, id: &GenerationId) -> Result<Offsets, Failure> {
    let row = row_of(db, id)?;
    let mut query =
        db.prepare_cached("SELECT log, log_offset FROM checkpoints WHERE generation = ?1")?;
    let rows = query.query_map([row], |row| Ok((LogId(row.get(0)?), Offset(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn save_checkpoint(
    db: &Connection,
    id: &GenerationId,
    log: LogId,
    offset: Offset,
) -> Result<(), Failure> {
    let row = row_of(db, id)?;
    let mut save = db.prepare_cached(
        "INSERT INTO checkpoints (generation, log, log_offset) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET log_offset = max(log_offset, excluded.log_offset)",
    )?;
    save.execute(params![row, log.0, offset.0])?;
    Ok(())
}
