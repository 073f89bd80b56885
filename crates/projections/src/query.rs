//! What all queries share: errors, pages, and the walk along an index that reads a bounded part of it.

mod token;
mod walk;

use std::sync::Arc;

pub use self::token::{PageTokenError, PageTokens};
pub(crate) use self::walk::{Place, walk};
use crate::{
    Live,
    blobs::BlobQueries,
    gallery::GalleryQueries,
    ledger::LedgerQueries,
    library::{DownloadRights, LibraryQueries},
    orders::OrderQueries,
    payouts::PayoutQueries,
    ports::ReadStoreError,
    profiles::ProfileQueries,
    provenance::ProvenanceQueries,
    reactions::ReactionQueries,
    sales::SalesQueries,
    suggestions::SuggestionQueries,
};

/// How many entries a page has when nothing is asked for.
pub const DEFAULT_PAGE_SIZE: u32 = 30;
/// How many entries a page has at most; asking for more gives this many (AIP-158).
pub const MAX_PAGE_SIZE: u32 = 100;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error(transparent)]
    Store(#[from] ReadStoreError),
    #[error(transparent)]
    PageToken(#[from] PageTokenError),
    /// It is not there, or not for this viewer: one must not learn which.
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    #[error("{field} {why}")]
    InvalidFilter { field: &'static str, why: String },
}

/// Which page of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// Entries; 0 stands for [`DEFAULT_PAGE_SIZE`].
    pub size: u32,
    /// Empty for the first page, otherwise what the page before named.
    pub token: String,
}

impl Paging {
    pub(crate) fn entries(&self) -> usize {
        let size = match self.size {
            0 => DEFAULT_PAGE_SIZE,
            size => size.min(MAX_PAGE_SIZE),
        };
        size as usize
    }
}

/// One page. A filtered page may be short, even empty, and still have a next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// `None` on the last page.
    pub next: Option<String>,
}

/// The queries of all read models over one read store.
#[derive(Clone)]
pub struct Queries {
    pub gallery: GalleryQueries,
    pub provenance: ProvenanceQueries,
    pub suggestions: SuggestionQueries,
    pub profiles: ProfileQueries,
    pub library: LibraryQueries,
    pub downloads: DownloadRights,
    pub orders: OrderQueries,
    pub sales: SalesQueries,
    pub payouts: PayoutQueries,
    pub ledger: LedgerQueries,
    pub reactions: ReactionQueries,
    pub blobs: BlobQueries,
}

impl Queries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            gallery: GalleryQueries::new(live, tokens),
            provenance: ProvenanceQueries::new(live),
            suggestions: SuggestionQueries::new(live),
            profiles: ProfileQueries::new(live),
            library: LibraryQueries::new(live, tokens),
            downloads: DownloadRights::new(live),
            orders: OrderQueries::new(live, tokens),
            sales: SalesQueries::new(live, tokens),
            payouts: PayoutQueries::new(live),
            ledger: LedgerQueries::new(live, tokens),
            reactions: ReactionQueries::new(live, tokens),
            blobs: BlobQueries::new(live),
        }
    }
}
