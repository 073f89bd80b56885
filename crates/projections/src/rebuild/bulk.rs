//! Folds whole logs into one generation, in stretches as long as the memory budget allows.

use picasso_eventlog::{LogId, Offset};
use tokio::sync::watch;

use super::{CAUGHT_UP, MAX_ROUNDS, Phase, RebuildProgress, prefetch::prefetch};
use crate::{
    folding::{Span, Target, Trouble, digest::SetDigest, load_parked},
    ports::Offsets,
};

pub struct Bulk<'a> {
    target: &'a Target,
    budget_bytes: usize,
    progress: &'a watch::Sender<RebuildProgress>,
}

impl<'a> Bulk<'a> {
    pub fn new(
        target: &'a Target,
        budget_bytes: usize,
        progress: &'a watch::Sender<RebuildProgress>,
    ) -> Self {
        Self {
            target,
            budget_bytes,
            progress,
        }
    }

    /// Folds from the generation's checkpoints to the heads, and on until it has caught up with them.
    pub async fn run(&self, mut empty: bool, digest: &mut SetDigest) -> Result<(), Trouble> {
        for round in 0..MAX_ROUNDS {
            let target = self.target;
            let folded = target.store.checkpoints(&target.generation).await?;
            let heads = self.heads().await?;
            self.tell(&folded, &heads, round);
            let mut missing = 0;
            for (log, head) in heads {
                let after = folded.get(&log).copied().unwrap_or_default();
                missing += head.0.saturating_sub(after.0);
                self.fold(log, after, head, &mut empty, digest).await?;
            }
            if round > 0 && missing <= CAUGHT_UP || missing == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<(LogId, Offset)>, Trouble> {
        let log = &self.target.log;
        let mut heads = Vec::new();
        for id in (0..log.logs()).map(LogId) {
            heads.push((id, log.head(id).await?));
        }
        Ok(heads)
    }

    fn tell(&self, folded: &Offsets, heads: &[(LogId, Offset)], round: usize) {
        self.progress.send_modify(|progress| {
            progress.events = folded.values().map(|offset| offset.0).sum();
            progress.total = heads.iter().map(|(_, head)| head.0).sum();
            progress.phase = match round {
                0 => Phase::Folding,
                _ => Phase::CatchingUp,
            };
        });
    }

    async fn fold(
        &self,
        log: LogId,
        after: Offset,
        until: Offset,
        empty: &mut bool,
        digest: &mut SetDigest,
    ) -> Result<(), Trouble> {
        let mut chunks = prefetch(&self.target.log, log, after, until);
        let mut parked = load_parked(self.target).await?;
        let mut last = after;
        while last < until {
            let mut span = Span::new(self.target, log, last, &mut parked)
                .into_empty(*empty)
                .with_digest(digest);
            while span.last() < until && span.bytes() < self.budget_bytes {
                let Some(chunk) = chunks.recv().await else {
                    break;
                };
                let chunk = chunk?;
                span.apply(&chunk).await?;
                let events = chunk.len() as u64;
                self.progress
                    .send_modify(|progress| progress.events += events);
            }
            let reached = span.last();
            let documents = span.finish().await? as u64;
            self.progress
                .send_modify(|progress| progress.documents += documents);
            *empty = *empty && documents == 0;
            if reached == last {
                let ends = format!("reading log {log} broke off at {last}, before {until}");
                return Err(picasso_eventlog::LogError::Corrupt(ends).into());
            }
            last = reached;
        }
        Ok(())
    }
}
