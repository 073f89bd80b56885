//! The read store in memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use picasso_domain::Timestamp;
use picasso_eventlog::{Epoch, LogId, Offset};
use picasso_projections::{
    Index, Order,
    ports::{
        Cursor, DocumentWrite, Generation, GenerationId, GenerationState, Hit, Offsets,
        PageRequest, Parked, ReadStore, ReadStoreError, StoredDocument, check_limit,
    },
};
use tokio::task::yield_now;

/// Name, prefix, sort, key.
type Place = (String, String, String, String);

#[derive(Default)]
struct Built {
    documents: BTreeMap<String, (StoredDocument, Vec<Place>)>,
    places: BTreeSet<Place>,
    checkpoints: Offsets,
    parked: BTreeMap<String, Parked>,
}

#[derive(Default)]
struct State {
    generations: Vec<(Generation, Built)>,
    numbers: HashMap<String, u32>,
    dropped: Vec<GenerationId>,
}

#[derive(Default)]
pub struct MemoryStore(Mutex<State>);

impl MemoryStore {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics in here")
    }
}

impl State {
    fn built(&mut self, id: &GenerationId) -> Result<&mut Built, ReadStoreError> {
        let found = self.generations.iter_mut().find(|(g, _)| g.id == *id);
        let missing = || ReadStoreError::NoGeneration(id.clone());
        found.map(|(_, built)| built).ok_or_else(missing)
    }
}

impl Built {
    /// Answers whether the document was still the revision that was loaded.
    fn write(&mut self, write: DocumentWrite) -> bool {
        let found = self.documents.get(&write.key);
        let revision = found.map_or(0, |(document, _)| document.revision);
        if revision != write.loaded_revision {
            return false;
        }
        for place in found.map_or(&[][..], |(_, places)| places) {
            self.places.remove(place);
        }
        let entries = write.entries.into_iter().filter(|_| write.body.is_some());
        let places: Vec<Place> = entries
            .map(|e| (e.index.to_owned(), e.prefix, e.sort, write.key.clone()))
            .collect();
        self.places.extend(places.iter().cloned());
        let document = StoredDocument {
            key: write.key.clone(),
            revision: revision + 1,
            folded: write.folded,
            body: write.body,
        };
        self.documents.insert(write.key, (document, places));
        true
    }

    fn hit(&self, (_, _, sort, key): &Place) -> Hit {
        let (sort, key) = (sort.clone(), key.clone());
        Hit {
            document: self.documents[&key].0.clone(),
            cursor: Cursor { sort, key },
        }
    }

    fn page(&self, request: PageRequest<'_>) -> Vec<Hit> {
        let here =
            |(name, prefix, _, _): &&Place| name == request.index && prefix == request.prefix;
        let place = |cursor: &Cursor| -> Place {
            let (sort, key) = (cursor.sort.clone(), cursor.key.clone());
            (
                request.index.to_owned(),
                request.prefix.to_owned(),
                sort,
                key,
            )
        };
        let behind = request
            .after
            .map(place)
            .map_or(Bound::Unbounded, Bound::Excluded);
        let places: Vec<_> = match request.order {
            Order::Ascending => self
                .places
                .range((behind, Bound::Unbounded))
                .filter(here)
                .take(request.limit)
                .collect(),
            Order::Descending => self
                .places
                .range((Bound::Unbounded, behind))
                .rev()
                .filter(here)
                .take(request.limit)
                .collect(),
        };
        places.into_iter().map(|place| self.hit(place)).collect()
    }
}

fn raise(waiting: &mut Offsets, more: &Offsets) {
    for (log, offset) in more {
        let last = waiting.entry(*log).or_default();
        *last = (*last).max(*offset);
    }
}

fn behind<'a, V>(
    all: &'a BTreeMap<String, V>,
    after: Option<&str>,
    limit: usize,
) -> impl Iterator<Item = &'a V> {
    let behind = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.to_owned()));
    let part = all.range((behind, Bound::Unbounded));
    part.map(|(_, value)| value).take(limit)
}

#[async_trait]
impl ReadStore for MemoryStore {
    async fn get_many(
        &self,
        generation: &GenerationId,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(keys.len())?;
        let mut state = self.state();
        let built = state.built(generation)?;
        let found = keys.iter().filter_map(|key| built.documents.get(key));
        Ok(found.map(|(document, _)| document.clone()).collect())
    }

    async fn write(
        &self,
        generation: &GenerationId,
        writes: Vec<DocumentWrite>,
    ) -> Result<Vec<String>, ReadStoreError> {
        check_limit(writes.len())?;
        // As over a file, whoever writes may be killed before or after.
        yield_now().await;
        let mut state = self.state();
        let built = state.built(generation)?;
        let mut lost = vec![];
        for write in writes {
            let key = write.key.clone();
            if !built.write(write) {
                lost.push(key);
            }
        }
        Ok(lost)
    }

    async fn page(
        &self,
        generation: &GenerationId,
        request: PageRequest<'_>,
    ) -> Result<Vec<Hit>, ReadStoreError> {
        check_limit(request.limit)?;
        Ok(self.state().built(generation)?.page(request))
    }

    async fn scan(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, ReadStoreError> {
        check_limit(limit)?;
        let mut state = self.state();
        let all = &state.built(generation)?.documents;
        let part = behind(all, after, limit);
        Ok(part.map(|(document, _)| document.clone()).collect())
    }

    async fn checkpoints(&self, generation: &GenerationId) -> Result<Offsets, ReadStoreError> {
        Ok(self.state().built(generation)?.checkpoints.clone())
    }

    async fn save_checkpoint(
        &self,
        generation: &GenerationId,
        log: LogId,
        offset: Offset,
    ) -> Result<(), ReadStoreError> {
        yield_now().await;
        let mut state = self.state();
        let checkpoints = &mut state.built(generation)?.checkpoints;
        raise(checkpoints, &Offsets::from([(log, offset)]));
        Ok(())
    }

    async fn live(&self, projection: &str) -> Result<Option<Generation>, ReadStoreError> {
        let all = self.generations(projection).await?;
        let live = |found: &Generation| found.state == GenerationState::Live;
        Ok(all.into_iter().find(live))
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, ReadStoreError> {
        let state = self.state();
        let all = state.generations.iter().map(|(generation, _)| generation);
        let ours = all.filter(|generation| generation.id.projection == projection);
        Ok(ours.cloned().collect())
    }

    async fn create_generation(
        &self,
        projection: &str,
        version: u32,
        epoch: Epoch,
        _indexes: &[Index],
    ) -> Result<Generation, ReadStoreError> {
        let mut state = self.state();
        let number = state.numbers.entry(projection.to_owned()).or_default();
        *number += 1;
        let generation = Generation {
            id: GenerationId {
                projection: projection.to_owned(),
                number: *number,
            },
            state: GenerationState::Building,
            version,
            epoch,
            created_at: Timestamp::now(),
        };
        let made = (generation.clone(), Built::default());
        state.generations.push(made);
        Ok(generation)
    }

    async fn make_live(&self, id: &GenerationId) -> Result<(), ReadStoreError> {
        let mut state = self.state();
        state.built(id)?;
        for (generation, _) in &mut state.generations {
            if generation.id == *id {
                generation.state = GenerationState::Live;
            } else if generation.id.projection == id.projection
                && generation.state == GenerationState::Live
            {
                generation.state = GenerationState::Retired;
            }
        }
        Ok(())
    }

    async fn drop_generation(&self, id: &GenerationId) -> Result<(), ReadStoreError> {
        let mut state = self.state();
        if state.dropped.contains(id) {
            return Ok(());
        }
        state.built(id)?;
        let live = |g: &Generation| g.id == *id && g.state == GenerationState::Live;
        if state.generations.iter().any(|(g, _)| live(g)) {
            return Err(ReadStoreError::StillLive(id.clone()));
        }
        state
            .generations
            .retain(|(generation, _)| generation.id != *id);
        state.dropped.push(id.clone());
        Ok(())
    }

    async fn park(&self, generation: &GenerationId, parked: &Parked) -> Result<(), ReadStoreError> {
        let mut state = self.state();
        let all = &mut state.built(generation)?.parked;
        let mut next = parked.clone();
        if let Some(before) = all.get(&parked.key) {
            raise(&mut next.waiting, &before.waiting);
            next.parked_at = before.parked_at;
        }
        all.insert(parked.key.clone(), next);
        Ok(())
    }

    async fn parked(
        &self,
        generation: &GenerationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Parked>, ReadStoreError> {
        check_limit(limit)?;
        let mut state = self.state();
        let all = &state.built(generation)?.parked;
        Ok(behind(all, after, limit).cloned().collect())
    }

    async fn defer(
        &self,
        generation: &GenerationId,
        key: &str,
        log: LogId,
        offset: Offset,
    ) -> Result<bool, ReadStoreError> {
        let mut state = self.state();
        let Some(parked) = state.built(generation)?.parked.get_mut(key) else {
            return Ok(false);
        };
        raise(&mut parked.waiting, &Offsets::from([(log, offset)]));
        Ok(true)
    }

    async fn unpark(
        &self,
        generation: &GenerationId,
        key: &str,
        folded: &Offsets,
    ) -> Result<bool, ReadStoreError> {
        let mut state = self.state();
        let all = &mut state.built(generation)?.parked;
        let waits = |parked: &Parked| {
            let reached = |log, offset| folded.get(log).is_some_and(|f| f >= offset);
            !parked
                .waiting
                .iter()
                .all(|(log, offset)| reached(log, offset))
        };
        if all.get(key).is_some_and(waits) {
            return Ok(false);
        }
        all.remove(key);
        Ok(true)
    }
}
