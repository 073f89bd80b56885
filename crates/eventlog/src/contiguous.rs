//! Turns whatever a transport delivers into contiguous batches: repeats are dropped, holes are read from the log.
//!
//! Nothing here waits for a hole to "time out": it is fetched, or it is an error.

use std::sync::Arc;

use crate::{Batch, EventLog, LogError, LogId, Offset, RecordedEvent};

/// The guard between a transport that may repeat, reorder or lose events and a reader that must not notice.
pub struct Contiguous {
    log: Arc<dyn EventLog>,
    id: LogId,
    last: Offset,
}

impl Contiguous {
    /// Begins behind `after`.
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>, id: LogId, after: Offset) -> Self {
        Self {
            log,
            id,
            last: after,
        }
    }

    /// The last offset handed out.
    #[must_use]
    pub fn last(&self) -> Offset {
        self.last
    }

    /// Takes a delivery in any order and returns what follows the last event handed out, without holes.
    ///
    /// # Errors
    /// [`LogError`] when a hole could not be filled from the log; nothing of the delivery is lost then:
    /// the same call again, or the next one, begins behind the same last event.
    pub async fn accept(&mut self, mut delivery: Batch) -> Result<Batch, LogError> {
        delivery.sort_by_key(|event| event.offset);
        let mut batch = Batch::new();
        let mut last = self.last;
        for event in delivery {
            if event.log != self.id || event.offset <= last {
                continue;
            }
            if event.offset > last.next() {
                let hole = self.fill(last, event.offset).await?;
                batch.extend(hole);
            }
            last = event.offset;
            batch.push(event);
        }
        self.last = last;
        Ok(batch)
    }

    /// Reads the events strictly between two offsets.
    async fn fill(&self, after: Offset, before: Offset) -> Result<Batch, LogError> {
        let mut found = Batch::new();
        let mut last = after;
        while last.next() < before {
            let missing = usize::try_from(before.0 - last.0 - 1).unwrap_or(usize::MAX);
            let limit = missing.min(crate::MAX_READ);
            let events = self.log.read(self.id, last, limit).await?;
            if events.is_empty() {
                let hole = last.next();
                let found = format!("offset {hole} of log {} is missing", self.id);
                return Err(LogError::Corrupt(found));
            }
            for event in events {
                self.expect(last.next(), &event)?;
                last = event.offset;
                found.push(Arc::new(event));
            }
        }
        Ok(found)
    }

    fn expect(&self, offset: Offset, event: &RecordedEvent) -> Result<(), LogError> {
        if event.offset == offset {
            return Ok(());
        }
        let (log, found) = (self.id, event.offset);
        Err(LogError::Corrupt(format!(
            "offset {offset} of log {log} is missing; {found} follows"
        )))
    }
}
