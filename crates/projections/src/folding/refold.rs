//! Folds a few documents again from the log: those that were lost to a race, parked, or are retried.

use std::collections::HashMap;

use std::sync::Arc;

use picasso_eventlog::{LogId, MAX_READ, Offset};

use super::{Target, Trouble, decode};
use crate::{Recorded, erased::Draft};

/// Events read at a time.
const CHUNK: usize = if MAX_READ < 2_000 { MAX_READ } else { 2_000 };

/// The event that does not fit.
pub struct Stopped {
    pub offset: Offset,
    /// The last event of the document that waits behind it.
    pub last: Offset,
    pub reason: String,
}

/// A document on its way through a part of a log.
pub struct Refold {
    pub draft: Draft,
    pub until: Offset,
    pub stopped: Option<Stopped>,
}

impl Refold {
    pub fn new(draft: Draft, until: Offset) -> Self {
        Self {
            draft,
            until,
            stopped: None,
        }
    }

    fn fold(&mut self, target: &Target, event: &Recorded) {
        let offset = event.event.offset;
        if offset > self.until {
            return;
        }
        if let Some(stopped) = &mut self.stopped {
            stopped.last = offset;
            return;
        }
        if let Err(error) = target.projection.fold_whole(&mut self.draft, event) {
            self.stopped = Some(Stopped {
                offset,
                last: offset,
                reason: error.reason,
            });
        }
    }
}

/// Folds what lies behind `after` into each document, up to its own end.
pub async fn refold(
    target: &Target,
    log: LogId,
    after: Offset,
    documents: &mut HashMap<String, Refold>,
) -> Result<(), Trouble> {
    let ends = documents.values().map(|document| document.until);
    let until = ends.max().unwrap_or_default();
    let mut last = after;
    while last < until {
        let missing = usize::try_from(until.0 - last.0).unwrap_or(CHUNK);
        let events = target.log.read(log, last, missing.min(CHUNK)).await?;
        let (events, trouble) = decode(events.into_iter().map(Arc::new).collect());
        for event in &events {
            for key in target.projection.keys(event) {
                if let Some(document) = documents.get_mut(&key) {
                    document.fold(target, event);
                }
            }
        }
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        let Some(event) = events.last() else {
            let missing = format!("log {log} ends at {last}, not at {until}");
            return Err(picasso_eventlog::LogError::Corrupt(missing).into());
        };
        last = event.event.offset;
    }
    Ok(())
}
