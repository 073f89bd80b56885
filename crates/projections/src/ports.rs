//! The read store as a port: guarded documents, declared indexes, keyset pages, checkpoints, generations.
//!
//! Only what every document store can do: no transactions across documents are needed, because a document
//! names the offsets it holds and is written only if it is still the revision that was loaded.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;
use picasso_domain::Timestamp;
use picasso_eventlog::{Epoch, LogId, Offset};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Index, IndexEntry, Order};

/// The most documents one page, one `get_many` or one `write` carries.
pub const MAX_DOCUMENTS: usize = 1_000;

/// One built copy of a projection, written `<projection>.<number>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GenerationId {
    pub projection: String,
    /// From 1.
    pub number: u32,
}

impl fmt::Display for GenerationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.projection, self.number)
    }
}

/// Where a generation stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerationState {
    /// Being rebuilt; no reader sees it.
    Building,
    /// The one readers see; exactly one per projection.
    Live,
    /// Replaced; kept for rollback, which catches it up from its own checkpoints first.
    Retired,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    pub id: GenerationId,
    pub state: GenerationState,
    /// The fold's [`VERSION`](crate::Projection::VERSION) it was built by.
    pub version: u32,
    /// The log's history it was built from.
    pub epoch: Epoch,
    pub created_at: Timestamp,
}

/// The last offset folded into a document or a generation, per log.
pub type Offsets = BTreeMap<LogId, Offset>;

/// A document as stored.
#[derive(Debug, Clone)]
pub struct StoredDocument {
    pub key: String,
    /// Raised by every write, from 1.
    pub revision: u64,
    pub folded: Offsets,
    /// JSON; `None` once deleted.
    pub body: Option<Box<RawValue>>,
}

/// A document to be stored if it is still the revision that was loaded.
#[derive(Debug, Clone)]
pub struct DocumentWrite {
    pub key: String,
    /// 0 when the document did not exist.
    pub loaded_revision: u64,
    pub folded: Offsets,
    pub body: Option<Box<RawValue>>,
    /// All places of the document in the indexes; replaces the former ones.
    pub entries: Vec<IndexEntry>,
}

/// A document that cannot be folded on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub key: String,
    pub log: LogId,
    /// The first offset that was not folded; it and all later ones of this document wait in the log.
    pub offset: Offset,
    /// The last offset, per log, that waits: what a retry has to fold before the document may flow again.
    pub waiting: Offsets,
    pub reason: String,
    /// How often folding it failed, from 1.
    pub attempts: u32,
    pub parked_at: Timestamp,
}

/// One document found by an index.
#[derive(Debug, Clone)]
pub struct Hit {
    pub document: StoredDocument,
    /// Where the next page begins.
    pub cursor: Cursor,
}

/// A place in an index behind which a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub sort: String,
    pub key: String,
}

/// Which part of an index to read.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'a> {
    pub index: &'a str,
    pub order: Order,
    pub prefix: &'a str,
    pub after: Option<&'a Cursor>,
    pub limit: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadStoreError {
    #[error("the read store is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the read store is damaged: {0}")]
    Corrupt(String),
    #[error("generation {0} does not exist")]
    NoGeneration(GenerationId),
    #[error("generation {0} is the live one")]
    StillLive(GenerationId),
    #[error("projection {0} has not been built yet")]
    NotBuilt(String),
    #[error("at most {MAX_DOCUMENTS} documents at once, not {0}")]
    TooMany(usize),
}

impl ReadStoreError {
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

/// # Errors
/// [`ReadStoreError::TooMany`] beyond [`MAX_DOCUMENTS`]; what every adapter asks first.
pub fn check_limit(documents: usize) -> Result<(), ReadStoreError> {
    if documents > MAX_DOCUMENTS {
        return Err(ReadStoreError::TooMany(documents));
    }
    Ok(())
}

/// Stores the documents of projections.
#[async_trait]
pub trait ReadStore: Send + Sync + 'static {
    /// Documents by key, deleted ones included, in any order; missing ones are left out.
    async fn get_many(
        &self,
        generation: &GenerationId,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, ReadStoreError>;

    /// Writes each document that is still the revision that was loaded; answers the keys of those that were not.
    /// A key stands in `writes` at most once.
    async fn write(
        &self,
        generation: &GenerationId,
        writes: Vec<DocumentWrite>,
    ) -> Result<Vec<String>, ReadStoreError>;

    /// One page of an index of a generation that is live or was; deleted documents are in none.
    async fn page(
        &self,
        generation: &GenerationId,
        request: PageRequest<'_>,
    ) -> Result<Vec<Hit>, ReadStoreError>;

    /// All documents in order of key behind `after`, deleted ones included; for audits and digests.
    async fn scan(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, ReadStoreError>;

    async fn checkpoints(&self, generation: &GenerationId) -> Result<Offsets, ReadStoreError>;

    /// Stores how far a generation has folded a log; never moves back.
    async fn save_checkpoint(
        &self,
        generation: &GenerationId,
        log: LogId,
        offset: Offset,
    ) -> Result<(), ReadStoreError>;

    /// The generation readers see, if one was ever made live.
    async fn live(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError>;

    /// Generations of a projection, oldest first.
    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, ReadStoreError>;

    /// Makes an empty generation in state `Building`. Its declared indexes need not answer before it is live.
    async fn create_generation(
        &self,
        projection: &str,
        version: u32,
        epoch: Epoch,
        indexes: &[Index],
    ) -> Result<Generation, ReadStoreError>;

    /// Builds what is missing of a generation's indexes, so that making it live takes no time. Nobody writes to
    /// the generation meanwhile.
    async fn build_indexes(&self, _generation: &GenerationId) -> Result<(), ReadStoreError> {
        Ok(())
    }

    /// Builds what is missing of a generation's indexes, then makes it the live one and retires the one before,
    /// in one step that readers see whole.
    async fn make_live(&self, generation: &GenerationId) -> Result<(), ReadStoreError>;

    /// Removes a generation that is not live, with all its documents.
    async fn drop_generation(&self, generation: &GenerationId) -> Result<(), ReadStoreError>;

    /// Parks a document, or says anew why it still is; what already waits is kept.
    async fn park(&self, generation: &GenerationId, parked: &Parked) -> Result<(), ReadStoreError>;

    /// Parked documents in order of key behind `after`.
    async fn parked(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Parked>, ReadStoreError>;

    /// Notes that an event of a parked document waits in the log; `false` when it is not parked any more
    /// and the event has to be folded.
    async fn defer(
        &self,
        generation: &GenerationId,
        key: &str,
        log: LogId,
        offset: Offset,
    ) -> Result<bool, ReadStoreError>;

    /// Lets a document flow again if nothing waits beyond `folded`; `false` when something does.
    async fn unpark(
        &self,
        generation: &GenerationId,
        key: &str,
        folded: &Offsets,
    ) -> Result<bool, ReadStoreError>;
}
