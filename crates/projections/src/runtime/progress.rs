//! How far projections are: for queries that wait for a position, and for operators.

use std::{collections::HashMap, sync::Arc, time::Duration};

use picasso_eventlog::{EventLog, FeedError, LogError, LogId, Offset, Position, route};
use tokio::{sync::watch, time::Instant};

use crate::{
    erased::Projections,
    folding::Trouble,
    live::Live,
    ports::{Generation, GenerationId, MAX_DOCUMENTS, Offsets, ReadStoreError},
};

/// How often the store is asked when the runtime lives in another process.
const POLL: Duration = Duration::from_millis(20);
/// How much the newest batch weighs in the rate.
const WEIGHT: f64 = 0.2;

/// How far the runtime of this process is with one projection; empty while another process keeps it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tracked {
    pub generation: Option<GenerationId>,
    pub folded: Offsets,
    pub error: Option<String>,
    pub events_per_second: f64,
}

impl Tracked {
    /// Notes a batch that took `took`.
    pub fn advance(&mut self, log: LogId, last: Offset, events: usize, took: Duration) {
        self.folded.insert(log, last);
        self.error = None;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = events as f64 / took.as_secs_f64().max(1e-6);
        self.events_per_second += WEIGHT * (rate - self.events_per_second);
    }
}

/// The position was not reached in time; the reader may ask again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read model is at {at} and has not reached {wanted} yet")]
pub struct Behind {
    pub at: Position,
    pub wanted: Position,
}

/// Why a wait ended without the position.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    #[error(transparent)]
    Behind(#[from] Behind),
    #[error(transparent)]
    Store(#[from] ReadStoreError),
}

/// How far one log of a projection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogProgress {
    pub log: LogId,
    pub checkpoint: Offset,
    pub head: Offset,
}

/// What an operator wants to know of a projection.
#[derive(Debug, Clone)]
pub struct ProjectionStatus {
    pub name: &'static str,
    /// `None` until it was built for the first time.
    pub generation: Option<Generation>,
    pub logs: Vec<LogProgress>,
    /// Events of all logs that are not folded yet.
    pub lag: u64,
    /// Documents that are parked; 1,000 stands for that many or more.
    pub parked: usize,
    /// What the fold manages while it is busy; 0 when another process keeps the projection.
    pub events_per_second: f64,
    /// What holds it up, as far as this process knows.
    pub error: Option<String>,
}

/// How far the projections are, as seen from this process.
#[derive(Clone)]
pub struct Progress {
    projections: Arc<Projections>,
    log: Arc<dyn EventLog>,
    live: Arc<Live>,
    /// Empty when the runtime lives in another process.
    tracked: HashMap<&'static str, watch::Receiver<Tracked>>,
}

impl Progress {
    /// Progress of a runtime that lives in another process.
    #[must_use]
    pub fn elsewhere(projections: Projections, log: Arc<dyn EventLog>, live: Arc<Live>) -> Self {
        Self::new(Arc::new(projections), log, live, HashMap::new())
    }

    pub(super) fn new(
        projections: Arc<Projections>,
        log: Arc<dyn EventLog>,
        live: Arc<Live>,
        tracked: HashMap<&'static str, watch::Receiver<Tracked>>,
    ) -> Self {
        Self {
            projections,
            log,
            live,
            tracked,
        }
    }

    /// How far the live generation is in the log that an aggregate lives in: whoever looks at the aggregate's document
    /// after this and waits for the position behind it misses no change.
    ///
    /// # Errors
    /// [`WaitError::Store`].
    pub async fn reached(
        &self,
        projection: &str,
        aggregate_id: &str,
    ) -> Result<Position, WaitError> {
        let log = route(aggregate_id, self.log.logs());
        let mut tracked = self.tracked.get(projection).cloned();
        let folded = self.folded(projection, log, tracked.as_mut()).await?;
        Ok(Position::new(log, folded))
    }

    /// Waits until the live generation has folded `wanted`, at most until `deadline`.
    ///
    /// # Errors
    /// [`WaitError::Behind`] at the deadline.
    pub async fn wait_for(
        &self,
        projection: &str,
        wanted: Position,
        deadline: Instant,
    ) -> Result<(), WaitError> {
        let mut tracked = self.tracked.get(projection).cloned();
        loop {
            let at = self
                .folded(projection, wanted.log, tracked.as_mut())
                .await?;
            if at >= wanted.offset {
                return Ok(());
            }
            match tokio::time::timeout_at(deadline, moved(tracked.as_mut())).await {
                Ok(true) => {}
                // The runtime has stopped: perhaps another process goes on.
                Ok(false) => tracked = None,
                Err(_) => {
                    let at = Position::new(wanted.log, at);
                    return Err(Behind { at, wanted }.into());
                }
            }
        }
    }

    /// The offset folded into the live generation: as the runtime of this process says if it follows that one, or as
    /// stored.
    async fn folded(
        &self,
        projection: &str,
        log: LogId,
        tracked: Option<&mut watch::Receiver<Tracked>>,
    ) -> Result<Offset, WaitError> {
        // Looked at before the generation, so that no later change is missed.
        let now = tracked.map(|tracked| tracked.borrow_and_update().clone());
        let live = match self.live.get(projection).await {
            Err(ReadStoreError::NotBuilt(_)) => return Ok(Offset::START),
            live => live?,
        };
        let follows = |now: &Tracked| now.generation.as_ref() == Some(&live.id);
        let folded = match now.filter(follows) {
            Some(now) => now.folded,
            None => self.live.store().checkpoints(&live.id).await?,
        };
        Ok(folded.get(&log).copied().unwrap_or_default())
    }

    /// How every projection is doing.
    ///
    /// # Errors
    /// [`Trouble`] when the log or the store cannot be asked.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, Trouble> {
        let mut heads = Vec::new();
        for log in (0..self.log.logs()).map(LogId) {
            heads.push((log, self.log.head(log).await?));
        }
        let mut all = Vec::new();
        for projection in self.projections.iter() {
            all.push(self.status_of(projection.name(), &heads).await?);
        }
        Ok(all)
    }

    async fn status_of(
        &self,
        name: &'static str,
        heads: &[(LogId, Offset)],
    ) -> Result<ProjectionStatus, Trouble> {
        let store = self.live.store();
        let generation = self.live.refresh(name).await?;
        let (mut folded, mut parked, mut damaged) = (Offsets::new(), 0, None);
        if let Some(generation) = &generation {
            folded = store.checkpoints(&generation.id).await?;
            match store.parked(&generation.id, None, MAX_DOCUMENTS).await {
                Ok(list) => parked = list.len(),
                // Operators need the rest all the more.
                Err(error @ ReadStoreError::Corrupt(_)) => damaged = Some(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        let logs = heads.iter().map(|(log, head)| LogProgress {
            log: *log,
            checkpoint: folded.get(log).copied().unwrap_or_default(),
            head: *head,
        });
        let logs: Vec<_> = logs.collect();
        let behind = |log: &LogProgress| log.head.0.saturating_sub(log.checkpoint.0);
        let tracked = self
            .tracked
            .get(name)
            .map(|tracked| tracked.borrow().clone());
        let tracked = tracked.unwrap_or_default();
        let beyond = self.beyond(&logs).await?;
        Ok(ProjectionStatus {
            name,
            generation,
            lag: logs.iter().map(behind).sum(),
            logs,
            parked,
            events_per_second: tracked.events_per_second,
            error: beyond.or(damaged).or(tracked.error),
        })
    }

    /// What is wrong when more was folded than a log holds.
    async fn beyond(&self, logs: &[LogProgress]) -> Result<Option<String>, LogError> {
        for LogProgress {
            log, checkpoint, ..
        } in logs.iter().filter(|log| log.checkpoint > log.head)
        {
            // It may have grown since we looked.
            let (log, after, head) = (*log, *checkpoint, self.log.head(*log).await?);
            if after > head {
                return Ok(Some(FeedError::Beyond { log, after, head }.to_string()));
            }
        }
        Ok(None)
    }
}

/// Resolves when there may be news; `false` when the runtime of this process has stopped.
async fn moved(tracked: Option<&mut watch::Receiver<Tracked>>) -> bool {
    let Some(runtime) = tracked else {
        tokio::time::sleep(POLL).await;
        return true;
    };
    let follows = runtime.borrow().generation.is_some();
    // Another process folds, or may have switched the generation.
    let look = if follows { crate::live::FRESH } else { POLL };
    tokio::select! {
        changed = runtime.changed() => changed.is_ok(),
        () = tokio::time::sleep(look) => true,
    }
}
