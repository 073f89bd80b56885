//! The feed hands out a log's events from an offset: contiguous, in batches, then live.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream, stream::BoxStream};
use serde::Serialize;

use crate::{EventLog, LogError, LogId, Offset, Position, RecordedEvent};

/// Contiguous events of one log, never empty.
pub type Batch = Vec<Arc<RecordedEvent>>;
/// Batches without end; after an error the stream is over and is subscribed to anew.
pub type FeedStream = BoxStream<'static, Result<Batch, FeedError>>;

/// The feed broke off.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Log(#[from] LogError),
    /// Whoever asks has read events that the log no longer has; going on would skip those that take their place.
    #[error(
        "log {log} ends at {head}, but was read up to {after} before: it was restored from a backup without being told so"
    )]
    Beyond {
        log: LogId,
        after: Offset,
        head: Offset,
    },
    #[error("the feed of log {log} is not available")]
    Unavailable {
        log: LogId,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Hands out recorded events of a log from an offset.
#[async_trait]
pub trait EventFeed: Send + Sync + 'static {
    /// Events with `offset > after`, in batches of at most `batch`, then live.
    ///
    /// # Errors
    /// [`FeedError::Beyond`] when the log ends before `after`; others when the subscription cannot be made.
    async fn subscribe(
        &self,
        log: LogId,
        after: Offset,
        batch: usize,
    ) -> Result<FeedStream, FeedError>;

    /// Where the copy of a log ends that readers are given; `None` where they are given the log itself.
    ///
    /// # Errors
    /// [`FeedError::Unavailable`] when there is no copy, or it cannot be asked.
    async fn end(&self, _log: LogId) -> Result<Option<Offset>, FeedError> {
        Ok(None)
    }
}

/// How far the copy of a log goes that readers are given, and how many events it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reach {
    pub end: Offset,
    pub lag: u64,
}

/// Compares that copy with where the log ends; `None` where readers are given the log itself.
///
/// # Errors
/// As [`EventFeed::end`].
pub async fn reach(feed: &dyn EventFeed, head: Position) -> Result<Option<Reach>, FeedError> {
    let end = feed.end(head.log).await?;
    Ok(end.map(|end| Reach {
        end,
        lag: head.offset.0.saturating_sub(end.0),
    }))
}

/// Refuses who has read further than the log goes.
///
/// # Errors
/// [`FeedError::Beyond`], or that the log cannot be asked.
pub async fn refuse_beyond(
    source: &dyn EventLog,
    log: LogId,
    after: Offset,
) -> Result<(), FeedError> {
    let head = source.head(log).await?;
    if after > head {
        return Err(FeedError::Beyond { log, after, head });
    }
    Ok(())
}

/// The feed that reads the log itself; what the embedded deployment uses.
pub struct LogFeed {
    log: Arc<dyn EventLog>,
}

impl LogFeed {
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log }
    }
}

#[async_trait]
impl EventFeed for LogFeed {
    async fn subscribe(
        &self,
        log: LogId,
        after: Offset,
        batch: usize,
    ) -> Result<FeedStream, FeedError> {
        refuse_beyond(self.log.as_ref(), log, after).await?;
        let source = Arc::clone(&self.log);
        let batches = stream::try_unfold((source, after), move |(source, after)| async move {
            loop {
                let events = source.read(log, after, batch).await?;
                if let Some(last) = events.last().map(|event| event.offset) {
                    let batch: Batch = events.into_iter().map(Arc::new).collect();
                    return Ok(Some((batch, (source, last))));
                }
                source.wait_beyond(log, after).await;
            }
        });
        Ok(batches.boxed())
    }
}
