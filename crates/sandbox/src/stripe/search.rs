//! `GET /v1/payment_intents/search`: by status and one entry of the metadata, which is all a shop needs to find
//! what was paid for an order. Unlike Stripe's, it never lags behind.
//!
//! The language: <https://docs.stripe.com/search#search-query-language>.

use rusqlite::{Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{Failure, Refusal};
use super::objects;
use super::payments::Intent;

const MAX_LIMIT: u32 = 100;
const DEFAULT_LIMIT: u32 = 10;
const UNDERSTOOD: &str = "The sandbox understands searches like status:\"succeeded\" AND metadata[\"key\"]:\"value\" only.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchParams {
    query: String,
    limit: Option<u32>,
}

/// A search that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Search {
    status: String,
    key: String,
    value: String,
    limit: u32,
}

impl Search {
    pub fn new(params: SearchParams) -> Result<Self, Refusal> {
        let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Refusal::invalid("Limit can range between 1 and 100.").param("limit"));
        }
        let (status, key, value) =
            understand(&params.query).ok_or_else(|| Refusal::invalid(UNDERSTOOD).param("query"))?;
        Ok(Self {
            status,
            key,
            value,
            limit,
        })
    }

    /// What a fault's `match` is compared with.
    pub fn subject(&self) -> &str {
        &self.value
    }

    pub fn run(&self, tx: &Transaction<'_>) -> Result<Value, Failure> {
        let mut statement = tx.prepare_cached(
            "SELECT id FROM payment_intents i WHERE status = ?1 AND EXISTS
                 (SELECT 1 FROM json_each(i.metadata) WHERE key = ?2 AND value = ?3 COLLATE NOCASE)
             ORDER BY rowid DESC LIMIT ?4",
        )?;
        // One more than asked for tells whether there are more.
        let values = params![self.status, self.key, self.value, self.limit + 1];
        let rows = statement.query_map(values, |row| row.get(0))?;
        let mut ids = rows.collect::<rusqlite::Result<Vec<String>>>()?;
        let has_more = ids.len() > self.limit as usize;
        ids.truncate(self.limit as usize);
        let intents = ids.iter().map(|id| {
            let intent = Intent::load(tx, id, "intent")?;
            Ok(objects::payment_intent(&intent))
        });
        Ok(json!({
            "object": "search_result",
            "url": "/v1/payment_intents/search",
            "has_more": has_more,
            "next_page": null,
            "data": intents.collect::<Result<Vec<_>, Failure>>()?,
        }))
    }
}

/// Status, metadata key and metadata value.
fn understand(query: &str) -> Option<(String, String, String)> {
    let rest = query.strip_prefix("status:")?;
    let (status, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(" AND metadata[")?;
    let (key, rest) = quoted(rest)?;
    let (value, rest) = quoted(rest.strip_prefix("]:")?)?;
    rest.is_empty().then_some((status, key, value))
}

/// A value in double quotes, within which a backslash makes the next character plain; and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let body = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &body[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            plain => value.push(plain),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_within_a_value_are_read() {
        let query = r#"status:"succeeded" AND metadata["order"]:"a\"b\\c""#;
        let expected = ["succeeded", "order", r#"a"b\c"#].map(str::to_owned);
        assert_eq!(understand(query), Some(expected.into()));
    }

    #[test]
    fn another_search_is_not_understood() {
        for query in [
            "",
            r#"status:"succeeded""#,
            r#"amount>100"#,
            r#"status:"succeeded" AND metadata["order"]:"a" OR status:"x""#,
            r#"status:"succeeded" AND metadata["order"]:"a"#,
        ] {
            assert_eq!(understand(query), None, "{query}");
        }
    }
}
