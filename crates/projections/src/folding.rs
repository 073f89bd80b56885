//! Folding a stretch of one log into one generation: what the runtime does per batch and a rebuild in bulk.
//!
//! Keeps true: documents first, checkpoint after; a document is written only upon the revision it was loaded
//! from; an event that does not fit parks its document and nothing else.

pub mod digest;
mod refold;
mod retry;
mod span;

use std::sync::Arc;

use picasso_domain::DecodeError;
use picasso_eventlog::{Batch, EventLog, FeedError, LogError, Position};

use crate::{
    Recorded,
    erased::AnyProjection,
    ports::{GenerationId, ReadStore, ReadStoreError},
};

pub use retry::{Retried, retry_parked};
pub use span::{Span, load_parked};

/// How often a document that others keep writing is folded again before the whole stretch is.
const MAX_RACES: usize = 32;

/// What folding needs: one projection, one generation of it, and the two ports.
#[derive(Clone)]
pub struct Target {
    pub projection: Arc<dyn AnyProjection>,
    pub generation: GenerationId,
    pub store: Arc<dyn ReadStore>,
    pub log: Arc<dyn EventLog>,
}

/// Why folding cannot go on for now. Nothing was skipped: it begins again behind the checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Store(#[from] ReadStoreError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("event {position} cannot be read by this version of picasso")]
    Undecodable {
        position: Position,
        source: DecodeError,
    },
    #[error("{0} documents are being written by others all the time")]
    Contended(usize),
}

/// Reads payloads in order, up to the first one that cannot be read.
pub fn decode(batch: Batch) -> (Vec<Recorded>, Option<Trouble>) {
    let mut events = Vec::with_capacity(batch.len());
    for event in batch {
        let position = event.position();
        match Recorded::decode(event) {
            Ok(event) => events.push(event),
            Err(source) => {
                return (events, Some(Trouble::Undecodable { position, source }));
            }
        }
    }
    (events, None)
}
