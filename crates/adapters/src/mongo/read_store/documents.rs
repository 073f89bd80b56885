//! Documents, the marker among them that says that their generation exists, and how far it has folded the logs.

mod writes;

use std::collections::{BTreeMap, HashMap};

use futures::TryStreamExt;
use mongodb::{
    Collection, Database,
    bson::{Bson, Document, doc},
};
use picasso_eventlog::{LogId, Offset};
use picasso_projections::ports::{GenerationId, Offsets, ReadStoreError, StoredDocument};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use self::writes::{insert_missing, write};
use super::{Failure, corrupt, names, places::Places, signed};

/// The `_id` of the marker: no key of a document, and before all of them.
const MARKER: i32 = 0;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Id {
    Marker(i32),
    Key(String),
}

/// Offsets by log, as names of fields can be.
pub type Folded = BTreeMap<String, i64>;

/// A document as stored; the marker is one without a revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    #[serde(rename = "_id")]
    id: Id,
    #[serde(default)]
    pub revision: i64,
    #[serde(default)]
    folded: Folded,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub places: Places,
}

impl Record {
    fn key(&self) -> Option<&str> {
        match &self.id {
            Id::Key(key) => Some(key),
            Id::Marker(_) => None,
        }
    }

    pub fn stored(self) -> Result<StoredDocument, Failure> {
        let Id::Key(key) = self.id else {
            return Err(corrupt("a document", "it is the marker"));
        };
        let body = self.body.map(RawValue::from_string).transpose();
        Ok(StoredDocument {
            key,
            revision: u64::try_from(self.revision).map_err(|error| corrupt("a revision", error))?,
            folded: offsets(&self.folded)?,
            body: body.map_err(|error| corrupt("a document", error))?,
        })
    }
}

pub fn folded(offsets: &Offsets) -> Result<Folded, Failure> {
    let signed = |(log, offset): (&LogId, &Offset)| Ok((log.0.to_string(), signed(offset.0)?));
    offsets.iter().map(signed).collect()
}

pub fn offsets(folded: &Folded) -> Result<Offsets, Failure> {
    let offset = |(log, offset): (&String, &i64)| {
        let log = log.parse().map_err(|error| corrupt("a log", error))?;
        let offset = u64::try_from(*offset).map_err(|error| corrupt("an offset", error))?;
        Ok((LogId(log), Offset(offset)))
    };
    folded.iter().map(offset).collect()
}

fn records(database: &Database, generation: &GenerationId) -> Collection<Record> {
    database.collection(&names::documents(generation))
}

/// The documents that `filter` finds, which must find the marker too; in order of key.
async fn find(
    database: &Database,
    generation: &GenerationId,
    filter: Document,
    fields: Document,
    limit: usize,
) -> Result<Vec<Record>, Failure> {
    let limit = u32::try_from(limit + 1).map_err(|error| corrupt("a limit", error))?;
    let found = records(database, generation)
        .find(filter)
        .projection(fields)
        .sort(doc! { "_id": 1 })
        .limit(limit.into())
        .batch_size(limit)
        .await?;
    let mut found = found.try_collect::<Vec<_>>().await?;
    let count = found.len();
    found.retain(|record| record.key().is_some());
    match found.len() {
        documents if documents == count => {
            Err(ReadStoreError::NoGeneration(generation.clone()).into())
        }
        _ => Ok(found),
    }
}

fn by_key(records: Vec<Record>) -> HashMap<String, Record> {
    let keyed = |record: Record| Some((record.key()?.to_owned(), record));
    records.into_iter().filter_map(keyed).collect()
}

async fn find_keys(
    database: &Database,
    generation: &GenerationId,
    keys: impl IntoIterator<Item = &str>,
    fields: Document,
) -> Result<Vec<Record>, Failure> {
    let mut ids = vec![Bson::Int32(MARKER)];
    ids.extend(keys.into_iter().map(Bson::from));
    let limit = ids.len();
    find(
        database,
        generation,
        doc! { "_id": { "$in": ids } },
        fields,
        limit,
    )
    .await
}

/// What readers get to see.
fn readable() -> Document {
    doc! { "places": 0 }
}

/// Documents by key, with their places.
pub async fn placed(
    database: &Database,
    generation: &GenerationId,
    keys: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, Record>, Failure> {
    let found = find_keys(database, generation, keys, doc! {}).await?;
    Ok(by_key(found))
}

pub async fn get_many(
    database: &Database,
    generation: &GenerationId,
    keys: &[String],
) -> Result<Vec<StoredDocument>, Failure> {
    let keys = keys.iter().map(String::as_str);
    let found = find_keys(database, generation, keys, readable()).await?;
    found.into_iter().map(Record::stored).collect()
}

pub async fn scan(
    database: &Database,
    generation: &GenerationId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredDocument>, Failure> {
    let filter = match after {
        Some(after) => doc! { "$or": [{ "_id": MARKER }, { "_id": { "$gt": after } }] },
        None => doc! {},
    };
    let found = find(database, generation, filter, readable(), limit).await?;
    found.into_iter().map(Record::stored).collect()
}

/// # Errors
/// [`ReadStoreError::NoGeneration`] when it does not exist.
pub async fn expect_generation(
    database: &Database,
    generation: &GenerationId,
) -> Result<(), Failure> {
    find_keys(database, generation, [], readable()).await?;
    Ok(())
}

/// Makes the collection of documents, with the marker in it.
pub async fn begin(database: &Database, generation: &GenerationId) -> Result<(), Failure> {
    let marker = doc! { "_id": MARKER };
    let documents = database.collection::<Document>(&names::documents(generation));
    documents.insert_one(marker).await?;
    Ok(())
}

/// How far a generation has folded one log. A record of its own: logs are followed at once, and not every server
/// changes one field of a record without putting the others back to what they were.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Checkpoint {
    #[serde(rename = "_id")]
    log: i32,
    offset: i64,
}

pub async fn checkpoints(
    database: &Database,
    generation: &GenerationId,
) -> Result<Offsets, Failure> {
    expect_generation(database, generation).await?;
    let records = database.collection::<Checkpoint>(&names::checkpoints(generation));
    let found = records.find(doc! {}).await?.try_collect::<Vec<_>>().await?;
    let offset = |checkpoint: Checkpoint| {
        let log = u16::try_from(checkpoint.log).map_err(|error| corrupt("a log", error))?;
        let offset =
            u64::try_from(checkpoint.offset).map_err(|error| corrupt("an offset", error))?;
        Ok((LogId(log), Offset(offset)))
    };
    found.into_iter().map(offset).collect()
}

pub async fn save_checkpoint(
    database: &Database,
    generation: &GenerationId,
    log: LogId,
    offset: Offset,
) -> Result<(), Failure> {
    let of_log = doc! { "_id": i32::from(log.0) };
    let raise = doc! { "$max": { "offset": signed(offset.0)? } };
    let records = database.collection::<Checkpoint>(&names::checkpoints(generation));
    let saved = records.update_one(of_log.clone(), raise.clone()).await?;
    if saved.matched_count == 0 {
        expect_generation(database, generation).await?;
        records.update_one(of_log, raise).upsert(true).await?;
    }
    Ok(())
}
