//! Leases: one holder at a time, whatever process it lives in.

use std::time::Duration;

use mongodb::{
    Database,
    bson::{Document, doc},
};
use picasso_domain::Timestamp;

use super::{Failure, is_duplicate, names};

/// While another holds it, the record does not match, and a second one of its name is refused.
pub async fn take(
    database: &Database,
    name: &str,
    holder: &str,
    now: Timestamp,
    term: Duration,
) -> Result<bool, Failure> {
    let now_us = now.as_microsecond();
    let term_us = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
    let free = doc! {
        "_id": name,
        "$or": [{ "holder": holder }, { "until_us": { "$lte": now_us } }],
    };
    let take = doc! { "$set": { "holder": holder, "until_us": now_us.saturating_add(term_us) } };
    let leases = database.collection::<Document>(names::LEASES);
    match leases.update_one(free, take).upsert(true).await {
        Ok(_) => Ok(true),
        Err(error) if is_duplicate(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
