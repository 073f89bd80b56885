//! Documents and guarded writes.

use std::collections::BTreeSet;

use picasso_projections::ports::{
    DocumentWrite, GenerationId, Offsets, ReadStoreError, StoredDocument,
};
use rusqlite::{Connection, OptionalExtension, Row, params, types::ValueRef};
use serde_json::value::RawValue;

use super::{
    Failure, corrupt,
    generations::row_of,
    indexing::is_indexed,
    places::{self, Place},
};

pub fn get_many(
    db: &Connection,
    generation: &GenerationId,
    keys: &[String],
) -> Result<Vec<StoredDocument>, Failure> {
    // Taking a snapshot and leaving it costs about as much as finding a document: one statement tells whether the
    // generation and the document are there, and several share a transaction.
    let _snapshot = match keys.len() {
        0 | 1 => None,
        _ => Some(db.unchecked_transaction()?),
    };
    let mut query = db.prepare_cached(
        "SELECT d.key, d.revision, d.folded, d.body
         FROM generations g LEFT JOIN documents d ON d.generation = g.id AND d.key = ?3
         WHERE g.projection = ?1 AND g.number = ?2 AND g.state NOT IN ('dropped', 'swept')",
    )?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let mut rows = query.query(params![generation.projection, generation.number, key])?;
        let missing = || ReadStoreError::NoGeneration(generation.clone());
        let row = rows.next()?.ok_or_else(missing)?;
        if row.get_ref(0)? != ValueRef::Null {
            found.push(document(row)?);
        }
    }
    Ok(found)
}

pub fn scan(
    db: &Connection,
    generation: &GenerationId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredDocument>, Failure> {
    let row = row_of(db, generation)?;
    let mut query = db.prepare_cached(
        "SELECT key, revision, folded, body FROM documents
         WHERE generation = ?1 AND (?2 IS NULL OR key > ?2) ORDER BY key LIMIT ?3",
    )?;
    let mut rows = query.query(params![row, after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(document(row)?);
    }
    Ok(found)
}

/// A document from the columns `key, revision, folded, body`.
pub fn document(row: &Row<'_>) -> Result<StoredDocument, Failure> {
    let body: Option<String> = row.get(3)?;
    let body = body.map(RawValue::from_string).transpose();
    Ok(StoredDocument {
        key: row.get(0)?,
        revision: row.get(1)?,
        folded: offsets(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        body: body.map_err(|error| corrupt("a document", error))?,
    })
}

pub fn offsets(json: &str) -> Result<Offsets, Failure> {
    serde_json::from_str(json).map_err(|error| corrupt("offsets", error))
}

pub fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| corrupt("a value", error))
}

/// A [`DocumentWrite`] as columns, put into words before the writer's turn has come.
pub struct Columns {
    key: String,
    loaded_revision: u64,
    folded: String,
    body: Option<Box<RawValue>>,
    places: String,
}

impl Columns {
    pub fn of(write: DocumentWrite) -> Result<Self, Failure> {
        Ok(Self {
            folded: json(&write.folded)?,
            places: json(&places::of(&write))?,
            key: write.key,
            loaded_revision: write.loaded_revision,
            body: write.body,
        })
    }

    fn body(&self) -> Option<&str> {
        self.body.as_deref().map(RawValue::get)
    }
}

/// Answers the keys that were not the revision that was loaded.
pub fn write(
    db: &Connection,
    generation: &GenerationId,
    writes: &[Columns],
) -> Result<Vec<String>, Failure> {
    let row = row_of(db, generation)?;
    let indexed = is_indexed(db, row)?;
    let mut lost = Vec::new();
    for write in writes {
        let written = match write.loaded_revision {
            0 => insert(db, row, write, indexed)?,
            _ => update(db, row, write, indexed)?,
        };
        if !written {
            lost.push(write.key.clone());
        }
    }
    Ok(lost)
}

fn insert(
    db: &Connection,
    generation: i64,
    write: &Columns,
    indexed: bool,
) -> Result<bool, Failure> {
    let mut insert = db.prepare_cached(
        "INSERT INTO documents (generation, key, revision, folded, body, places)
         VALUES (?1, ?2, 1, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    let (key, places) = (&write.key, &write.places);
    let values = params![generation, key, write.folded, write.body(), places];
    if insert.execute(values)? == 0 {
        return Ok(false);
    }
    if indexed {
        let (document, places) = (db.last_insert_rowid(), places::parse(places)?);
        add(db, generation, key, document, &places::each(&places))?;
    }
    Ok(true)
}

fn update(
    db: &Connection,
    generation: i64,
    write: &Columns,
    indexed: bool,
) -> Result<bool, Failure> {
    let mut query = db.prepare_cached(
        "SELECT id, places FROM documents WHERE generation = ?1 AND key = ?2 AND revision = ?3",
    )?;
    let guard = params![generation, write.key, write.loaded_revision];
    let found = query.query_row(guard, |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((document, listed)) = found.optional()? else {
        return Ok(false);
    };
    let (document, listed): (i64, String) = (document, listed);
    if indexed && write.places != listed {
        let (before, now) = (places::parse(&listed)?, places::parse(&write.places)?);
        let (before, now) = (places::each(&before), places::each(&now));
        remove(db, generation, &write.key, &(&before - &now))?;
        add(db, generation, &write.key, document, &(&now - &before))?;
    }
    let mut update = db.prepare_cached(
        "UPDATE documents SET revision = revision + 1, folded = ?2, body = ?3, places = ?4
         WHERE id = ?1",
    )?;
    update.execute(params![document, write.folded, write.body(), write.places])?;
    Ok(true)
}

fn add(
    db: &Connection,
    generation: i64,
    key: &str,
    document: i64,
    places: &BTreeSet<Place<'_>>,
) -> Result<(), Failure> {
    let mut insert = db.prepare_cached(
        "INSERT INTO entries (generation, name, prefix, sort, key, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (name, prefix, sort) in places {
        insert.execute(params![generation, name, prefix, sort, key, document])?;
    }
    Ok(())
}

fn remove(
    db: &Connection,
    generation: i64,
    key: &str,
    places: &BTreeSet<Place<'_>>,
) -> Result<(), Failure> {
    let mut delete = db.prepare_cached(
        "DELETE FROM entries
         WHERE generation = ?1 AND name = ?2 AND prefix = ?3 AND sort = ?4 AND key = ?5",
    )?;
    for (name, prefix, sort) in places {
        delete.execute(params![generation, name, prefix, sort, key])?;
    }
    Ok(())
}
