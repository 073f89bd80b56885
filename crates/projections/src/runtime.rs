//! Keeps every projection live: one task per projection, which follows every log from its checkpoint.
//!
//! Keeps true: of all processes one keeps a projection, under its lease; nothing is skipped (an event that cannot be read
//! stops the projection, with its reason, until it can); a projection whose fold changed, or whose log has a new history, is
//! rebuilt beside the old one first.

pub mod backoff;
mod follow;
mod progress;

use std::{collections::HashMap, sync::Arc};

use futures::future::join_all;
use picasso_eventlog::{
    EventFeed, EventLog, LogId,
    lease::{Leases, lead},
};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{backoff::Incident, follow::Follower, progress::Tracked};
use crate::{
    erased::{AnyProjection, Projections},
    folding::Target,
    live::{FRESH, Live},
    ports::{Generation, GenerationState},
    rebuild::{RebuildError, Rebuilder},
};

pub use progress::{Behind, LogProgress, Progress, ProjectionStatus, WaitError};

/// The most events one batch carries, unless told otherwise.
pub const BATCH: usize = 1_000;

/// Folds events into the live generation of each projection as they come.
pub struct Runtime {
    projections: Arc<Projections>,
    log: Arc<dyn EventLog>,
    feed: Arc<dyn EventFeed>,
    live: Arc<Live>,
    leases: Arc<dyn Leases>,
    rebuilder: Rebuilder,
    batch: usize,
    tracked: HashMap<&'static str, watch::Sender<Tracked>>,
}

impl Runtime {
    #[must_use]
    pub fn new(
        projections: Projections,
        log: Arc<dyn EventLog>,
        feed: Arc<dyn EventFeed>,
        live: Arc<Live>,
        leases: Arc<dyn Leases>,
    ) -> Self {
        let names = projections.iter().map(|projection| projection.name());
        let tracked = names.map(|name| (name, watch::channel(Tracked::default()).0));
        Self {
            tracked: tracked.collect(),
            projections: Arc::new(projections),
            rebuilder: Rebuilder::new(Arc::clone(&log), Arc::clone(&live), Arc::clone(&leases)),
            log,
            feed,
            live,
            leases,
            batch: BATCH,
        }
    }

    /// Batches of another size: small ones answer sooner, large ones write less.
    #[must_use]
    pub fn with_batch(mut self, events: usize) -> Self {
        self.batch = events.clamp(1, picasso_eventlog::MAX_READ);
        self
    }

    /// How far it is; goes on answering from the store when the runtime has stopped.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let tracked = self.tracked.iter();
        let tracked = tracked.map(|(name, tracked)| (*name, tracked.subscribe()));
        let (log, live) = (Arc::clone(&self.log), Arc::clone(&self.live));
        Progress::new(Arc::clone(&self.projections), log, live, tracked.collect())
    }

    /// Keeps all projections live until `stop`, each while no other process does. Stopping, or being killed, at any
    /// moment is safe.
    pub async fn run(self, stop: CancellationToken) {
        let runtime = Arc::new(self);
        let mut tasks = JoinSet::new();
        for projection in runtime.projections.iter().map(Arc::clone) {
            let (leases, runtime) = (Arc::clone(&runtime.leases), Arc::clone(&runtime));
            let lease = format!("projection.{}", projection.name());
            tasks.spawn(lead(leases, lease, stop.clone(), move |_, stop| {
                let (runtime, projection) = (Arc::clone(&runtime), Arc::clone(&projection));
                async move { runtime.lead(&projection, &stop).await }
            }));
        }
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a projection's task broke off");
            }
        }
    }

    /// Keeps one projection live while its lease is ours.
    async fn lead(&self, projection: &Arc<dyn AnyProjection>, stop: &CancellationToken) {
        let Some(tracked) = self.tracked.get(projection.name()) else {
            return;
        };
        let _led = Led::new(projection.name(), tracked);
        stop.run_until_cancelled(self.keep(projection, stop)).await;
    }

    /// Follows the live generation of one projection, whichever that is.
    async fn keep(&self, projection: &Arc<dyn AnyProjection>, stop: &CancellationToken) {
        let name = projection.name();
        let mut incident = Incident::default();
        while !stop.is_cancelled() {
            match self.prepare(projection, stop).await {
                Ok(generation) => {
                    incident.over(name);
                    tokio::select! {
                        () = self.follow(projection, &generation, stop) => {}
                        () = self.replaced(projection, &generation) => {
                            tracing::info!(projection = name, "another generation is live");
                        }
                    }
                }
                Err(RebuildError::Busy) => {
                    self.tell(name, &RebuildError::Busy);
                    tokio::time::sleep(FRESH).await;
                }
                Err(error) => {
                    self.tell(name, &error);
                    incident.failed(name, &error, stop).await;
                }
            }
        }
    }

    /// Sees to it that the live generation is one this program's fold can go on with.
    async fn prepare(
        &self,
        projection: &Arc<dyn AnyProjection>,
        stop: &CancellationToken,
    ) -> Result<Generation, RebuildError> {
        let (name, version, epoch) = (projection.name(), projection.version(), self.log.epoch());
        let fits = |found: &Generation| found.version == version && found.epoch == epoch;
        let found = self.live.refresh(name).await?;
        if let Some(live) = found.filter(fits) {
            return Ok(live);
        }
        let all = self.live.store().generations(name).await?;
        let retired = |found: &&Generation| found.state == GenerationState::Retired && fits(found);
        let (progress, _) = watch::channel(Default::default());
        if all.iter().rfind(retired).is_some() {
            tracing::info!(
                projection = name,
                version,
                "going back to a former generation"
            );
            self.rebuilder.rollback(projection, &progress, stop).await?;
        } else {
            tracing::info!(projection = name, version, "building a generation");
            self.rebuilder.rebuild(projection, &progress, stop).await?;
        }
        let found = self.live.refresh(name).await?;
        let missing = || crate::ports::ReadStoreError::NotBuilt(name.to_owned()).into();
        found.filter(fits).ok_or_else(missing)
    }

    async fn follow(
        &self,
        projection: &Arc<dyn AnyProjection>,
        generation: &Generation,
        stop: &CancellationToken,
    ) {
        let Some(tracked) = self.tracked.get(projection.name()) else {
            return;
        };
        let target = Target {
            projection: Arc::clone(projection),
            generation: generation.id.clone(),
            store: Arc::clone(self.live.store()),
            log: Arc::clone(&self.log),
        };
        tracked.send_modify(|tracked| {
            tracked.generation = Some(generation.id.clone());
            tracked.folded.clear();
        });
        let (feed, batch) = (&self.feed, self.batch);
        let logs = (0..self.log.logs()).map(LogId).map(|log| {
            let follower = Follower {
                target: &target,
                feed: feed.as_ref(),
                log,
                batch,
                tracked,
            };
            async move { follower.run(stop).await }
        });
        join_all(logs).await;
    }

    /// Resolves when another generation than `current` is live; looks at least every [`FRESH`].
    async fn replaced(&self, projection: &Arc<dyn AnyProjection>, current: &Generation) {
        let name = projection.name();
        let mut live = self.live.watch(name);
        loop {
            let now = live
                .borrow_and_update()
                .as_ref()
                .map(|live| live.id.clone());
            if now.is_some_and(|id| id != current.id) {
                return;
            }
            if tokio::time::timeout(FRESH, live.changed()).await.is_err() {
                self.look(name).await;
            }
        }
    }

    /// Looks for a switch made by another process, and publishes how far behind we are.
    async fn look(&self, name: &'static str) {
        if let Err(error) = self.live.refresh(name).await {
            // Whoever folds meets the same trouble and tells of it.
            tracing::debug!(projection = name, %error, "the live generation cannot be looked up");
        }
        let Some(tracked) = self.tracked.get(name) else {
            return;
        };
        let mut lag = 0;
        for log in (0..self.log.logs()).map(LogId) {
            match self.log.head(log).await {
                Ok(head) => {
                    let folded = tracked.borrow().folded.get(&log).copied();
                    lag += head.0.saturating_sub(folded.unwrap_or_default().0);
                }
                Err(error) => tracing::debug!(projection = name, %error, "no head"),
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        lag_gauge(name).set(lag as f64);
    }

    fn tell(&self, name: &str, error: &(dyn std::error::Error + 'static)) {
        if let Some(tracked) = self.tracked.get(name) {
            let told = backoff::chain(error);
            tracked.send_modify(|tracked| tracked.error = Some(told));
        }
    }
}

/// While it lives, this process keeps the projection; what was tracked ends with it, lest it be believed later.
struct Led<'a> {
    name: &'static str,
    tracked: &'a watch::Sender<Tracked>,
}

impl<'a> Led<'a> {
    fn new(name: &'static str, tracked: &'a watch::Sender<Tracked>) -> Self {
        Self { name, tracked }
    }
}

impl Drop for Led<'_> {
    fn drop(&mut self) {
        self.tracked.send_replace(Tracked::default());
        lag_gauge(self.name).set(0.0);
    }
}

/// As the process sees it that keeps the projection; 0 in the others.
fn lag_gauge(projection: &'static str) -> metrics::Gauge {
    metrics::gauge!("picasso_projection_lag_events", "projection" => projection)
}
