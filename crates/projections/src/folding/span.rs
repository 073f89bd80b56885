//! Drafts of the documents that a stretch of one log touches, from the first event to the checkpoint.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};
use picasso_domain::Timestamp;
use picasso_eventlog::{LogId, Offset};
use tokio::task::spawn_blocking;

use super::{
    MAX_RACES, Target, Trouble,
    digest::SetDigest,
    refold::{Refold, refold},
};
use crate::{
    Recorded,
    erased::{AnyProjection, Draft, Size},
    ports::{DocumentWrite, MAX_DOCUMENTS, Offsets, Parked, ReadStoreError, StoredDocument},
};

/// Memory a draft takes besides what its events brought.
const DRAFT_BYTES: usize = 512;
/// Writes under way at once: one is stored while the next is put into words.
const WRITES_AT_ONCE: usize = 2;

enum Slot {
    Draft(Draft),
    /// An event did not fit; that and the later ones up to here are sorted out at the end.
    Stuck(Offset),
    /// Parked earlier; its events wait in the log.
    Waiting,
}

/// A stretch of one log on its way into a generation.
pub struct Span<'a> {
    target: &'a Target,
    log: LogId,
    start: Offset,
    last: Offset,
    slots: HashMap<String, Slot>,
    /// Documents parked, as far as this reader of the log knows; carried from stretch to stretch.
    parked: &'a mut HashSet<String>,
    /// Whether the generation has no document yet, so that none has to be looked for.
    empty: bool,
    bytes: usize,
    digest: Option<&'a mut SetDigest>,
}

/// The keys of all parked documents of a generation.
///
/// # Errors
/// [`ReadStoreError`].
pub async fn load_parked(target: &Target) -> Result<HashSet<String>, ReadStoreError> {
    let mut keys = HashSet::new();
    let mut after: Option<String> = None;
    loop {
        let (store, generation) = (&target.store, &target.generation);
        let page = store.parked(generation, after.as_deref(), MAX_DOCUMENTS);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok(keys);
        };
        after = Some(last.key.clone());
        keys.extend(page.into_iter().map(|parked| parked.key));
    }
}

impl<'a> Span<'a> {
    /// Begins behind `start`: everything up to it is in the documents, except what waits for parked ones.
    pub fn new(
        target: &'a Target,
        log: LogId,
        start: Offset,
        parked: &'a mut HashSet<String>,
    ) -> Self {
        Self {
            target,
            log,
            start,
            last: start,
            slots: HashMap::new(),
            parked,
            empty: false,
            bytes: 0,
            digest: None,
        }
    }

    /// Says that the generation has no document yet.
    #[must_use]
    pub fn into_empty(mut self, empty: bool) -> Self {
        self.empty = empty;
        self
    }

    /// Keeps a digest of all documents up to date with what is written.
    #[must_use]
    pub fn with_digest(mut self, digest: &'a mut SetDigest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// An upper bound of the memory the drafts take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    #[must_use]
    pub fn last(&self) -> Offset {
        self.last
    }

    /// Folds events that follow the last one.
    ///
    /// # Errors
    /// [`Trouble`]; the whole stretch is begun again then.
    pub async fn apply(&mut self, events: &[Recorded]) -> Result<(), Trouble> {
        let keys: Vec<_> = events
            .iter()
            .map(|e| self.target.projection.keys(e))
            .collect();
        self.prepare(events, &keys).await?;
        for (event, keys) in events.iter().zip(&keys) {
            for key in keys {
                self.fold(key, event)?;
            }
        }
        if let Some(last) = events.last() {
            self.last = last.event.offset;
        }
        Ok(())
    }

    /// Fails only for a document that could not be written either.
    fn fold(&mut self, key: &str, event: &Recorded) -> Result<(), ReadStoreError> {
        let Some(slot) = self.slots.get_mut(key) else {
            return Ok(());
        };
        match slot {
            Slot::Draft(draft) => {
                let (projection, before) = (&self.target.projection, draft.size.bytes());
                if draft.size.is_loose() {
                    draft.size = Size::of(projection.measure(draft)?);
                }
                draft.size.bring(event.event.payload.get().len());
                self.bytes = (self.bytes + draft.size.bytes()).saturating_sub(before);
                if projection.fold(draft, event).is_err() {
                    // Why is found again, and told, when the document is parked.
                    *slot = Slot::Stuck(event.event.offset);
                }
            }
            Slot::Stuck(last) => *last = event.event.offset,
            Slot::Waiting => {}
        }
        Ok(())
    }

    /// Sees to it that every touched key has a slot.
    async fn prepare(&mut self, events: &[Recorded], keys: &[Vec<String>]) -> Result<(), Trouble> {
        let mut missing = HashSet::new();
        let mut parked: BTreeMap<&str, Offset> = BTreeMap::new();
        for (event, keys) in events.iter().zip(keys) {
            for key in keys {
                if self.parked.contains(key) {
                    parked.insert(key, event.event.offset);
                } else if !self.slots.contains_key(key) {
                    missing.insert(key.clone());
                }
            }
        }
        for (key, last) in parked {
            if self.defer(key, last).await? {
                self.slots.insert(key.to_owned(), Slot::Waiting);
            } else {
                self.parked.remove(key);
                missing.insert(key.to_owned());
            }
        }
        self.load(missing.into_iter().collect()).await
    }

    async fn defer(&self, key: &str, offset: Offset) -> Result<bool, ReadStoreError> {
        let Target {
            store, generation, ..
        } = self.target;
        store.defer(generation, key, self.log, offset).await
    }

    async fn load(&mut self, keys: Vec<String>) -> Result<(), Trouble> {
        let names: usize = keys.iter().map(String::len).sum();
        self.bytes += names + keys.len() * DRAFT_BYTES;
        if !self.empty {
            for part in keys.chunks(MAX_DOCUMENTS) {
                for stored in self.get(part).await? {
                    let draft = self.draft(stored)?;
                    self.bytes += draft.size.bytes();
                    self.slots.insert(draft.key.clone(), Slot::Draft(draft));
                }
            }
        }
        let projection = &self.target.projection;
        for key in keys {
            let fresh = |key: &String| Slot::Draft(projection.fresh(key.clone()));
            self.slots.entry(key).or_insert_with_key(fresh);
        }
        Ok(())
    }

    async fn get(&self, keys: &[String]) -> Result<Vec<StoredDocument>, ReadStoreError> {
        let Target {
            store, generation, ..
        } = self.target;
        store.get_many(generation, keys).await
    }

    fn draft(&self, stored: StoredDocument) -> Result<Draft, ReadStoreError> {
        let mut counted = SetDigest::default();
        if self.digest.is_some() {
            counted = SetDigest::of(&stored.key, stored.body.as_deref());
        }
        let mut draft = self.target.projection.load(stored)?;
        draft.counted = counted;
        Ok(draft)
    }

    /// Writes the documents, parks those that are stuck, and then moves the checkpoint; answers how many
    /// documents were written.
    ///
    /// # Errors
    /// [`Trouble`]; what was written stays, and is skipped when the stretch is begun again.
    pub async fn finish(mut self) -> Result<usize, Trouble> {
        let (mut drafts, mut again) = (Vec::new(), HashMap::new());
        for (key, slot) in std::mem::take(&mut self.slots) {
            match slot {
                Slot::Draft(draft) if draft.changed => drafts.push(draft),
                Slot::Draft(_) | Slot::Waiting => {}
                Slot::Stuck(last) => {
                    again.insert(key, last);
                }
            }
        }
        let written = drafts.len();
        // In order of key: neighbours share pages in every store.
        drafts.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        for lost in self.write(drafts).await? {
            again.insert(lost, self.last);
        }
        self.settle(again).await?;
        let Target {
            store, generation, ..
        } = self.target;
        store
            .save_checkpoint(generation, self.log, self.last)
            .await?;
        Ok(written)
    }

    /// Writes drafts in bounded parts; answers the keys of those that others wrote meanwhile.
    async fn write(&mut self, drafts: Vec<Draft>) -> Result<Vec<String>, Trouble> {
        let (target, counts) = (self.target, self.digest.is_some());
        let parts = in_parts(drafts).map(|part| write(target, part, counts));
        let done: Vec<Written> = stream::iter(parts)
            .buffered(WRITES_AT_ONCE)
            .try_collect()
            .await?;
        let mut lost = Vec::new();
        for part in done {
            if let Some(digest) = &mut self.digest {
                **digest += part.gained;
                **digest -= part.replaced;
            }
            lost.extend(part.lost);
        }
        Ok(lost)
    }

    /// The slow way, for few documents: folds them again from the log, one event at a time.
    async fn settle(&mut self, mut keys: HashMap<String, Offset>) -> Result<(), Trouble> {
        for _ in 0..MAX_RACES {
            if keys.is_empty() {
                return Ok(());
            }
            let mut refolds = self.reload(&keys).await?;
            refold(self.target, self.log, self.start, &mut refolds).await?;
            let (drafts, stopped) = self.take_apart(refolds);
            let lost = self.write(drafts).await?;
            for parked in stopped {
                // A document that was lost to another is judged again upon what that one wrote.
                if !lost.contains(&parked.key) {
                    self.park(parked).await?;
                }
            }
            keys.retain(|key, _| lost.contains(key));
        }
        Err(Trouble::Contended(keys.len()))
    }

    async fn reload(
        &self,
        keys: &HashMap<String, Offset>,
    ) -> Result<HashMap<String, Refold>, Trouble> {
        let names: Vec<String> = keys.keys().cloned().collect();
        let mut refolds = HashMap::new();
        for part in names.chunks(MAX_DOCUMENTS) {
            for stored in self.get(part).await? {
                let draft = self.draft(stored)?;
                let until = keys.get(&draft.key).copied().unwrap_or(self.last);
                refolds.insert(draft.key.clone(), Refold::new(draft, until));
            }
        }
        for (key, until) in keys {
            let fresh = || Refold::new(self.target.projection.fresh(key.clone()), *until);
            refolds.entry(key.clone()).or_insert_with(fresh);
        }
        Ok(refolds)
    }

    fn take_apart(&self, refolds: HashMap<String, Refold>) -> (Vec<Draft>, Vec<Parked>) {
        let (mut drafts, mut stopped) = (Vec::new(), Vec::new());
        for (key, refold) in refolds {
            if let Some(stop) = refold.stopped {
                stopped.push(Parked {
                    key,
                    log: self.log,
                    offset: stop.offset,
                    waiting: Offsets::from([(self.log, stop.last)]),
                    reason: stop.reason,
                    attempts: 1,
                    parked_at: Timestamp::now(),
                });
            }
            if refold.draft.changed {
                drafts.push(refold.draft);
            }
        }
        (drafts, stopped)
    }

    async fn park(&mut self, parked: Parked) -> Result<(), ReadStoreError> {
        let Target {
            store, generation, ..
        } = self.target;
        store.park(generation, &parked).await?;
        let (key, offset, reason) = (&parked.key, parked.offset, &parked.reason);
        tracing::error!(%generation, key, log = %self.log, %offset, reason, "document parked");
        metrics::counter!("picasso_projection_parked_total", "projection" => self.target.projection.name())
            .increment(1);
        self.parked.insert(parked.key);
        Ok(())
    }
}

/// What became of one write.
struct Written {
    lost: Vec<String>,
    gained: SetDigest,
    replaced: SetDigest,
}

async fn write(target: &Target, part: Vec<Draft>, counts: bool) -> Result<Written, ReadStoreError> {
    let projection = Arc::clone(&target.projection);
    let encoded = spawn_blocking(move || encode(&*projection, &part, counts)).await;
    let (writes, digests) = encoded.map_err(ReadStoreError::unavailable)??;
    let lost = target.store.write(&target.generation, writes).await?;
    let mut written = Written {
        lost,
        gained: SetDigest::default(),
        replaced: SetDigest::default(),
    };
    for (key, gained, replaced) in digests {
        if !written.lost.contains(&key) {
            written.gained += gained;
            written.replaced += replaced;
        }
    }
    Ok(written)
}

/// What is to be written, and for each document what it counts for in the digest from now on and until now.
type Encoded = (Vec<DocumentWrite>, Vec<(String, SetDigest, SetDigest)>);

/// Puts drafts into words; takes long enough to be kept off the threads that must not block.
fn encode(
    projection: &dyn AnyProjection,
    part: &[Draft],
    counts: bool,
) -> Result<Encoded, ReadStoreError> {
    let writes = part.iter().map(|draft| projection.write(draft));
    let writes: Vec<_> = writes.collect::<Result<_, _>>()?;
    let count = |(write, draft): (&DocumentWrite, &Draft)| {
        let gained = SetDigest::of(&write.key, write.body.as_deref());
        (write.key.clone(), gained, draft.counted)
    };
    let counted = writes.iter().zip(part).filter(|_| counts).map(count);
    let digests = counted.collect();
    Ok((writes, digests))
}

/// Cuts drafts into parts that one write carries.
fn in_parts(drafts: Vec<Draft>) -> impl Iterator<Item = Vec<Draft>> {
    let mut drafts = drafts.into_iter();
    std::iter::from_fn(move || {
        let part: Vec<_> = drafts.by_ref().take(MAX_DOCUMENTS).collect();
        (!part.is_empty()).then_some(part)
    })
}
