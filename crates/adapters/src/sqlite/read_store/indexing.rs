//! The indexes of a generation that was written in bulk, built in one go.
//!
//! Places written one document at a time land all over the index: a rebuild would write each page of it hundreds
//! of times. Sorted first, every page is written once. The sort spills to disk beyond [`SORT_KIB`].

use std::path::Path;

use picasso_projections::ports::GenerationId;
use rusqlite::{Connection, params};
use tokio::sync::mpsc;

use super::{Failure, connection, corrupt, generations::row_of};

/// Rows inserted in one transaction; others write in between.
const CHUNK: usize = 10_000;
/// Chunks that are sorted before the writer asks for them.
pub const AHEAD: usize = 2;
/// Memory for sorting.
const SORT_KIB: i64 = 32 << 10;

/// A place in an index (name, prefix, sort), and whose it is.
pub struct Entry {
    place: (String, String, String),
    key: String,
    document: i64,
}

/// Whether pages of this generation are complete, because each write keeps its places.
pub fn is_indexed(db: &Connection, generation: i64) -> Result<bool, Failure> {
    let mut query = db.prepare_cached("SELECT indexed FROM generations WHERE id = ?1")?;
    Ok(query.query_row([generation], |row| row.get(0))?)
}

/// Removes some of what an attempt that was cut short left behind; answers whether there may be more.
pub fn clear_step(db: &Connection, id: &GenerationId) -> Result<bool, Failure> {
    let row = row_of(db, id)?;
    let mut delete = db.prepare_cached(
        "DELETE FROM entries WHERE (generation, name, prefix, sort, key) IN
         (SELECT generation, name, prefix, sort, key FROM entries WHERE generation = ?1 LIMIT ?2)",
    )?;
    Ok(delete.execute(params![row, CHUNK])? > 0)
}

/// Hands out all places of a generation, nearly in the order of the index. Ends early when nobody listens.
pub fn sort(
    path: &Path,
    id: &GenerationId,
    sorted: &mpsc::Sender<Vec<Entry>>,
) -> Result<(), Failure> {
    let db = connection::open_read_only(path)?;
    db.pragma_update(None, "cache_size", -SORT_KIB)?;
    let row = row_of(&db, id)?;
    // A place as JSON text sorts as its parts do, but for escapes; more is not asked of it.
    let mut query = db.prepare(
        "SELECT place.value, d.key, d.id FROM documents d, json_each(d.places) place
         WHERE d.generation = ?1 ORDER BY place.value, d.key",
    )?;
    let mut rows = query.query([row])?;
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some(row) = rows.next()? {
        let place = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        chunk.push(Entry {
            place: serde_json::from_str(place).map_err(|error| corrupt("a place", error))?,
            key: row.get(1)?,
            document: row.get(2)?,
        });
        if chunk.len() == CHUNK && sorted.blocking_send(std::mem::take(&mut chunk)).is_err() {
            return Ok(());
        }
    }
    if sorted.blocking_send(chunk).is_err() {
        tracing::debug!(generation = %id, "building the indexes was given up");
    }
    Ok(())
}

pub fn insert(db: &Connection, id: &GenerationId, entries: &[Entry]) -> Result<(), Failure> {
    let row = row_of(db, id)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO entries (generation, name, prefix, sort, key, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for entry in entries {
        let (name, prefix, sort) = &entry.place;
        let (key, document) = (&entry.key, entry.document);
        insert.execute(params![row, name, prefix, sort, key, document])?;
    }
    Ok(())
}

/// From now on each write keeps its places.
pub fn done(db: &Connection, id: &GenerationId) -> Result<(), Failure> {
    let row = row_of(db, id)?;
    let mark = "UPDATE generations SET indexed = 1 WHERE id = ?1";
    db.execute(mark, [row])?;
    Ok(())
}
