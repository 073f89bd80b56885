//! Generations: one record per projection, so that a switch is one write and readers see it whole.
//!
//! Keeps true: numbers only rise. What is at most `swept` and not listed is gone, and whatever is left of it, by a
//! process that was killed or came late, is removed with the next generation that is dropped.

use std::collections::BTreeMap;

use mongodb::{
    Collection, Database,
    bson::{Document, doc},
    options::ReturnDocument,
};
use picasso_domain::Timestamp;
use picasso_eventlog::Epoch;
use picasso_projections::{
    Index,
    ports::{Generation, GenerationId, GenerationState, ReadStoreError},
};
use serde::{Deserialize, Serialize};

use super::{Failure, TRIES, corrupt, documents, is_duplicate, names};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Projection {
    #[serde(rename = "_id")]
    name: String,
    /// The number that was given last.
    #[serde(default)]
    last: u32,
    /// The number of the live one; 0 when none is.
    #[serde(default)]
    live: u32,
    /// Up to here, numbers that are not listed were dropped or never finished.
    #[serde(default)]
    swept: u32,
    #[serde(default)]
    generations: BTreeMap<String, Listed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    version: i64,
    epoch: String,
    created_at: String,
    #[serde(default)]
    was_live: bool,
}

impl Projection {
    fn generation(&self, number: u32, listed: &Listed) -> Result<Generation, Failure> {
        let epoch = listed.epoch.parse();
        let created_at = listed.created_at.parse();
        Ok(Generation {
            id: GenerationId {
                projection: self.name.clone(),
                number,
            },
            state: match listed.was_live {
                _ if number == self.live => GenerationState::Live,
                true => GenerationState::Retired,
                false => GenerationState::Building,
            },
            version: u32::try_from(listed.version).map_err(|error| corrupt("a version", error))?,
            epoch: Epoch(epoch.map_err(|error| corrupt("an epoch", error))?),
            created_at: created_at.map_err(|error| corrupt("a time", error))?,
        })
    }

    /// Oldest first.
    fn generations(&self) -> Result<Vec<Generation>, Failure> {
        let mut all = Vec::with_capacity(self.generations.len());
        for (number, listed) in &self.generations {
            let number = number.parse();
            let number = number.map_err(|error| corrupt("a generation", error))?;
            all.push(self.generation(number, listed)?);
        }
        all.sort_by_key(|generation| generation.id.number);
        Ok(all)
    }

    fn lists(&self, number: u32) -> bool {
        self.generations.contains_key(&number.to_string())
    }
}

fn projections(database: &Database) -> Collection<Projection> {
    database.collection(names::GENERATIONS)
}

/// The field that a generation is listed in.
fn field(number: u32) -> String {
    format!("generations.{number}")
}

async fn find(database: &Database, projection: &str) -> Result<Projection, Failure> {
    let projections = projections(database);
    let found = projections.find_one(doc! { "_id": projection }).await?;
    Ok(found.unwrap_or_default())
}

pub async fn live(database: &Database, projection: &str) -> Result<Option<Generation>, Failure> {
    let found = find(database, projection).await?;
    let listed = found.generations.get(&found.live.to_string());
    listed
        .map(|listed| found.generation(found.live, listed))
        .transpose()
}

pub async fn all(database: &Database, projection: &str) -> Result<Vec<Generation>, Failure> {
    find(database, projection).await?.generations()
}

/// The collections are there before the generation is listed, so that one that is listed can be written to.
pub async fn create(
    database: &Database,
    projection: &str,
    version: u32,
    epoch: Epoch,
    indexes: &[Index],
) -> Result<Generation, Failure> {
    for _ in 0..TRIES {
        let Some(number) = next_number(database, projection).await? else {
            continue;
        };
        let generation = Generation {
            id: GenerationId {
                projection: projection.to_owned(),
                number,
            },
            state: GenerationState::Building,
            version,
            epoch,
            created_at: Timestamp::now(),
        };
        documents::begin(database, &generation.id).await?;
        for index in indexes {
            let name = names::index(&generation.id, index.name);
            database.create_collection(name).await?;
        }
        if list(database, &generation).await? {
            return Ok(generation);
        }
    }
    Err(Failure::Overtaken)
}

/// `None` when another process gives the first one just now.
async fn next_number(database: &Database, projection: &str) -> Result<Option<u32>, Failure> {
    let raised = projections(database)
        .find_one_and_update(doc! { "_id": projection }, doc! { "$inc": { "last": 1 } })
        .upsert(true)
        .return_document(ReturnDocument::After)
        .await;
    match raised {
        Ok(found) => Ok(found.map(|found| found.last)),
        Err(error) if is_duplicate(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Answers `false` when it was swept away meanwhile.
async fn list(database: &Database, generation: &Generation) -> Result<bool, Failure> {
    let GenerationId { projection, number } = &generation.id;
    let listed = doc! {
        "version": i64::from(generation.version),
        "epoch": generation.epoch.to_string(),
        "created_at": generation.created_at.to_string(),
        "was_live": false,
    };
    let unswept = doc! { "_id": projection, "swept": { "$not": { "$gte": number } } };
    let done = update(
        database,
        unswept,
        doc! { "$set": { field(*number): listed } },
    );
    done.await
}

async fn update(database: &Database, filter: Document, change: Document) -> Result<bool, Failure> {
    let done = projections(database).update_one(filter, change).await?;
    Ok(done.matched_count > 0)
}

pub async fn make_live(database: &Database, id: &GenerationId) -> Result<(), Failure> {
    let GenerationId { projection, number } = id;
    let listed = doc! { "_id": projection, field(*number): { "$exists": true } };
    let was_live = format!("{}.was_live", field(*number));
    let switch = doc! { "$set": { "live": number, was_live: true } };
    match update(database, listed, switch).await? {
        true => Ok(()),
        false => Err(ReadStoreError::NoGeneration(id.clone()).into()),
    }
}

pub async fn drop(database: &Database, id: &GenerationId) -> Result<(), Failure> {
    let GenerationId { projection, number } = id;
    let idle = doc! {
        "_id": projection,
        "live": { "$ne": number },
        field(*number): { "$exists": true },
    };
    let unlist = doc! { "$unset": { field(*number): "" }, "$max": { "swept": number } };
    let dropped = update(database, idle, unlist).await?;
    let found = find(database, projection).await?;
    if !dropped && found.live == *number && found.lists(*number) {
        return Err(ReadStoreError::StillLive(id.clone()).into());
    }
    if !dropped && (found.lists(*number) || found.last < *number) {
        return Err(ReadStoreError::NoGeneration(id.clone()).into());
    }
    sweep(database, projection).await
}

/// Collections are listed before the record is read: what is made in between is not among them.
async fn sweep(database: &Database, projection: &str) -> Result<(), Failure> {
    let collections = database.list_collection_names().await?;
    let found = find(database, projection).await?;
    for name in collections {
        let number = names::number_of(&name, projection);
        if number.is_some_and(|number| number <= found.swept && !found.lists(number)) {
            database.collection::<Document>(&name).drop().await?;
        }
    }
    Ok(())
}
