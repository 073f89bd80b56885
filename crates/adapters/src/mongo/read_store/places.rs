//! Places in the indexes: records without content, whose `_id` says prefix, sort, key and revision.
//!
//! Keeps true: the order of the `_id`, which every server keeps and looks up by, is the order of the index. A place
//! is never changed: a write that puts a document where it did not stand makes a new one, named after its revision.

use std::collections::{BTreeMap, BTreeSet};

use mongodb::{Database, bson::doc};
use picasso_projections::{
    Order,
    ports::{Cursor, DocumentWrite, GenerationId},
};
use serde::{Deserialize, Serialize};

use super::{Failure, corrupt, documents::insert_missing, names};

/// Ends each part; smaller than anything that stands in one.
const END: char = '\u{1}';
/// Larger than [`END`], and no larger than any other text.
const BEHIND_END: char = '\u{2}';

/// The places of one document: index, then `_id`s.
pub type Places = BTreeMap<String, Vec<String>>;

/// A record of an index.
#[derive(Debug, Serialize, Deserialize)]
pub struct Place {
    #[serde(rename = "_id")]
    pub id: String,
}

/// What the `_id` of a place says.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    pub sort: String,
    pub key: String,
    /// Of the document's write that put it here.
    pub revision: i64,
}

/// A part as text whose order is that of the part, that has no [`END`] in it, and no NUL, which some servers cut at.
fn part(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\0' => out.extend([BEHIND_END, '\u{3}']),
            END => out.extend([BEHIND_END, '\u{4}']),
            BEHIND_END => out.extend([BEHIND_END, '\u{5}']),
            other => out.push(other),
        }
    }
    out.push(END);
}

fn parts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in texts {
        part(&mut out, text);
    }
    out
}

fn text_of(part: &str) -> Option<String> {
    let (mut text, mut chars) = (String::with_capacity(part.len()), part.chars());
    while let Some(c) = chars.next() {
        text.push(match c {
            BEHIND_END => match chars.next()? {
                '\u{3}' => '\0',
                '\u{4}' => END,
                '\u{5}' => BEHIND_END,
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

impl Place {
    pub fn parts(&self) -> Result<Parts, Failure> {
        self.parse().ok_or_else(|| corrupt("a place", &self.id))
    }

    fn parse(&self) -> Option<Parts> {
        let mut parts = self.id.split(END);
        let (_prefix, sort, key) = (parts.next()?, parts.next()?, parts.next()?);
        let revision = parts.next()?.parse().ok()?;
        Some(Parts {
            sort: text_of(sort)?,
            key: text_of(key)?,
            revision,
        })
    }
}

/// The `_id`s between which a part of an index lies, both excluded.
pub fn bounds(prefix: &str, order: Order, after: Option<&Cursor>) -> (String, String) {
    let low = parts([prefix]);
    let high = behind(&low);
    match (after, order) {
        (None, _) => (low, high),
        (Some(Cursor { sort, key }), Order::Ascending) => {
            (behind(&parts([prefix, sort, key])), high)
        }
        (Some(Cursor { sort, key }), Order::Descending) => (low, parts([prefix, sort, key])),
    }
}

/// Behind everything that begins with these parts.
fn behind(parts: &str) -> String {
    let mut behind = parts.strip_suffix(END).unwrap_or(parts).to_owned();
    behind.push(BEHIND_END);
    behind
}

/// What a write changes about the places of a document.
pub struct Change {
    /// All of them, afterwards.
    pub places: Places,
    pub added: Places,
    pub removed: Places,
}

/// A document that stays where it was keeps its place; a deleted one stands nowhere.
pub fn change(former: Places, write: &DocumentWrite, revision: i64) -> Change {
    let mut change = Change {
        places: Places::new(),
        added: Places::new(),
        removed: former,
    };
    let entries = write.entries.iter().filter(|_| write.body.is_some());
    let wanted: BTreeSet<_> = entries
        .map(|entry| {
            let stem = [entry.prefix.as_str(), &entry.sort, &write.key];
            (entry.index, parts(stem))
        })
        .collect();
    for (index, stem) in wanted {
        let kept = change.removed.get_mut(index).and_then(|ids| {
            let at = ids.iter().position(|id| stem_of(id) == stem)?;
            Some(ids.swap_remove(at))
        });
        let id = kept.unwrap_or_else(|| {
            let id = format!("{stem}{revision}");
            change
                .added
                .entry(index.into())
                .or_default()
                .push(id.clone());
            id
        });
        change.places.entry(index.into()).or_default().push(id);
    }
    change
}

/// All but the revision.
fn stem_of(id: &str) -> &str {
    id.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Those of several documents, by index.
pub fn gather<'a>(all: impl Iterator<Item = &'a Places>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut gathered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (index, ids) in all.flatten() {
        let ids = ids.iter().map(String::as_str);
        gathered.entry(index).or_default().extend(ids);
    }
    gathered
}

/// Adds places; one that is there stays.
pub async fn add(
    database: &Database,
    generation: &GenerationId,
    places: BTreeMap<&str, Vec<&str>>,
) -> Result<(), Failure> {
    for (index, ids) in places {
        let collection = database.collection(&names::index(generation, index));
        let places: Vec<_> = ids
            .into_iter()
            .map(|id| Place { id: id.to_owned() })
            .collect();
        insert_missing(&collection, &places).await?;
    }
    Ok(())
}

pub async fn remove(
    database: &Database,
    generation: &GenerationId,
    places: BTreeMap<&str, Vec<&str>>,
) -> Result<(), Failure> {
    for (index, ids) in places.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let collection = database.collection::<Place>(&names::index(generation, index));
        collection
            .delete_many(doc! { "_id": { "$in": ids } })
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
