//! Parked documents: what failed, and what waits in the log until it is folded again.

use futures::TryStreamExt;
use mongodb::{
    Collection, Database,
    bson::{Document, doc},
};
use picasso_eventlog::{LogId, Offset};
use picasso_projections::ports::{GenerationId, Offsets, Parked};
use serde::{Deserialize, Serialize};

use super::{
    Failure, TRIES, corrupt,
    documents::{Folded, expect_generation, folded, offsets},
    names, signed,
};

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    #[serde(rename = "_id")]
    key: String,
    log: u32,
    offset: i64,
    #[serde(default)]
    waiting: Folded,
    reason: String,
    attempts: i64,
    parked_at: String,
    /// How often it was parked or deferred: what is let go is what was looked at.
    changes: i64,
}

impl Record {
    fn parked(self) -> Result<Parked, Failure> {
        let offset = u64::try_from(self.offset).map_err(|error| corrupt("an offset", error))?;
        Ok(Parked {
            key: self.key,
            log: LogId(u16::try_from(self.log).map_err(|error| corrupt("a log", error))?),
            offset: Offset(offset),
            waiting: offsets(&self.waiting)?,
            reason: self.reason,
            attempts: u32::try_from(self.attempts).map_err(|error| corrupt("a count", error))?,
            parked_at: self
                .parked_at
                .parse()
                .map_err(|error| corrupt("a time", error))?,
        })
    }
}

fn records(database: &Database, generation: &GenerationId) -> Collection<Record> {
    database.collection(&names::parked(generation))
}

fn field(log: &str) -> String {
    format!("waiting.{log}")
}

pub async fn park(
    database: &Database,
    generation: &GenerationId,
    parked: &Parked,
) -> Result<(), Failure> {
    expect_generation(database, generation).await?;
    let mut update = doc! {
        "$set": {
            "log": i64::from(parked.log.0),
            "offset": signed(parked.offset.0)?,
            "reason": &parked.reason,
            "attempts": i64::from(parked.attempts),
        },
        "$setOnInsert": { "parked_at": parked.parked_at.to_string() },
        "$inc": { "changes": 1_i64 },
    };
    let waiting = folded(&parked.waiting)?;
    let waiting: Document = waiting
        .into_iter()
        .map(|(log, offset)| (field(&log), offset.into()))
        .collect();
    if !waiting.is_empty() {
        update.insert("$max", waiting);
    }
    records(database, generation)
        .update_one(doc! { "_id": &parked.key }, update)
        .upsert(true)
        .await?;
    Ok(())
}

pub async fn parked(
    database: &Database,
    generation: &GenerationId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Parked>, Failure> {
    expect_generation(database, generation).await?;
    let limit = i64::try_from(limit).map_err(|error| corrupt("a limit", error))?;
    if limit == 0 {
        return Ok(vec![]);
    }
    let filter = match after {
        Some(after) => doc! { "_id": { "$gt": after } },
        None => doc! {},
    };
    let found = records(database, generation)
        .find(filter)
        .sort(doc! { "_id": 1 })
        .limit(limit)
        .await?;
    let found: Vec<_> = found.try_collect().await?;
    found.into_iter().map(Record::parked).collect()
}

pub async fn defer(
    database: &Database,
    generation: &GenerationId,
    key: &str,
    log: LogId,
    offset: Offset,
) -> Result<bool, Failure> {
    let update = doc! {
        "$max": { field(&log.0.to_string()): signed(offset.0)? },
        "$inc": { "changes": 1_i64 },
    };
    let records = records(database, generation);
    let deferred = records.update_one(doc! { "_id": key }, update).await?;
    if deferred.matched_count > 0 {
        return Ok(true);
    }
    expect_generation(database, generation).await?;
    Ok(false)
}

pub async fn unpark(
    database: &Database,
    generation: &GenerationId,
    key: &str,
    folded: &Offsets,
) -> Result<bool, Failure> {
    let records = records(database, generation);
    for _ in 0..TRIES {
        let Some(found) = records.find_one(doc! { "_id": key }).await? else {
            expect_generation(database, generation).await?;
            return Ok(true);
        };
        let waiting = offsets(&found.waiting)?;
        let reached = |log, offset| folded.get(log).is_some_and(|folded| folded >= offset);
        if !waiting.iter().all(|(log, offset)| reached(log, offset)) {
            return Ok(false);
        }
        let unchanged = doc! { "_id": key, "changes": found.changes };
        if records.delete_one(unchanged).await?.deleted_count > 0 {
            return Ok(true);
        }
    }
    Err(Failure::Overtaken)
}
