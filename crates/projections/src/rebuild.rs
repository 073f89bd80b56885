//! A new generation beside the live one: folded in bulk from the log, checked, and switched to in one step.
//!
//! Keeps true: readers never see a half-built model; nothing but the read store is touched, so no effect is
//! caused; killed at any moment, the next rebuild goes on where the last checkpoint was; one at a time.

mod bulk;
mod prefetch;

use std::sync::Arc;

use picasso_eventlog::{
    EventLog, LogError,
    lease::{self, Leases},
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use self::bulk::Bulk;
pub(crate) use self::prefetch::prefetch;
use crate::{
    erased::AnyProjection,
    folding::{
        Target, Trouble,
        digest::{self, SetDigest},
    },
    live::Live,
    ports::{Generation, GenerationId, GenerationState, ReadStoreError},
};

/// Memory for documents before they are written, unless told otherwise.
pub const BUDGET_BYTES: usize = 256 << 20;
/// Within so many events of the head, a generation has caught up; the runtime does the rest.
const CAUGHT_UP: u64 = 1_000;
/// How often the head is run after before switching anyway: a log may grow as fast as it is folded.
const MAX_ROUNDS: usize = 16;
/// Lets one rebuild run at a time, over all processes of a deployment.
const LEASE: &str = "rebuild";

/// What a rebuild is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Another rebuild is under way.
    #[default]
    Waiting,
    Folding,
    CatchingUp,
    Checking,
    Done,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RebuildProgress {
    pub phase: Phase,
    /// Events folded, those of a rebuild that was cut short included.
    pub events: u64,
    /// Events in the log, as last seen.
    pub total: u64,
    /// Documents written; one that was written twice counts twice.
    pub documents: u64,
}

/// What a rebuild left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    pub generation: GenerationId,
    /// Readable or deleted.
    pub documents: u64,
    /// The one that was live before; kept for rollback.
    pub replaced: Option<GenerationId>,
}

/// Why there is no new live generation. The former one is untouched.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error(transparent)]
    Trouble(#[from] Trouble),
    #[error("another rebuild is under way; try again when it is done")]
    Busy,
    #[error("the rebuild was cancelled; the next one goes on where it stopped")]
    Cancelled,
    #[error(
        "generation {0} is not what was folded; it was thrown away, and the live one stays: try again"
    )]
    Differs(GenerationId),
    #[error(
        "projection {projection} has no former generation of version {version} and of this log's history"
    )]
    NothingToRollBackTo {
        projection: &'static str,
        version: u32,
    },
}

impl From<ReadStoreError> for RebuildError {
    fn from(error: ReadStoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<LogError> for RebuildError {
    fn from(error: LogError) -> Self {
        Self::Trouble(error.into())
    }
}

/// Rebuilds projections and rolls them back.
pub struct Rebuilder {
    log: Arc<dyn EventLog>,
    live: Arc<Live>,
    leases: Arc<dyn Leases>,
    budget_bytes: usize,
    /// One at a time within the process, in order of asking; the lease sees to other processes.
    turn: Mutex<()>,
}

impl Rebuilder {
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>, live: Arc<Live>, leases: Arc<dyn Leases>) -> Self {
        Self {
            log,
            live,
            leases,
            budget_bytes: BUDGET_BYTES,
            turn: Mutex::default(),
        }
    }

    /// Another limit for what events bring into memory.
    #[must_use]
    pub fn with_budget(mut self, bytes: usize) -> Self {
        self.budget_bytes = bytes;
        self
    }

    /// Builds a new generation and makes it live; goes on with one that was cut short.
    ///
    /// # Errors
    /// [`RebuildError`]; the live generation is untouched then.
    pub async fn rebuild(
        &self,
        projection: &Arc<dyn AnyProjection>,
        progress: &watch::Sender<RebuildProgress>,
        stop: &CancellationToken,
    ) -> Result<Rebuilt, RebuildError> {
        self.alone(stop, self.build(projection, progress)).await
    }

    /// Catches the former generation up and makes it live again.
    ///
    /// # Errors
    /// [`RebuildError`]; the live generation is untouched then.
    pub async fn rollback(
        &self,
        projection: &Arc<dyn AnyProjection>,
        progress: &watch::Sender<RebuildProgress>,
        stop: &CancellationToken,
    ) -> Result<Rebuilt, RebuildError> {
        self.alone(stop, self.go_back(projection, progress)).await
    }

    /// Does `work` under the lease, unless it is lost or `stop` comes.
    async fn alone<T>(
        &self,
        stop: &CancellationToken,
        work: impl Future<Output = Result<T, RebuildError>>,
    ) -> Result<T, RebuildError> {
        let _turn = tokio::select! {
            turn = self.turn.lock() => turn,
            () = stop.cancelled() => return Err(RebuildError::Cancelled),
        };
        let lease = lease::take(&self.leases, LEASE).await?;
        let mut lease = lease.ok_or(RebuildError::Busy)?;
        let done = tokio::select! {
            done = work => done,
            () = lease.keep() => Err(RebuildError::Busy),
            () = stop.cancelled() => Err(RebuildError::Cancelled),
        };
        lease.give_back().await;
        done
    }

    async fn build(
        &self,
        projection: &Arc<dyn AnyProjection>,
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<Rebuilt, RebuildError> {
        let generation = self.begin(projection).await?;
        let target = self.target(projection, &generation);
        let (mut digest, documents) = digest::stored(&target).await?;
        let bulk = Bulk::new(&target, self.budget_bytes, progress);
        bulk.run(documents == 0, &mut digest).await?;
        progress.send_modify(|progress| progress.phase = Phase::Checking);
        let documents = self.check(&target, digest).await?;
        let rebuilt = self.switch(&target, documents).await?;
        progress.send_modify(|progress| progress.phase = Phase::Done);
        Ok(rebuilt)
    }

    /// The generation a former rebuild left behind, or a new one; others that were cut short are dropped.
    async fn begin(&self, projection: &Arc<dyn AnyProjection>) -> Result<Generation, RebuildError> {
        let (store, epoch) = (self.live.store(), self.log.epoch());
        let (name, version) = (projection.name(), projection.version());
        let mut going_on = None;
        for found in store.generations(name).await? {
            if found.state != GenerationState::Building {
                continue;
            }
            let fits = found.version == version && found.epoch == epoch;
            if fits && going_on.is_none() {
                going_on = Some(found);
            } else {
                store.drop_generation(&found.id).await?;
            }
        }
        match going_on {
            Some(found) => Ok(found),
            None => {
                let indexes = projection.indexes();
                Ok(store
                    .create_generation(name, version, epoch, indexes)
                    .await?)
            }
        }
    }

    async fn check(&self, target: &Target, folded: SetDigest) -> Result<u64, RebuildError> {
        // The indexes are built beside it: they are thrown away with a generation that differs.
        let (stored, indexed) = tokio::join!(
            digest::stored(target),
            target.store.build_indexes(&target.generation)
        );
        let (stored, documents) = stored?;
        if stored != folded {
            target.store.drop_generation(&target.generation).await?;
            return Err(RebuildError::Differs(target.generation.clone()));
        }
        indexed?;
        Ok(documents)
    }

    async fn go_back(
        &self,
        projection: &Arc<dyn AnyProjection>,
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<Rebuilt, RebuildError> {
        let (version, epoch) = (projection.version(), self.log.epoch());
        let all = self.live.store().generations(projection.name()).await?;
        let fits = |found: &&Generation| {
            found.state == GenerationState::Retired
                && found.version == version
                && found.epoch == epoch
        };
        let former = all.iter().rfind(fits);
        let former = former.ok_or(RebuildError::NothingToRollBackTo {
            projection: projection.name(),
            version,
        })?;
        let target = self.target(projection, former);
        let (mut digest, documents) = digest::stored(&target).await?;
        let bulk = Bulk::new(&target, self.budget_bytes, progress);
        bulk.run(documents == 0, &mut digest).await?;
        let documents = self.check(&target, digest).await?;
        let rebuilt = self.switch(&target, documents).await?;
        progress.send_modify(|progress| progress.phase = Phase::Done);
        Ok(rebuilt)
    }

    /// Makes the generation live and keeps only the one before for rollback.
    async fn switch(&self, target: &Target, documents: u64) -> Result<Rebuilt, RebuildError> {
        let (store, name) = (&target.store, target.projection.name());
        let replaced = store.live(name).await?.map(|live| live.id);
        store.make_live(&target.generation).await?;
        self.live.refresh(name).await?;
        for found in store.generations(name).await? {
            let kept = Some(&found.id) == replaced.as_ref();
            if found.state == GenerationState::Retired && !kept {
                store.drop_generation(&found.id).await?;
            }
        }
        let generation = target.generation.clone();
        Ok(Rebuilt {
            generation,
            documents,
            replaced,
        })
    }

    fn target(&self, projection: &Arc<dyn AnyProjection>, generation: &Generation) -> Target {
        Target {
            projection: Arc::clone(projection),
            generation: generation.id.clone(),
            store: Arc::clone(self.live.store()),
            log: Arc::clone(&self.log),
        }
    }
}
