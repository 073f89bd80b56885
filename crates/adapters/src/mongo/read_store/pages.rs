//! Keyset pages: places in their order, each held against its document.
//!
//! A document that moves while a page is read stands on it or not, as if it had moved between two pages.

use futures::TryStreamExt;
use mongodb::{Database, bson::doc};
use picasso_projections::{
    Order,
    ports::{Cursor, GenerationId, Hit, MAX_DOCUMENTS, PageRequest},
};

use super::{
    Failure, corrupt,
    documents::placed,
    names,
    places::{self, Place},
};

/// The least that is read at once when places turned out to be void.
const REFILL: usize = 100;

pub async fn page(
    database: &Database,
    generation: &GenerationId,
    request: PageRequest<'_>,
) -> Result<Vec<Hit>, Failure> {
    let (mut low, mut high) = places::bounds(request.prefix, request.order, request.after);
    let (mut hits, mut wanted) = (Vec::new(), request.limit);
    loop {
        let range = (low.as_str(), high.as_str());
        let found = between(database, generation, &request, range, wanted).await?;
        let next = found.last().map(|place| place.id.clone());
        let is_last = found.len() < wanted;
        hits.extend(hold(database, generation, request.index, found).await?);
        hits.truncate(request.limit);
        if is_last || hits.len() == request.limit {
            return Ok(hits);
        }
        match (next, request.order) {
            (Some(next), Order::Ascending) => low = next,
            (Some(next), Order::Descending) => high = next,
            (None, _) => return Ok(hits),
        }
        wanted = (request.limit - hits.len()).clamp(REFILL, MAX_DOCUMENTS);
    }
}

async fn between(
    database: &Database,
    generation: &GenerationId,
    request: &PageRequest<'_>,
    (low, high): (&str, &str),
    limit: usize,
) -> Result<Vec<Place>, Failure> {
    let limit = u32::try_from(limit).map_err(|error| corrupt("a limit", error))?;
    if limit == 0 {
        // No limit at all, to the server.
        return Ok(vec![]);
    }
    let direction = match request.order {
        Order::Ascending => 1,
        Order::Descending => -1,
    };
    let places = database.collection(&names::index(generation, request.index));
    let found = places
        .find(doc! { "_id": { "$gt": low, "$lt": high } })
        .sort(doc! { "_id": direction })
        .limit(limit.into())
        .batch_size(limit)
        .await?;
    Ok(found.try_collect().await?)
}

/// The documents that do stand at these places; places that no document will ever name again are removed.
async fn hold(
    database: &Database,
    generation: &GenerationId,
    index: &str,
    places: Vec<Place>,
) -> Result<Vec<Hit>, Failure> {
    let parts: Vec<_> = places.iter().map(Place::parts).collect::<Result<_, _>>()?;
    let keys = parts.iter().map(|parts| parts.key.as_str());
    let documents = placed(database, generation, keys).await?;
    let (mut hits, mut void) = (Vec::with_capacity(places.len()), Vec::new());
    for (place, parts) in places.iter().zip(parts) {
        // Where there is none yet, it may be about to be written.
        let Some(document) = documents.get(&parts.key) else {
            continue;
        };
        let named = document.places.get(index);
        if named.is_some_and(|ids| ids.contains(&place.id)) {
            let cursor = Cursor {
                sort: parts.sort,
                key: parts.key,
            };
            let document = document.clone().stored()?;
            hits.push(Hit { document, cursor });
        } else if document.revision >= parts.revision {
            void.push(place.id.as_str());
        }
    }
    places::remove(database, generation, [(index, void)].into()).await?;
    Ok(hits)
}
