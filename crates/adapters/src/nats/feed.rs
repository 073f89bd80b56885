//! The feed that follows a log's stream, and reads the log itself wherever the stream has not what it should.
//!
//! Keeps true: what is handed out is the log, whatever the stream does. A stream that is away, late, wiped, cut short or
//! wrong is noticed within about a second; from there on the log is read, by the same path that fills any other hole.

mod source;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use picasso_eventlog::{
    Batch, Contiguous, EventFeed, EventLog, FeedError, FeedStream, LogError, LogId, Offset,
    refuse_beyond,
};
use tokio::time::{Instant, sleep, sleep_until};

use self::source::{Arrival, Delivery, Source};
use super::{Nats, NatsError};

/// How long a stream that delivers may be silent before the log is asked whether there is more.
const QUIET: Duration = Duration::from_secs(1);
/// How long after it has grown the log is read while the stream does not deliver: so many readers at once, right behind a
/// commit, would be in the way of commands; and what is committed meanwhile is read along with it.
const PACE: Duration = Duration::from_millis(50);

/// An [`EventFeed`] over the streams that relays keep.
pub struct JetStreamFeed {
    nats: Nats,
    log: Arc<dyn EventLog>,
}

impl JetStreamFeed {
    #[must_use]
    pub fn new(nats: Nats, log: Arc<dyn EventLog>) -> Self {
        Self { nats, log }
    }
}

#[async_trait]
impl EventFeed for JetStreamFeed {
    async fn subscribe(
        &self,
        log: LogId,
        after: Offset,
        batch: usize,
    ) -> Result<FeedStream, FeedError> {
        refuse_beyond(self.log.as_ref(), log, after).await?;
        let reader = Reader {
            source: Source::new(self.nats.clone(), Arc::clone(&self.log), log, after),
            contiguous: Contiguous::new(Arc::clone(&self.log), log, after, batch),
            log: Arc::clone(&self.log),
            id: log,
            late: true,
        };
        let batches = stream::try_unfold(reader, |mut reader| async move {
            let batch = reader.next().await?;
            Ok(Some((batch, reader)))
        });
        Ok(batches.boxed())
    }

    async fn end(&self, log: LogId) -> Result<Option<Offset>, FeedError> {
        let unavailable = |error: NatsError| FeedError::Unavailable {
            log,
            source: error.into(),
        };
        let stream = self.nats.find(log).await.map_err(unavailable)?;
        let stream = stream.ok_or(NatsError::NoStream).map_err(unavailable)?;
        Ok(Some(Offset(stream.cached_info().state.last_sequence)))
    }
}

/// One subscription.
struct Reader {
    source: Source,
    contiguous: Contiguous,
    log: Arc<dyn EventLog>,
    id: LogId,
    /// The stream is not read, or has not delivered something that the log has.
    late: bool,
}

impl Reader {
    async fn next(&mut self) -> Result<Batch, LogError> {
        let mut since = Instant::now();
        loop {
            if let Some(batch) = self.contiguous.next().await? {
                self.source.set_last(self.contiguous.last());
                return Ok(batch);
            }
            tokio::select! {
                biased;
                () = due(self.log.as_ref(), (self.id, self.contiguous.last()), since, self.late) => {
                    if let Some(batch) = self.look().await? {
                        self.source.set_last(self.contiguous.last());
                        return Ok(batch);
                    }
                    since = Instant::now();
                }
                arrival = self.source.next() => self.take(arrival).await?,
            }
        }
    }

    /// Whatever the stream does: what the log has, and where it ends.
    async fn look(&mut self) -> Result<Option<Batch>, LogError> {
        if self.late {
            let batch = self.contiguous.read_on().await?;
            self.late = batch.is_some();
            self.refilled(batch.as_ref().map_or(0, |batch| batch.len() as u64));
            return Ok(batch);
        }
        let head = self.log.head(self.id).await?;
        self.late = head > self.contiguous.last();
        self.reach(head);
        Ok(None)
    }

    async fn take(&mut self, arrival: Arrival) -> Result<(), LogError> {
        match arrival {
            Arrival::Connected(end) => self.late = end < self.contiguous.last(),
            Arrival::Lost => self.late = true,
            Arrival::Messages(delivery) => self.offer(delivery).await?,
        }
        Ok(())
    }

    async fn offer(&mut self, delivery: Delivery) -> Result<(), LogError> {
        let Delivery { events, unread } = delivery;
        let reached = events.last().map(|event| event.offset).max(unread);
        if reached.is_some_and(|offset| offset >= self.contiguous.last()) {
            self.late = false;
        }
        self.contiguous.offer(events);
        if let Some(offset) = unread {
            let head = self.log.head(self.id).await?;
            self.reach(offset.min(head));
        }
        Ok(())
    }

    fn reach(&mut self, offset: Offset) {
        let missing = offset.0.saturating_sub(self.contiguous.last().0);
        self.refilled(missing);
        self.contiguous.reach(offset);
    }

    /// Counts what the stream did not bring.
    fn refilled(&self, events: u64) {
        metrics::counter!("picasso_feed_refilled_total", "log" => self.id.to_string())
            .increment(events);
    }
}

/// Resolves when it is time to look into the log.
async fn due(log: &dyn EventLog, (id, last): (LogId, Offset), since: Instant, late: bool) {
    if late {
        log.wait_beyond(id, last).await;
        sleep(PACE).await;
    } else {
        sleep_until(since + QUIET).await;
    }
}
