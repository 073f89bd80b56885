//! A read store that fails in a chosen way, in front of a sound one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::{
    Index,
    ports::{
        DocumentWrite, Generation, GenerationId, Hit, Offsets, PageRequest, Parked, ReadStore,
        ReadStoreError, StoredDocument,
    },
};

/// What a store does not manage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Checkpoints,
    EveryThirdWrite,
    /// Stores something else than it was given, for one document.
    Damage,
    /// The list of parked documents cannot be read.
    Parked,
}

/// A store with a fault in front of a sound one.
pub struct Faulty {
    sound: Arc<dyn ReadStore>,
    fault: Fault,
    writes: AtomicUsize,
}

impl Faulty {
    pub fn before(sound: &Arc<dyn ReadStore>, fault: Fault) -> Arc<dyn ReadStore> {
        Arc::new(Self {
            sound: Arc::clone(sound),
            fault,
            writes: AtomicUsize::default(),
        })
    }
}

#[async_trait]
impl ReadStore for Faulty {
    async fn write(
        &self,
        generation: &GenerationId,
        mut writes: Vec<DocumentWrite>,
    ) -> Result<Vec<String>, ReadStoreError> {
        let n = self.writes.fetch_add(1, Ordering::SeqCst);
        if self.fault == Fault::EveryThirdWrite && n.is_multiple_of(3) {
            return Err(ReadStoreError::unavailable("out of order"));
        }
        if self.fault == Fault::Damage && n == 0 {
            writes[0].body = None;
        }
        self.sound.write(generation, writes).await
    }

    async fn save_checkpoint(
        &self,
        generation: &GenerationId,
        log: LogId,
        offset: Offset,
    ) -> Result<(), ReadStoreError> {
        if self.fault == Fault::Checkpoints {
            return Err(ReadStoreError::unavailable("out of order"));
        }
        self.sound.save_checkpoint(generation, log, offset).await
    }

    async fn get_many(
        &self,
        generation: &GenerationId,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        self.sound.get_many(generation, keys).await
    }

    async fn page(
        &self,
        generation: &GenerationId,
        request: PageRequest<'_>,
    ) -> Result<Vec<Hit>, ReadStoreError> {
        self.sound.page(generation, request).await
    }

    async fn scan(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        self.sound.scan(generation, after, limit).await
    }

    async fn checkpoints(&self, generation: &GenerationId) -> Result<Offsets, ReadStoreError> {
        self.sound.checkpoints(generation).await
    }

    async fn live(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError> {
        self.sound.live(projection).await
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, ReadStoreError> {
        self.sound.generations(projection).await
    }

    async fn create_generation(
        &self,
        projection: &str,
        version: u32,
        epoch: Epoch,
        indexes: &[Index],
    ) -> Result<Generation, ReadStoreError> {
        let made = self
            .sound
            .create_generation(projection, version, epoch, indexes);
        made.await
    }

    async fn build_indexes(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        self.sound.build_indexes(generation).await
    }

    async fn make_live(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        self.sound.make_live(generation).await
    }

    async fn drop_generation(&self, generation: &GenerationId) -> Result<(), ReadStoreError> {
        self.sound.drop_generation(generation).await
    }

    async fn park(&self, generation: &GenerationId, parked: &Parked) -> Result<(), ReadStoreError> {
        self.sound.park(generation, parked).await
    }

    async fn parked(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Parked>, ReadStoreError> {
        if self.fault == Fault::Parked {
            return Err(ReadStoreError::Corrupt("a parked document".to_owned()));
        }
        self.sound.parked(generation, after, limit).await
    }

    async fn defer(
        &self,
        generation: &GenerationId,
        key: &str,
        log: LogId,
        offset: Offset,
    ) -> Result<bool, ReadStoreError> {
        self.sound.defer(generation, key, log, offset).await
    }

    async fn unpark(
        &self,
        generation: &GenerationId,
        key: &str,
        folded: &Offsets,
    ) -> Result<bool, ReadStoreError> {
        self.sound.unpark(generation, key, folded).await
    }
}
