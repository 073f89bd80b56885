//! Queries of sales: a seller's ledger and figures.

use std::{collections::BTreeMap, sync::Arc};

use picasso_domain::values::{Currency, UserId};

use super::{Figures, LedgerEntry, SELLER, Sales, SalesDocument, totals_key};
use crate::{
    Live, Order, Reader,
    gallery::{Artwork, Gallery, find},
    profiles::{People, Person, person},
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// One line of the ledger, with what was sold to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    pub entry: LedgerEntry,
    pub buyer: Person,
    pub artwork: Option<Artwork>,
}

/// Answers what a person has sold.
#[derive(Clone)]
pub struct SalesQueries {
    pub(super) sales: Reader<Sales>,
    pub(super) gallery: Reader<Gallery>,
    people: People,
    tokens: PageTokens,
}

impl SalesQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            sales: Reader::new(Arc::clone(live)),
            gallery: Reader::new(Arc::clone(live)),
            people: People::new(live),
            tokens: tokens.clone(),
        }
    }

    /// Latest sale first; refunded ones stay and say so.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn list(&self, seller: &UserId, paging: &Paging) -> Result<Page<Sale>, QueryError> {
        let place = Place {
            index: SELLER,
            order: Order::Descending,
            prefix: seller.as_str(),
            scope: &["sales.list", seller.as_str()],
        };
        let line = |document| match document {
            SalesDocument::Sale(entry) => Some(entry),
            SalesDocument::Totals(_) | SalesDocument::Day(_) | SalesDocument::Absent => None,
        };
        let page = walk(&self.sales, &self.tokens, place, paging, line).await?;
        let pictures = page.items.iter().map(|entry| entry.picture_id);
        let artworks = find(&self.gallery, pictures).await?;
        let people = self
            .people
            .named(page.items.iter().map(|entry| &entry.buyer))
            .await?;
        let sale = |entry: LedgerEntry| Sale {
            buyer: person(&people, &entry.buyer),
            artwork: artworks.get(&entry.picture_id).map(|it| it.artwork.clone()),
            entry,
        };
        Ok(Page {
            items: page.items.into_iter().map(sale).collect(),
            next: page.next,
        })
    }

    /// Totals per currency; empty for somebody who has sold nothing.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn figures(
        &self,
        seller: &UserId,
    ) -> Result<BTreeMap<Currency, Figures>, QueryError> {
        match self.sales.get(&totals_key(seller)).await? {
            Some(SalesDocument::Totals(totals)) => Ok(totals),
            Some(SalesDocument::Sale(_) | SalesDocument::Day(_) | SalesDocument::Absent) | None => {
                Ok(BTreeMap::new())
            }
        }
    }
}
