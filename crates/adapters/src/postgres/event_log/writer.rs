//! The task that stores what waits for one log, batch by batch.
//!
//! Keeps true: a commit is answered only after its transaction is durable; what was handed over is finished before
//! the task ends; a commit that the server refuses as such fails alone.

use std::{collections::HashSet, sync::Arc};

use picasso_eventlog::{LogError, LogId, Offset, RequestKey};
use tokio::sync::watch;

use super::{batch, plain::ShortWay};
use crate::{
    event_log::{
        heads::Heads,
        prepared::Prepared,
        queue::{Arrivals, Outcome, Waiting, gather},
    },
    postgres::{PostgresError, connection::Connections},
};

/// What one log's writer works with.
pub(super) struct Writer {
    pub(super) log: LogId,
    pub(super) pool: Connections,
    pub(super) short_way: ShortWay,
    /// What readers in this process wait for.
    pub(super) heads: Arc<Heads>,
    /// What other processes are told.
    pub(super) written: watch::Sender<Offset>,
}

impl Writer {
    /// Stores until the queue's other end is dropped and empty.
    pub(super) async fn run(self, mut arrivals: Arrivals) {
        let mut next = arrivals.recv().await;
        while let Some(first) = next {
            let mut requests: HashSet<RequestKey> = request(&first.prepared).into_iter().collect();
            // The same request twice waits for its first answer.
            let fits = |more: &Prepared| request(more).is_none_or(|key| requests.insert(key));
            let (batch, left_over) = gather(first, &mut arrivals, fits);
            self.store_and_answer(batch).await;
            next = match left_over {
                Some(waiting) => Some(waiting),
                None => arrivals.recv().await,
            };
        }
    }

    async fn store_and_answer(&self, batch: Vec<Waiting>) {
        let commits: Vec<_> = batch.iter().map(|waiting| &waiting.prepared).collect();
        let outcomes = match self.store(&commits).await {
            Ok(outcomes) => outcomes,
            Err(error) if error.is_transient() => refuse_all(error, commits.len()),
            Err(_) => self.store_each(&commits).await,
        };
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            waiting.answer(outcome);
        }
    }

    async fn store(&self, commits: &[&Prepared]) -> Result<Vec<Outcome>, PostgresError> {
        let stored = batch::store(&self.pool, self.log, &self.short_way, commits).await?;
        if let Some(end) = stored.end {
            self.heads.raise(self.log, end);
            self.written.send_replace(end);
        }
        Ok(stored.outcomes)
    }

    /// A commit that cannot be stored at all, for example for a name longer than an index takes, takes no other with it.
    async fn store_each(&self, commits: &[&Prepared]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(commits.len());
        for commit in commits {
            outcomes.push(match self.store(&[commit]).await {
                Ok(mut outcome) => outcome
                    .pop()
                    .unwrap_or_else(|| Err(crate::event_log::queue::ended().into())),
                Err(error) => Err(LogError::from(error).into()),
            });
        }
        outcomes
    }
}

fn request(prepared: &Prepared) -> Option<RequestKey> {
    prepared
        .commit
        .request
        .as_ref()
        .map(|request| request.key.clone())
}

fn refuse_all(error: PostgresError, commits: usize) -> Vec<Outcome> {
    let error = Arc::new(error);
    let refuse = || Err(LogError::unavailable(Arc::clone(&error)).into());
    std::iter::repeat_with(refuse).take(commits).collect()
}
