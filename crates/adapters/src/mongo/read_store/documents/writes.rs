//! Guarded writes.
//!
//! Keeps true: places are added before the document that names them is written, and removed after the document that
//! does not name them any more was.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};
use mongodb::{Collection, Database, bson::doc, error::ErrorKind};
use picasso_projections::ports::{DocumentWrite, GenerationId};
use serde::Serialize;

use super::{
    super::{
        DUPLICATE, Failure,
        places::{self, Change, Places},
        signed,
    },
    Id, Record, by_key, find_keys, folded, records,
};

/// Replacements under way at once.
const AT_ONCE: usize = 16;

/// A write whose guard may hold.
struct Prepared {
    record: Record,
    loaded_revision: i64,
    change: Change,
}

impl Prepared {
    fn of(write: &DocumentWrite, former: Places) -> Result<Self, Failure> {
        let loaded_revision = signed(write.loaded_revision)?;
        let revision = loaded_revision + 1;
        let mut change = places::change(former, write, revision);
        Ok(Self {
            record: Record {
                id: Id::Key(write.key.clone()),
                revision,
                folded: folded(&write.folded)?,
                body: write.body.as_ref().map(|body| body.get().to_owned()),
                places: std::mem::take(&mut change.places),
            },
            loaded_revision,
            change,
        })
    }
}

/// Answers the keys that were not the revision that was loaded.
pub async fn write(
    database: &Database,
    generation: &GenerationId,
    writes: Vec<DocumentWrite>,
) -> Result<Vec<String>, Failure> {
    let again = writes.iter().filter(|write| write.loaded_revision > 0);
    let keys = again.map(|write| write.key.as_str());
    let fields = doc! { "revision": 1, "places": 1 };
    let former = find_keys(database, generation, keys, fields).await?;
    let (prepared, mut lost) = prepare(&writes, former)?;
    let added = places::gather(prepared.iter().map(|prepared| &prepared.change.added));
    places::add(database, generation, added).await?;
    let overtaken = store(&records(database, generation), &prepared).await?;
    let written = prepared.iter().filter(|prepared| {
        !prepared
            .record
            .key()
            .is_some_and(|key| overtaken.contains(key))
    });
    let removed = places::gather(written.map(|prepared| &prepared.change.removed));
    places::remove(database, generation, removed).await?;
    lost.extend(overtaken.into_iter().map(str::to_owned));
    Ok(lost)
}

/// Sorts out what is already known to be late.
fn prepare(
    writes: &[DocumentWrite],
    former: Vec<Record>,
) -> Result<(Vec<Prepared>, Vec<String>), Failure> {
    let mut former = by_key(former);
    let (mut prepared, mut lost) = (Vec::with_capacity(writes.len()), Vec::new());
    for write in writes {
        let (revision, places) = match former.remove(&write.key) {
            Some(record) => (record.revision, record.places),
            None => (0, Places::new()),
        };
        match signed(write.loaded_revision)? == revision {
            true => prepared.push(Prepared::of(write, places)?),
            false => lost.push(write.key.clone()),
        }
    }
    Ok((prepared, lost))
}

/// Writes each document by itself; answers the keys that others were faster with.
async fn store<'a>(
    records: &Collection<Record>,
    prepared: &'a [Prepared],
) -> Result<HashSet<&'a str>, Failure> {
    let (first, again): (Vec<_>, Vec<_>) = prepared
        .iter()
        .partition(|prepared| prepared.loaded_revision == 0);
    let taken = insert_missing(records, first.iter().map(|prepared| &prepared.record)).await?;
    let taken = taken
        .into_iter()
        .filter_map(|at| first.get(at)?.record.key());
    let mut overtaken: HashSet<_> = taken.collect();
    let replacing: Vec<_> = again
        .into_iter()
        .map(|prepared| replace(records, prepared))
        .collect();
    let mut replaced = stream::iter(replacing).buffer_unordered(AT_ONCE);
    while let Some(late) = replaced.try_next().await? {
        overtaken.extend(late);
    }
    Ok(overtaken)
}

/// Answers the key when the guard does not hold any more.
async fn replace<'a>(
    records: &Collection<Record>,
    prepared: &'a Prepared,
) -> Result<Option<&'a str>, Failure> {
    let key = prepared.record.key();
    let guard = doc! { "_id": key, "revision": prepared.loaded_revision };
    let replaced = records.replace_one(guard, &prepared.record).await?;
    Ok(key.filter(|_| replaced.matched_count == 0))
}

/// Inserts each record by itself; answers which were there already.
pub async fn insert_missing<'a, T: Serialize + Send + Sync + 'a>(
    collection: &Collection<T>,
    records: impl IntoIterator<Item = &'a T>,
) -> Result<Vec<usize>, Failure> {
    let records: Vec<_> = records.into_iter().collect();
    if records.is_empty() {
        return Ok(vec![]);
    }
    let Err(error) = collection.insert_many(records).ordered(false).await else {
        return Ok(vec![]);
    };
    let ErrorKind::InsertMany(failed) = error.kind.as_ref() else {
        return Err(error.into());
    };
    let refused = failed.write_errors.as_deref().unwrap_or_default();
    let all_taken = refused.iter().all(|refused| refused.code == DUPLICATE);
    if failed.write_concern_error.is_some() || refused.is_empty() || !all_taken {
        return Err(error.into());
    }
    Ok(refused.iter().map(|refused| refused.index).collect())
}
