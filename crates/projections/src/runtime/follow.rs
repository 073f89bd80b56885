//! Follows one log for one projection: a batch, its documents, the checkpoint, the next batch.

use std::{collections::HashSet, sync::Arc, time::Instant};

use futures::StreamExt;
use picasso_eventlog::{Batch, Contiguous, EventFeed, LogId, Offset};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    backoff::{Incident, chain},
    progress::Tracked,
};
use crate::folding::{Span, Target, Trouble, decode, load_parked};

pub(super) struct Follower<'a> {
    pub target: &'a Target,
    pub feed: &'a dyn EventFeed,
    pub log: LogId,
    pub batch: usize,
    pub tracked: &'a watch::Sender<Tracked>,
}

impl Follower<'_> {
    /// Follows until `stop`; after trouble it begins again behind the checkpoint.
    pub async fn run(&self, stop: &CancellationToken) {
        let what = format!("{} of log {}", self.target.projection.name(), self.log);
        let mut incident = Incident::default();
        while !stop.is_cancelled() {
            if let Err(trouble) = self.follow(&mut incident, &what).await {
                let told = chain(&trouble);
                self.tracked
                    .send_modify(|tracked| tracked.error = Some(told));
                incident.failed(&what, &trouble, stop).await;
            }
        }
    }

    /// Ends with the subscription, or with trouble.
    async fn follow(&self, incident: &mut Incident, what: &str) -> Result<(), Trouble> {
        let (target, log) = (self.target, self.log);
        let folded = target.store.checkpoints(&target.generation).await?;
        let mut last = folded.get(&log).copied().unwrap_or_default();
        self.tracked.send_modify(|tracked| {
            tracked.folded.insert(log, last);
        });
        let mut parked = load_parked(target).await?;
        let mut contiguous = Contiguous::new(Arc::clone(&target.log), log, last, self.batch);
        let mut feed = self.feed.subscribe(log, last, self.batch).await?;
        while let Some(delivery) = feed.next().await {
            contiguous.offer(delivery?);
            while let Some(batch) = contiguous.next().await? {
                last = self.fold(batch, last, &mut parked).await?;
                incident.over(what);
            }
        }
        Ok(())
    }

    async fn fold(
        &self,
        batch: Batch,
        after: Offset,
        parked: &mut HashSet<String>,
    ) -> Result<Offset, Trouble> {
        let began = Instant::now();
        let (events, trouble) = decode(batch);
        let name = self.target.projection.name();
        let mut last = after;
        if !events.is_empty() {
            let mut span = Span::new(self.target, self.log, after, parked);
            span.apply(&events).await?;
            last = span.last();
            span.finish().await?;
            let took = began.elapsed();
            metrics::counter!("picasso_projection_events_total", "projection" => name)
                .increment(events.len() as u64);
            metrics::histogram!("picasso_projection_batch_seconds", "projection" => name)
                .record(took.as_secs_f64());
            self.tracked
                .send_modify(|tracked| tracked.advance(self.log, last, events.len(), took));
        }
        match trouble {
            Some(trouble) => Err(trouble),
            None => Ok(last),
        }
    }
}
