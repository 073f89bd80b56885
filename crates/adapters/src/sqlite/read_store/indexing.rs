//! The indexes of a generation that was written in bulk, built in one go.
//!
//! Places written one document at a time land all over the index: a rebuild would write each page of it hundreds
//! of times. Sorted first, every page is written once, or once for each run of [`RUN_ROWS`] places.

use std::{collections::HashMap, path::Path, sync::Arc};

use picasso_projections::ports::GenerationId;
use rusqlite::{Connection, Statement, params};
use tokio::sync::mpsc;

use super::{Failure, connection, generations::row_of, places};

/// Rows inserted in one transaction; others write in between.
const CHUNK: usize = 20_000;
/// Rows inserted by one statement, which finds its way into the index once for all of them.
const ROWS: usize = 100;
/// Chunks that are sorted before the writer asks for them.
pub const AHEAD: usize = 2;
/// Places sorted in memory at a time, about 64 bytes each.
pub const RUN_ROWS: usize = 500_000;

/// A row of `entries`.
pub struct Entry {
    index: Arc<str>,
    prefix: Arc<str>,
    sort: Arc<str>,
    document: Arc<Listed>,
}

/// The document that stands there.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    key: String,
    id: i64,
}

/// Who stands where: index, then prefix, then sort and document.
type Run = HashMap<Arc<str>, HashMap<Arc<str>, Vec<(Arc<str>, Arc<Listed>)>>>;

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

/// Hands out all places of a generation, in the order of the index run by run. Ends early when nobody listens.
pub fn sort(
    path: &Path,
    id: &GenerationId,
    run_rows: usize,
    sorted: &mpsc::Sender<Vec<Entry>>,
) -> Result<(), Failure> {
    let db = connection::open_read_only(path)?;
    let row = row_of(&db, id)?;
    let mut query =
        db.prepare("SELECT key, id, places FROM documents WHERE generation = ?1 ORDER BY key")?;
    let mut rows = query.query([row])?;
    let (mut run, mut size) = (Run::new(), 0);
    while let Some(row) = rows.next()? {
        let (key, id) = (row.get(0)?, row.get(1)?);
        let listed = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        size += list(&mut run, Listed { key, id }, listed)?;
        if size >= run_rows {
            if !hand_out(std::mem::take(&mut run), sorted) {
                return Ok(());
            }
            size = 0;
        }
    }
    if !hand_out(run, sorted) {
        tracing::debug!(generation = %id, "building the indexes was given up");
    }
    Ok(())
}

/// Adds a document to a run; answers in how many places.
fn list(run: &mut Run, document: Listed, listed: &str) -> Result<usize, Failure> {
    let (document, mut size) = (Arc::new(document), 0);
    for (index, sorts) in places::parse(listed)? {
        let index = run.entry(index.into()).or_default();
        for (sort, prefixes) in sorts {
            let sort: Arc<str> = sort.into();
            size += prefixes.len();
            for prefix in prefixes {
                let place = (Arc::clone(&sort), Arc::clone(&document));
                index.entry(prefix.into()).or_default().push(place);
            }
        }
    }
    Ok(size)
}

/// Answers whether somebody listens.
fn hand_out(run: Run, sorted: &mpsc::Sender<Vec<Entry>>) -> bool {
    let mut chunk = Vec::with_capacity(CHUNK);
    for (index, prefixes) in in_order(run) {
        for (prefix, mut places) in in_order(prefixes) {
            // Mostly in order already: documents come by key, and keys are mostly as old as their documents.
            places.sort();
            for (sort, document) in places {
                chunk.push(Entry {
                    index: Arc::clone(&index),
                    prefix: Arc::clone(&prefix),
                    sort,
                    document,
                });
                if chunk.len() == CHUNK && sorted.blocking_send(chunk.split_off(0)).is_err() {
                    return false;
                }
            }
        }
    }
    sorted.blocking_send(chunk).is_ok()
}

fn in_order<T>(map: HashMap<Arc<str>, T>) -> Vec<(Arc<str>, T)> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    entries
}

pub fn insert(db: &Connection, id: &GenerationId, entries: &[Entry]) -> Result<(), Failure> {
    let generation = row_of(db, id)?;
    for index in entries.chunk_by(|a, b| a.index == b.index) {
        for part in index.chunks(ROWS) {
            let mut insert = db.prepare_cached(&insert_rows(part.len()))?;
            insert_part(&mut insert, generation, part)?;
        }
    }
    Ok(())
}

/// Inserts entries of one index.
fn insert_part(
    insert: &mut Statement<'_>,
    generation: i64,
    entries: &[Entry],
) -> Result<(), Failure> {
    insert.raw_bind_parameter(1, generation)?;
    insert.raw_bind_parameter(2, entries.first().map(|entry| &*entry.index))?;
    for (entry, first) in entries.iter().zip((3..).step_by(4)) {
        let document = &entry.document;
        insert.raw_bind_parameter(first, &*entry.prefix)?;
        insert.raw_bind_parameter(first + 1, &*entry.sort)?;
        insert.raw_bind_parameter(first + 2, &document.key)?;
        insert.raw_bind_parameter(first + 3, document.id)?;
    }
    insert.raw_execute()?;
    Ok(())
}

/// The generation and the index are the first two parameters; then come those of each row.
fn insert_rows(rows: usize) -> String {
    let values = vec!["(?1, ?2, ?, ?, ?, ?)"; rows].join(", ");
    format!("INSERT INTO entries (generation, name, prefix, sort, key, document) VALUES {values}")
}

/// From now on each write keeps its places.
pub fn done(db: &Connection, id: &GenerationId) -> Result<(), Failure> {
    let row = row_of(db, id)?;
    let mark = "UPDATE generations SET indexed = 1 WHERE id = ?1";
    db.execute(mark, [row])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(documents: &[(&str, &str)]) -> Run {
        let mut run = Run::new();
        for (id, (key, listed)) in (1..).zip(documents) {
            let key = (*key).to_owned();
            list(&mut run, Listed { key, id }, listed).expect("listed");
        }
        run
    }

    #[test]
    fn a_run_is_handed_out_in_the_order_of_the_index() {
        let run = run(&[
            ("b", r#"{"tag":{"2":["sky","sea"]},"new":{"2":[""]}}"#),
            (
                "a",
                r#"{"tag":{"2":["sky"],"10":["sky"]},"new":{"10":[""]}}"#,
            ),
        ]);
        let (sorted, mut chunks) = mpsc::channel(AHEAD);
        assert!(hand_out(run, &sorted), "somebody listens");
        let handed: Vec<_> = chunks.blocking_recv().expect("a chunk");
        let handed = handed.iter().map(|entry| {
            let document = entry.document.key.as_str();
            (&*entry.index, &*entry.prefix, &*entry.sort, document)
        });
        let expected = [
            ("new", "", "10", "a"),
            ("new", "", "2", "b"),
            ("tag", "sea", "2", "b"),
            ("tag", "sky", "10", "a"),
            ("tag", "sky", "2", "a"),
            ("tag", "sky", "2", "b"),
        ];
        assert_eq!(handed.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_is_handed_out_when_nobody_listens() {
        let (sorted, chunks) = mpsc::channel(AHEAD);
        drop(chunks);
        assert!(!hand_out(run(&[("a", r#"{"new":{"1":[""]}}"#)]), &sorted));
    }
}
