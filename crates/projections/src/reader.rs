//! What queries read with: documents and pages of whichever generation is live.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use crate::{
    Projection,
    live::Live,
    ports::{Cursor, PageRequest, ReadStoreError, StoredDocument},
};

/// One document on a page.
#[derive(Debug, Clone)]
pub struct Found<D> {
    pub key: String,
    pub document: D,
    /// Where the page behind this document begins.
    pub cursor: Cursor,
}

/// Reads the documents of one projection.
pub struct Reader<P> {
    live: Arc<Live>,
    projection: PhantomData<fn() -> P>,
}

impl<P> Clone for Reader<P> {
    fn clone(&self) -> Self {
        Self {
            live: Arc::clone(&self.live),
            projection: PhantomData,
        }
    }
}

impl<P: Projection> Reader<P> {
    #[must_use]
    pub fn new(live: Arc<Live>) -> Self {
        Self {
            live,
            projection: PhantomData,
        }
    }

    /// One document; `None` when there is none or it was deleted.
    ///
    /// # Errors
    /// [`ReadStoreError`].
    pub async fn get(&self, key: &str) -> Result<Option<P::Document>, ReadStoreError> {
        let mut found = self.get_many(&[key.to_owned()]).await?;
        Ok(found.remove(key))
    }

    /// Documents by key, at most [`MAX_DOCUMENTS`](crate::ports::MAX_DOCUMENTS); missing and deleted ones are left out.
    ///
    /// # Errors
    /// [`ReadStoreError`].
    pub async fn get_many(
        &self,
        keys: &[String],
    ) -> Result<HashMap<String, P::Document>, ReadStoreError> {
        let generation = self.live.get(P::NAME).await?;
        let store = self.live.store();
        let stored = match store.get_many(&generation.id, keys).await {
            Err(ReadStoreError::NoGeneration(_)) => {
                let generation = self.again().await?;
                store.get_many(&generation, keys).await?
            }
            answer => answer?,
        };
        let documents = stored.into_iter().filter_map(|stored| {
            let document = parse::<P>(&stored).transpose()?;
            Some(document.map(|document| (stored.key, document)))
        });
        documents.collect()
    }

    /// One page of an index.
    ///
    /// # Errors
    /// [`ReadStoreError`].
    pub async fn page(
        &self,
        request: PageRequest<'_>,
    ) -> Result<Vec<Found<P::Document>>, ReadStoreError> {
        let generation = self.live.get(P::NAME).await?;
        let store = self.live.store();
        let hits = match store.page(&generation.id, request).await {
            Err(ReadStoreError::NoGeneration(_)) => {
                let generation = self.again().await?;
                store.page(&generation, request).await?
            }
            answer => answer?,
        };
        let found = hits.into_iter().filter_map(|hit| {
            let document = parse::<P>(&hit.document).transpose()?;
            Some(document.map(|document| Found {
                key: hit.document.key,
                document,
                cursor: hit.cursor,
            }))
        });
        found.collect()
    }

    /// The generation that took the place of one that was dropped while we read.
    async fn again(&self) -> Result<crate::ports::GenerationId, ReadStoreError> {
        let found = self.live.refresh(P::NAME).await?;
        let generation = found.ok_or_else(|| ReadStoreError::NotBuilt(P::NAME.to_owned()))?;
        Ok(generation.id)
    }
}

fn parse<P: Projection>(stored: &StoredDocument) -> Result<Option<P::Document>, ReadStoreError> {
    let Some(body) = &stored.body else {
        return Ok(None);
    };
    let document = serde_json::from_str(body.get()).map_err(|error| {
        let (name, key) = (P::NAME, &stored.key);
        ReadStoreError::Corrupt(format!("document {key} of {name}: {error}"))
    })?;
    Ok(Some(document))
}
