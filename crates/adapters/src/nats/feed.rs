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
use tokio::time::{Instant, sleep_until};

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
            standing: Standing::Late(None),
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
    standing: Standing,
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
                () = self.standing.due(self.log.as_ref(), (self.id, self.contiguous.last()), since) => {
                    self.look().await?;
                    since = Instant::now();
                }
                arrival = self.source.next() => self.take(arrival).await?,
            }
        }
    }

    /// Whatever the stream does: what the log has, and where it ends.
    async fn look(&mut self) -> Result<(), LogError> {
        if let Standing::Late(grown) = self.standing {
            let events = self.contiguous.read_on().await?;
            self.refilled(events as u64);
            // Who is behind by more than a batch does not rest before it has caught up.
            let is_full = events == self.contiguous.limit();
            self.standing = Standing::Late(grown.filter(|_| is_full));
            return Ok(());
        }
        let head = self.log.head(self.id).await?;
        if head > self.contiguous.last() {
            self.standing.be_late();
        }
        self.reach(head);
        Ok(())
    }

    async fn take(&mut self, arrival: Arrival) -> Result<(), LogError> {
        match arrival {
            Arrival::Connected(end) if end >= self.contiguous.last() => {
                self.standing = Standing::Served;
            }
            Arrival::Connected(_) | Arrival::Lost => self.standing.be_late(),
            Arrival::Messages(delivery) => self.offer(delivery).await?,
        }
        Ok(())
    }

    async fn offer(&mut self, delivery: Delivery) -> Result<(), LogError> {
        let Delivery { events, unread } = delivery;
        let reached = events.last().map(|event| event.offset).max(unread);
        if reached.is_some_and(|offset| offset >= self.contiguous.last()) {
            self.standing = Standing::Served;
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

/// How a reader stands to its stream.
enum Standing {
    /// It delivers.
    Served,
    /// The stream is not read, or has not delivered something that the log has. Since when the log is known to have more
    /// than was handed out, if it is.
    Late(Option<Instant>),
}

impl Standing {
    /// What is known of the log's growth stays known.
    fn be_late(&mut self) {
        if let Self::Served = self {
            *self = Self::Late(None);
        }
    }

    /// Resolves when it is time to look into the log. May be dropped: whatever arrives meanwhile does not put it off.
    async fn due(&mut self, log: &dyn EventLog, (id, last): (LogId, Offset), since: Instant) {
        match self {
            Self::Served => sleep_until(since + QUIET).await,
            Self::Late(grown) => {
                let since = match *grown {
                    Some(since) => since,
                    None => {
                        log.wait_beyond(id, last).await;
                        *grown.insert(Instant::now())
                    }
                };
                sleep_until(since + PACE).await;
            }
        }
    }
}
