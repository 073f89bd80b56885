//! Rebuilds and rollbacks run in tasks of their own: a caller who leaves only stops watching.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use picasso_projections::{
    erased::AnyProjection,
    rebuild::{Phase, RebuildError, RebuildProgress, Rebuilt},
};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};
use tonic::Status;

use super::Operations;
use crate::{
    proto::operations::v1::{RebuildPhase, RebuildProgress as ProgressMessage},
    status::{Reason, Refusal},
};

/// How often progress is told.
const PACE: Duration = Duration::from_millis(200);

/// What is done to a projection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    Rebuild,
    Rollback,
}

/// A running work, as its caller watches it.
pub(super) struct Watched {
    progress: watch::Receiver<RebuildProgress>,
    ended: oneshot::Receiver<Result<Rebuilt, Refusal>>,
}

impl Work {
    pub fn start(self, operations: &Operations, projection: Arc<dyn AnyProjection>) -> Watched {
        let (sender, progress) = watch::channel(RebuildProgress::default());
        let (end, ended) = oneshot::channel();
        let (rebuilder, stop) = (Arc::clone(&operations.rebuilder), operations.stop.clone());
        tokio::spawn(async move {
            let name = projection.name();
            let done = match self {
                Self::Rebuild => rebuilder.rebuild(&projection, &sender, &stop).await,
                Self::Rollback => rebuilder.rollback(&projection, &sender, &stop).await,
            };
            match &done {
                Ok(rebuilt) => {
                    tracing::info!(projection = name, work = ?self, generation = %rebuilt.generation, "done")
                }
                Err(error) => tracing::warn!(projection = name, work = ?self, %error, "not done"),
            }
            // A caller who has left does not wait for the end.
            end.send(done.map_err(Refusal::from)).unwrap_or_default();
        });
        Watched { progress, ended }
    }
}

/// Progress at a steady pace, then the end.
pub(super) fn answers<T: Send + 'static>(
    watched: Watched,
    answer: impl Fn(ProgressMessage) -> T + Send + 'static,
) -> BoxStream<'static, Result<T, Status>> {
    let messages = stream::unfold(Some(watched), |watched| async move {
        let mut watched = watched?;
        let ended = timeout(PACE, &mut watched.ended).await;
        let progress = *watched.progress.borrow();
        match ended {
            Err(_) => Some((Ok(show(progress, None)), Some(watched))),
            Ok(Ok(Ok(rebuilt))) => Some((Ok(show(progress, Some(&rebuilt))), None)),
            Ok(Ok(Err(refusal))) => Some((Err(refusal.into()), None)),
            Ok(Err(broken)) => Some((Err(Refusal::internal(&broken).into()), None)),
        }
    });
    messages.map(move |message| message.map(&answer)).boxed()
}

fn show(progress: RebuildProgress, done: Option<&Rebuilt>) -> ProgressMessage {
    let phase = match progress.phase {
        Phase::Waiting => RebuildPhase::Waiting,
        Phase::Folding => RebuildPhase::Folding,
        Phase::CatchingUp => RebuildPhase::CatchingUp,
        Phase::Checking => RebuildPhase::Checking,
        Phase::Done => RebuildPhase::Done,
    };
    ProgressMessage {
        phase: phase.into(),
        events: progress.events,
        events_total: progress.total,
        documents: progress.documents,
        generation: done.map(|done| done.generation.number),
        replaced_generation: done.and_then(|done| Some(done.replaced.as_ref()?.number)),
    }
}

impl From<RebuildError> for Refusal {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Trouble(trouble) => trouble.into(),
            RebuildError::Busy => Self::new(Reason::RebuildRunning),
            RebuildError::Cancelled => Self::new(Reason::ShuttingDown),
            RebuildError::Differs(_) => Self::internal(&error),
            RebuildError::NothingToRollBackTo { .. } => Self::new(Reason::NothingToRollBackTo),
        }
    }
}
