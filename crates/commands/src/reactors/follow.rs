//! Follows the logs and turns events into tasks.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use picasso_domain::{DecodeError, DomainEvent};
use picasso_eventlog::{
    Batch, Contiguous, EventFeed, EventLog, FeedError, LogError, LogId, Offset, RecordedEvent,
};
use tokio_util::sync::CancellationToken;

use crate::ports::{Agenda, Task, Unavailable};

const BATCH: usize = 500;
const MIN_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// Which tasks follow from an event.
pub trait Planner: Send + Sync + 'static {
    /// Names the checkpoint and the lease; never changes once released.
    const NAME: &'static str;

    fn plan(&self, event: &RecordedEvent, data: &DomainEvent) -> Vec<Task>;
}

/// Feeds one planner from every log.
pub struct Follow<P> {
    pub planner: P,
    pub log: Arc<dyn EventLog>,
    pub feed: Arc<dyn EventFeed>,
    pub agenda: Arc<dyn Agenda>,
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Agenda(#[from] Unavailable),
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl<P: Planner> Follow<P> {
    /// The lease under which one process at a time should [`run`](Self::run) it.
    #[must_use]
    pub fn lease(&self) -> String {
        format!("reactor.follow.{}", P::NAME)
    }

    /// Follows all logs until it is told to stop; what fails is tried again, ever more slowly.
    pub async fn run(&self, stop: CancellationToken) {
        let logs = (0..self.log.logs()).map(|log| self.follow_log(LogId(log), &stop));
        futures::future::join_all(logs).await;
    }

    async fn follow_log(&self, log: LogId, stop: &CancellationToken) {
        let mut backoff = MIN_BACKOFF;
        loop {
            let before = tokio::time::Instant::now();
            let Some(result) = stop.run_until_cancelled(self.follow_once(log)).await else {
                return;
            };
            // A run that lasted was healthy: begin again with short pauses.
            if before.elapsed() > MAX_BACKOFF {
                backoff = MIN_BACKOFF;
            }
            if let Err(error) = result {
                let reactor = P::NAME;
                tracing::warn!(reactor, %log, error = &error as &dyn std::error::Error, "a reactor stopped; it goes on shortly");
            }
            let pause = tokio::time::sleep(backoff);
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
            backoff = (backoff * 2).min(MAX_BACKOFF);
        }
    }

    async fn follow_once(&self, log: LogId) -> Result<(), FollowError> {
        let checkpoint = self.agenda.checkpoint(P::NAME, log.0).await?;
        let after = Offset(checkpoint);
        let mut guard = Contiguous::new(Arc::clone(&self.log), log, after, BATCH);
        let mut batches = self.feed.subscribe(log, after, BATCH).await?;
        while let Some(delivery) = batches.next().await {
            guard.offer(delivery?);
            while let Some(batch) = guard.next().await? {
                self.plan(&batch).await?;
                let offset = guard.last().0;
                self.agenda.save_checkpoint(P::NAME, log.0, offset).await?;
            }
        }
        Ok(())
    }

    async fn plan(&self, batch: &Batch) -> Result<(), FollowError> {
        for event in batch {
            let data = event.decode()?;
            for task in self.planner.plan(event, &data) {
                self.agenda.put(task).await?;
            }
        }
        Ok(())
    }
}
