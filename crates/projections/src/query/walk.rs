//! One page along an index: what a filter leaves, found by reading a bounded number of candidates.

use super::{Page, PageTokens, Paging, QueryError};
use crate::{Order, Projection, Reader, ports::PageRequest};

/// How many documents one page may look at before it comes back short.
pub(crate) const MAX_CANDIDATES: usize = 500;
/// How many are read at once after a first reading was not enough.
const CHUNK: usize = 100;

/// Where to walk: a part of an index, for a query whose tokens are bound to `scope`.
pub(crate) struct Place<'a> {
    pub index: &'a str,
    pub order: Order,
    pub prefix: &'a str,
    /// The query's name and everything it filters by.
    pub scope: &'a [&'a str],
}

/// Reads the page `paging` asks for; `pick` takes from a document what the page shows, or passes over it.
pub(crate) async fn walk<P: Projection, T>(
    reader: &Reader<P>,
    tokens: &PageTokens,
    place: Place<'_>,
    paging: &Paging,
    mut pick: impl FnMut(P::Document) -> Option<T>,
) -> Result<Page<T>, QueryError> {
    let mut after = match paging.token.as_str() {
        "" => None,
        token => Some(tokens.open(place.scope, token)?),
    };
    let size = paging.entries();
    let (mut items, mut candidates, mut limit) = (Vec::with_capacity(size), 0, size + 1);
    let more = 'page: loop {
        let request = PageRequest {
            index: place.index,
            order: place.order,
            prefix: place.prefix,
            after: after.as_ref(),
            limit,
        };
        let found = reader.page(request).await?;
        let is_last = found.len() < limit;
        candidates += found.len();
        for hit in found {
            // Only a document behind a full page proves that there is a next one.
            if items.len() == size {
                break 'page true;
            }
            after = Some(hit.cursor);
            items.extend(pick(hit.document));
        }
        if is_last || candidates >= MAX_CANDIDATES {
            break !is_last;
        }
        limit = CHUNK.min(MAX_CANDIDATES - candidates);
    };
    let behind = after.filter(|_| more);
    let next = behind.map(|cursor| tokens.seal(place.scope, &cursor));
    Ok(Page { items, next })
}
