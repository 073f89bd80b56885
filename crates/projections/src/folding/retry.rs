//! Parked documents are folded on from the log, and flow again once nothing of theirs waits.
//!
//! Keeps true, with any number of runtimes at work: what another one defers meanwhile is either folded here or
//! keeps the document parked, because `unpark` asks what waits and forgets it in one step.

use std::collections::HashMap;

use picasso_eventlog::{LogId, Offset};

use super::{
    MAX_RACES, Target, Trouble,
    refold::{Refold, Stopped, refold},
};
use crate::ports::{MAX_DOCUMENTS, Offsets, Parked};

/// What became of parked documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retried {
    pub freed: usize,
    pub still_parked: usize,
}

/// Folds all parked documents of a generation on.
///
/// # Errors
/// [`Trouble`]; documents that were not reached stay parked.
pub async fn retry_parked(target: &Target) -> Result<Retried, Trouble> {
    let mut retried = Retried::default();
    let mut after: Option<String> = None;
    loop {
        let (store, generation) = (&target.store, &target.generation);
        let page = store.parked(generation, after.as_deref(), MAX_DOCUMENTS);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok(retried);
        };
        after = Some(last.key.clone());
        for parked in page {
            if retry(target, parked).await? {
                retried.freed += 1;
            } else {
                retried.still_parked += 1;
            }
        }
    }
}

/// Folds one document on; answers whether it flows again.
async fn retry(target: &Target, mut parked: Parked) -> Result<bool, Trouble> {
    let (store, generation) = (&target.store, &target.generation);
    for _ in 0..MAX_RACES {
        let key = parked.key.clone();
        let stored = store
            .get_many(generation, std::slice::from_ref(&key))
            .await?;
        let draft = match stored.into_iter().next() {
            Some(stored) => target.projection.load(stored)?,
            None => target.projection.fresh(key.clone()),
        };
        let mut refold = Refold::new(draft, Offset::START);
        let stopped = fold_waiting(target, &parked, &mut refold).await?;
        if refold.draft.changed {
            let write = target.projection.write(&refold.draft)?;
            if !store.write(generation, vec![write]).await?.is_empty() {
                continue;
            }
        }
        if let Some((log, stopped)) = stopped {
            store.park(generation, &again(parked, log, stopped)).await?;
            return Ok(false);
        }
        if store.unpark(generation, &key, &parked.waiting).await? {
            return Ok(true);
        }
        parked = match find(target, &key).await? {
            Some(parked) => parked,
            None => return Ok(true),
        };
    }
    Err(Trouble::Contended(1))
}

/// Folds what waits, log by log, up to the first event that does not fit.
async fn fold_waiting(
    target: &Target,
    parked: &Parked,
    document: &mut Refold,
) -> Result<Option<(LogId, Stopped)>, Trouble> {
    for (log, until) in &parked.waiting {
        let after = document.draft.folded.get(log).copied().unwrap_or_default();
        // Nothing of this document lies between what it holds and where it stopped.
        let after = if *log == parked.log {
            after.max(Offset(parked.offset.0.saturating_sub(1)))
        } else {
            after
        };
        let fresh = target.projection.fresh(parked.key.clone());
        let draft = std::mem::replace(&mut document.draft, fresh);
        let mut one = HashMap::from([(parked.key.clone(), Refold::new(draft, *until))]);
        refold(target, *log, after, &mut one).await?;
        if let Some(done) = one.remove(&parked.key) {
            document.draft = done.draft;
            if let Some(stopped) = done.stopped {
                return Ok(Some((*log, stopped)));
            }
        }
    }
    Ok(None)
}

fn again(parked: Parked, log: LogId, stopped: Stopped) -> Parked {
    Parked {
        log,
        offset: stopped.offset,
        waiting: Offsets::from([(log, stopped.last)]),
        reason: stopped.reason,
        attempts: parked.attempts.saturating_add(1),
        ..parked
    }
}

async fn find(target: &Target, key: &str) -> Result<Option<Parked>, Trouble> {
    let (store, generation) = (&target.store, &target.generation);
    let mut after: Option<String> = None;
    loop {
        let page = store.parked(generation, after.as_deref(), MAX_DOCUMENTS);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        after = Some(last.key.clone());
        if let Some(found) = page.into_iter().find(|parked| parked.key == key) {
            return Ok(Some(found));
        }
    }
}
