//! Turns whatever a transport delivers into contiguous batches: repeats are dropped, holes are read from the log.
//!
//! Nothing here waits for a hole to "time out": it is fetched, or it is an error. However large a hole is, no more than
//! one batch of it is in memory.

use std::{collections::VecDeque, sync::Arc};

use crate::{Batch, EventLog, LogError, LogId, Offset, RecordedEvent};

/// The guard between a transport that may repeat, reorder or lose events and a reader that must not notice.
pub struct Contiguous {
    log: Arc<dyn EventLog>,
    id: LogId,
    limit: usize,
    last: Offset,
    /// What was delivered and not handed out yet, in order.
    delivered: VecDeque<Arc<RecordedEvent>>,
    /// What is known to be in the log, delivered or not.
    known: Offset,
}

impl Contiguous {
    /// Begins behind `after` and hands out at most `limit` events at once.
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>, id: LogId, after: Offset, limit: usize) -> Self {
        Self {
            log,
            id,
            limit: limit.clamp(1, crate::MAX_READ),
            last: after,
            delivered: VecDeque::new(),
            known: after,
        }
    }

    /// The last offset handed out.
    #[must_use]
    pub fn last(&self) -> Offset {
        self.last
    }

    /// The most events handed out at once.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes a delivery in any order; [`next`](Self::next) hands it out.
    pub fn offer(&mut self, delivery: Batch) {
        let ours = |event: &Arc<RecordedEvent>| event.log == self.id && event.offset > self.last;
        self.delivered.extend(delivery.into_iter().filter(ours));
        let in_order = self.delivered.make_contiguous();
        in_order.sort_by_key(|event| event.offset);
    }

    /// Says that the log goes up to `offset`: what was not delivered by then is read from it.
    pub fn reach(&mut self, offset: Offset) {
        self.known = self.known.max(offset);
    }

    /// What follows the last event handed out, as far as it is delivered or known; `None` when that is used up.
    ///
    /// # Errors
    /// [`LogError`] when a hole could not be filled from the log; nothing is lost then: the next call begins behind the
    /// same last event.
    pub async fn next(&mut self) -> Result<Option<Batch>, LogError> {
        self.drop_repeats();
        let wanted = self.last.next();
        let batch = match self.delivered.front() {
            Some(first) if first.offset == wanted => self.take(),
            None if self.known < wanted => return Ok(None),
            _ => self.fill().await?,
        };
        if let Some(event) = batch.last() {
            self.last = event.offset;
        }
        Ok(Some(batch))
    }

    /// Takes what follows the last event handed out from the log itself, known or not, for [`next`](Self::next) to hand
    /// out; tells how many events that are.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn read_on(&mut self) -> Result<usize, LogError> {
        let batch = self.read().await?;
        let events = batch.len();
        self.offer(batch);
        Ok(events)
    }

    fn drop_repeats(&mut self) {
        while let Some(first) = self.delivered.front()
            && first.offset <= self.last
        {
            self.delivered.pop_front();
        }
    }

    /// What was delivered, up to the next hole.
    fn take(&mut self) -> Batch {
        let (mut batch, mut last) = (Batch::new(), self.last);
        while batch.len() < self.limit
            && let Some(event) = self.delivered.front()
            && event.offset <= last.next()
            && let Some(event) = self.delivered.pop_front()
        {
            if event.offset == last.next() {
                last = event.offset;
                batch.push(event);
            }
        }
        batch
    }

    /// What is in the hole. It may go beyond it; what was delivered of that is a repeat then.
    async fn fill(&self) -> Result<Batch, LogError> {
        let batch = self.read().await?;
        if batch.is_empty() {
            return Err(self.missing(self.last.next()));
        }
        Ok(batch)
    }

    /// What the log has next.
    async fn read(&self) -> Result<Batch, LogError> {
        let events = self.log.read(self.id, self.last, self.limit).await?;
        let mut wanted = self.last.next();
        for event in &events {
            if event.offset != wanted {
                return Err(self.missing(wanted));
            }
            wanted = wanted.next();
        }
        Ok(events.into_iter().map(Arc::new).collect())
    }

    fn missing(&self, offset: Offset) -> LogError {
        LogError::Corrupt(format!("offset {offset} of log {} is missing", self.id))
    }
}
