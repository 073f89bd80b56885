//! What a projection is: which documents an event touches, and how it changes each of them. Pure, so that live
//! updates, rebuilds and audits use the same fold and cannot disagree.

use std::sync::Arc;

use picasso_domain::{DecodeError, DomainEvent};
use picasso_eventlog::RecordedEvent;
use serde::{Serialize, de::DeserializeOwned};

/// A recorded event with its payload read once for all projections.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub event: Arc<RecordedEvent>,
    pub data: DomainEvent,
}

impl Recorded {
    /// # Errors
    /// [`DecodeError`] when this build does not know the event.
    pub fn decode(event: Arc<RecordedEvent>) -> Result<Self, DecodeError> {
        let data = event.decode()?;
        Ok(Self { event, data })
    }
}

/// The keys of the documents an event touches: mostly none or one.
pub type Keys = Vec<String>;

/// What a fold leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Keep,
    /// Readers no longer find the document; its offsets stay, so that a repeated event cannot bring it back.
    Delete,
}

/// An event that does not fit the document. Only that document is parked; all others flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FoldError {
    pub reason: String,
}

/// In which order an index is paged through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// What queries may sort and filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    pub name: &'static str,
    pub order: Order,
}

/// One place of a document in one index. A document may stand in an index several times (once per tag), or
/// not at all (an unpublished picture).
///
/// `sort` is compared as bytes, so numbers are written with a fixed number of digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexEntry {
    pub index: &'static str,
    /// What a query fixes: the artist, the tag, or nothing.
    pub prefix: String,
    /// What a query sorts by within the prefix.
    pub sort: String,
}

/// A pure fold from recorded events to keyed documents.
///
/// Events of one log arrive in order. Logs do not wait for each other, so a document touched by events of
/// several logs must come out alike whichever log is ahead.
pub trait Projection: Send + Sync + 'static {
    type Document: Serialize + DeserializeOwned + Default + Clone + Send + Sync;
    /// The name operators use, for example `gallery`.
    const NAME: &'static str;
    /// Raised when the fold or the document changes shape: the live generation is then rebuilt.
    const VERSION: u32;
    const INDEXES: &'static [Index];

    /// Which documents this event touches.
    fn keys(&self, event: &Recorded) -> Keys;

    /// Changes one document by one event it touches. Called once per offset and document, in order.
    ///
    /// # Errors
    /// [`FoldError`] parks the document.
    fn fold(
        &self,
        key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError>;

    /// Where the document stands in the declared indexes.
    fn index(&self, key: &str, document: &Self::Document) -> Vec<IndexEntry>;
}
