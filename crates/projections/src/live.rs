//! Which generation of each projection is live, looked up once for the whole process.
//!
//! Keeps true: the runtime and all readers of a process agree on the generation, so a reader that waited for
//! a position finds it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::ports::{Generation, ReadStore, ReadStoreError};

/// How long a switch made by another process may go unnoticed.
pub const FRESH: Duration = Duration::from_millis(250);

struct Known {
    generation: watch::Sender<Option<Generation>>,
    looked_up: Instant,
}

/// The live generations, shared by the runtime and all readers of a process.
pub struct Live {
    store: Arc<dyn ReadStore>,
    known: Mutex<HashMap<String, Known>>,
}

impl Live {
    #[must_use]
    pub fn new(store: Arc<dyn ReadStore>) -> Arc<Self> {
        let known = Mutex::default();
        Arc::new(Self { store, known })
    }

    #[must_use]
    pub fn store(&self) -> &Arc<dyn ReadStore> {
        &self.store
    }

    /// The live generation, at most [`FRESH`] old.
    ///
    /// # Errors
    /// [`ReadStoreError::NotBuilt`] when there is none yet.
    pub async fn get(&self, projection: &str) -> Result<Generation, ReadStoreError> {
        if let Some(generation) = self.fresh(projection) {
            return Ok(generation);
        }
        let found = self.refresh(projection).await?;
        found.ok_or_else(|| ReadStoreError::NotBuilt(projection.to_owned()))
    }

    /// Asks the store again and tells everybody who watches.
    ///
    /// # Errors
    /// [`ReadStoreError`].
    pub async fn refresh(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError> {
        let found = self.store.live(projection).await?;
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(projection.to_owned()).or_insert_with(Known::new);
        known.looked_up = Instant::now();
        known.generation.send_if_modified(|now| {
            let changed = *now != found;
            now.clone_from(&found);
            changed
        });
        Ok(found)
    }

    /// Changes of the live generation, as far as this process has noticed them.
    #[must_use]
    pub fn watch(&self, projection: &str) -> watch::Receiver<Option<Generation>> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(projection.to_owned()).or_insert_with(|| {
            let mut unknown = Known::new();
            if let Some(past) = unknown.looked_up.checked_sub(FRESH) {
                unknown.looked_up = past;
            }
            unknown
        });
        known.generation.subscribe()
    }

    fn fresh(&self, projection: &str) -> Option<Generation> {
        let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(projection)?;
        if known.looked_up.elapsed() >= FRESH {
            return None;
        }
        known.generation.borrow().clone()
    }
}

impl Known {
    fn new() -> Self {
        let (generation, _) = watch::channel(None);
        let looked_up = Instant::now();
        Self {
            generation,
            looked_up,
        }
    }
}
