//! Keyset pages: one statement that begins behind a cursor, whatever was inserted meanwhile.

use picasso_projections::{
    Order,
    ports::{Cursor, GenerationId, Hit, PageRequest},
};
use rusqlite::{Connection, params};

use super::{Failure, documents::document, generations::row_of};

/// A [`PageRequest`] that may travel to another thread.
pub struct Page {
    index: String,
    order: Order,
    prefix: String,
    after: Option<Cursor>,
    limit: usize,
}

impl From<PageRequest<'_>> for Page {
    fn from(request: PageRequest<'_>) -> Self {
        Self {
            index: request.index.to_owned(),
            order: request.order,
            prefix: request.prefix.to_owned(),
            after: request.after.cloned(),
            limit: request.limit,
        }
    }
}

pub fn page(db: &Connection, generation: &GenerationId, page: &Page) -> Result<Vec<Hit>, Failure> {
    let row = row_of(db, generation)?;
    let mut query = db.prepare_cached(sql(page.order, page.after.is_some()))?;
    let (sort, key) = match &page.after {
        Some(cursor) => (Some(&cursor.sort), Some(&cursor.key)),
        None => (None, None),
    };
    let (index, prefix) = (&page.index, &page.prefix);
    let mut rows = query.query(params![row, index, prefix, sort, key, page.limit])?;
    let mut hits = Vec::new();
    while let Some(row) = rows.next()? {
        let document = document(row)?;
        let (sort, key) = (row.get(4)?, document.key.clone());
        let cursor = Cursor { sort, key };
        hits.push(Hit { document, cursor });
    }
    Ok(hits)
}

/// A comparison of whole rows, so that the primary key of `entries` answers it by one seek.
fn sql(order: Order, behind: bool) -> &'static str {
    macro_rules! sql {
        ($behind:literal, $order:literal) => {
            concat!(
                "SELECT d.key, d.revision, d.folded, d.body, e.sort
                 FROM entries e CROSS JOIN documents d ON d.id = e.document
                 WHERE e.generation = ?1 AND e.name = ?2 AND e.prefix = ?3 AND ",
                $behind,
                " ORDER BY e.sort ",
                $order,
                ", e.key ",
                $order,
                " LIMIT ?6"
            )
        };
    }
    // The first page has no cursor; its parameters are named all the same, so that ?6 stays the limit.
    match (order, behind) {
        (Order::Ascending, true) => sql!("(e.sort, e.key) > (?4, ?5)", "ASC"),
        (Order::Ascending, false) => sql!("?4 IS NULL AND ?5 IS NULL", "ASC"),
        (Order::Descending, true) => sql!("(e.sort, e.key) < (?4, ?5)", "DESC"),
        (Order::Descending, false) => sql!("?4 IS NULL AND ?5 IS NULL", "DESC"),
    }
}
