//! The question the collector of orphans asks.

use std::{collections::HashSet, sync::Arc};

use picasso_domain::values::Digest;

use super::{BlobKind, Blobs, key};
use crate::{Live, Reader, query::QueryError};

/// Answers which files are referenced.
#[derive(Clone)]
pub struct BlobQueries {
    blobs: Reader<Blobs>,
}

impl BlobQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        let blobs = Reader::new(Arc::clone(live));
        Self { blobs }
    }

    /// Those of `digests` that a folded event speaks of; at most [`MAX_DOCUMENTS`](crate::ports::MAX_DOCUMENTS) are
    /// asked. A file newer than what is folded is not among them: the collector has to leave young files alone.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn referenced(
        &self,
        kind: BlobKind,
        digests: &[Digest],
    ) -> Result<HashSet<Digest>, QueryError> {
        let keys: Vec<String> = digests.iter().map(|it| key(kind, *it)).collect();
        let found = self.blobs.get_many(&keys).await?;
        let known = |digest: &&Digest| found.contains_key(&key(kind, **digest));
        Ok(digests.iter().filter(known).copied().collect())
    }
}
