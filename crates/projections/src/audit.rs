//! Proves a live generation against the log: every document is folded again from nothing and compared.
//!
//! Safe beside a runtime at work: a document is compared as of the offsets it names. Memory is bounded by
//! going through the log once per [`PART`] documents.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use picasso_eventlog::{EventLog, LogId, Offset};

use crate::{
    Recorded,
    erased::{AnyProjection, Draft},
    folding::{Target, Trouble, load_parked},
    live::Live,
    ports::{GenerationId, MAX_DOCUMENTS, Offsets, ReadStoreError, StoredDocument},
    rebuild::prefetch,
};

/// Documents compared per pass over the log.
const PART: u64 = 50_000;
/// Differing documents that are listed; all are counted.
pub const LISTED: usize = 1_000;

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its body is not the fold of the log up to the offsets it names.
    Differs,
    /// It lacks an event that lies before the checkpoint.
    Lacks { log: LogId, offset: Offset },
    /// The fold refuses an event that the document says it holds.
    Refused { log: LogId, offset: Offset },
}

/// A document that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub key: String,
    pub fault: Fault,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub generation: GenerationId,
    /// Documents compared, deleted ones included.
    pub documents: u64,
    /// Documents left out because they are parked.
    pub parked: u64,
    pub differing: u64,
    /// The first [`LISTED`] of those that differ, in order of key.
    pub differences: Vec<Difference>,
}

impl Verdict {
    /// Whether every document is what the log says.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differing == 0
    }
}

/// One document under audit.
struct Case {
    stored: Option<StoredDocument>,
    fresh: Draft,
    fault: Option<Fault>,
}

/// Compares every document of the live generation with a fresh fold of the log.
///
/// # Errors
/// [`Trouble`] when the log or the store cannot be read; [`ReadStoreError::NotBuilt`] within when there is no
/// live generation.
pub async fn verify(
    projection: &Arc<dyn AnyProjection>,
    log: &Arc<dyn EventLog>,
    live: &Arc<Live>,
) -> Result<Verdict, Trouble> {
    let missing = || ReadStoreError::NotBuilt(projection.name().to_owned());
    let generation = live.refresh(projection.name()).await?.ok_or_else(missing)?;
    let target = Target {
        projection: Arc::clone(projection),
        generation: generation.id.clone(),
        store: Arc::clone(live.store()),
        log: Arc::clone(log),
    };
    // In this order: what is parked or stored later than it is looked at only holds more.
    let checkpoints = target.store.checkpoints(&target.generation).await?;
    let parked = load_parked(&target).await?;
    let mut verdict = Verdict {
        generation: generation.id,
        documents: 0,
        parked: parked.len() as u64,
        differing: 0,
        differences: vec![],
    };
    let parts = count(&target).await?.div_ceil(PART).max(1);
    for part in 0..parts {
        let pass = Pass {
            target: &target,
            checkpoints: &checkpoints,
            parked: &parked,
            part,
            parts,
        };
        pass.run(&mut verdict).await?;
    }
    verdict.differences.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(verdict)
}

async fn count(target: &Target) -> Result<u64, Trouble> {
    let mut documents = 0;
    let mut after = None;
    while let Some(page) = page(target, after.as_deref()).await? {
        documents += page.len() as u64;
        after = page.last().map(|last| last.key.clone());
    }
    Ok(documents)
}

async fn page(
    target: &Target,
    after: Option<&str>,
) -> Result<Option<Vec<StoredDocument>>, ReadStoreError> {
    let page = target.store.scan(&target.generation, after, MAX_DOCUMENTS);
    let page = page.await?;
    Ok((!page.is_empty()).then_some(page))
}

/// One pass over the log, for the documents of one part.
struct Pass<'a> {
    target: &'a Target,
    checkpoints: &'a Offsets,
    parked: &'a HashSet<String>,
    part: u64,
    parts: u64,
}

impl Pass<'_> {
    async fn run(&self, verdict: &mut Verdict) -> Result<(), Trouble> {
        let mut cases = self.stored().await?;
        for log in (0..self.target.log.logs()).map(LogId) {
            let ends = cases.values().filter_map(|case| case.stored.as_ref());
            let ends = ends.filter_map(|stored| stored.folded.get(&log));
            let end = ends.chain(self.checkpoints.get(&log)).max();
            let end = end.copied().unwrap_or_default();
            let mut chunks = prefetch(&self.target.log, log, Offset::START, end);
            while let Some(chunk) = chunks.recv().await {
                for event in chunk? {
                    self.apply(&event, &mut cases);
                }
            }
        }
        for (key, case) in cases {
            verdict.documents += u64::from(case.stored.is_some());
            if let Some(fault) = self.judge(&case)? {
                verdict.differing += 1;
                if verdict.differences.len() < LISTED {
                    verdict.differences.push(Difference { key, fault });
                }
            }
        }
        Ok(())
    }

    async fn stored(&self) -> Result<HashMap<String, Case>, Trouble> {
        let mut cases = HashMap::new();
        let mut after = None;
        while let Some(page) = page(self.target, after.as_deref()).await? {
            after = page.last().map(|last| last.key.clone());
            for stored in page.into_iter().filter(|stored| self.ours(&stored.key)) {
                let fresh = self.target.projection.fresh(stored.key.clone());
                let case = Case {
                    fresh,
                    stored: Some(stored),
                    fault: None,
                };
                cases.insert(case.fresh.key.clone(), case);
            }
        }
        Ok(cases)
    }

    /// Whether a document belongs to this pass.
    fn ours(&self, key: &str) -> bool {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        hasher.hash_one(key) % self.parts == self.part && !self.parked.contains(key)
    }

    fn apply(&self, event: &Recorded, cases: &mut HashMap<String, Case>) {
        let (log, offset) = (event.event.log, event.event.offset);
        let within = |offsets: &Offsets| offsets.get(&log).is_some_and(|last| *last >= offset);
        for key in self.target.projection.keys(event) {
            if !self.ours(&key) {
                continue;
            }
            let case = cases.entry(key).or_insert_with_key(|key| Case {
                stored: None,
                fresh: self.target.projection.fresh(key.clone()),
                fault: None,
            });
            let holds = case.stored.as_ref().is_some_and(|s| within(&s.folded));
            if holds {
                let folded = self.target.projection.fold_whole(&mut case.fresh, event);
                if folded.is_err() {
                    case.fault.get_or_insert(Fault::Refused { log, offset });
                }
            } else if within(self.checkpoints) {
                case.fault.get_or_insert(Fault::Lacks { log, offset });
            }
        }
    }

    fn judge(&self, case: &Case) -> Result<Option<Fault>, ReadStoreError> {
        if case.fault.is_some() {
            return Ok(case.fault);
        }
        let Some(stored) = &case.stored else {
            return Ok(None);
        };
        let fresh = self.target.projection.body(&case.fresh)?;
        let texts = [&stored.body, &fresh].map(|body| body.as_deref().map(|body| body.get()));
        let same = texts[0] == texts[1] && case.fresh.folded == stored.folded;
        Ok((!same).then_some(Fault::Differs))
    }
}
