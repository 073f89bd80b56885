//! Does an effect at most once, whatever happens in between, by a ledger that it is begun in first.
//!
//! Keeps true: an effect that may have happened is never caused again; one that has certainly not happened is
//! tried again; what nobody can know is logged and counted.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Outcome;
use crate::ports::{Begun, Clock, EffectError, EffectLedger, Task, Unavailable};

/// After so many failures an effect is given up: about two days.
const MAX_ATTEMPTS: u32 = 300;
/// The most attempts whose effects are known not to have happened while the ledger does not know it; beyond, such an effect
/// stays in doubt.
const MAX_OWN: usize = 10_000;
/// An effect that another began so lately may still end well; longer than any takes.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(10);
/// How long the ledger knows what was done: longer than anything could come up again.
const KEEP: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How often older entries are thrown away.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Effects that nobody knows the end of, by kind.
const IN_DOUBT: &str = "picasso_effects_in_doubt_total";

/// Causes effects; one for all workers of a process.
pub struct Once {
    ledger: Arc<dyn EffectLedger>,
    clock: Arc<dyn Clock>,
    /// Attempts of ours that the ledger may hold and that have certainly caused nothing.
    own: Mutex<HashMap<String, Uuid>>,
}

impl Once {
    #[must_use]
    pub fn new(ledger: Arc<dyn EffectLedger>, clock: Arc<dyn Clock>) -> Self {
        Self {
            ledger,
            clock,
            own: Mutex::default(),
        }
    }

    /// Does what a task is for, named by the task's kind and key.
    pub async fn attempt<F>(&self, task: &Task, act: impl FnOnce() -> F) -> Outcome
    where
        F: Future<Output = Result<(), EffectError>>,
    {
        let effect = format!("{}/{}", task.kind, task.key);
        let attempt = match self.begin(task, &effect).await {
            Ok(attempt) => attempt,
            Err(outcome) => return outcome,
        };
        match act().await {
            Ok(()) => {
                self.note_done(task, &effect).await;
                Outcome::Done
            }
            Err(EffectError::InDoubt(error)) => {
                doubt(task, Some(&error));
                Outcome::Done
            }
            Err(EffectError::NotDone(error)) if task.attempts < MAX_ATTEMPTS => {
                warn(task, &error, "an effect is put off");
                self.give_back(effect, attempt).await;
                Outcome::Failed
            }
            Err(EffectError::NotDone(error) | EffectError::Refused(error)) => {
                give_up(task, &error);
                self.give_back(effect, attempt).await;
                Outcome::Done
            }
        }
    }

    /// Takes the effect; answers the attempt that has it, or what becomes of the task without one.
    async fn begin(&self, task: &Task, effect: &str) -> Result<Uuid, Outcome> {
        let attempt = self.take_own(effect).unwrap_or_else(Uuid::new_v4);
        match self.ledger.begin(effect, attempt, self.clock.now()).await {
            Ok(Begun::Fresh) => Ok(attempt),
            Ok(Begun::Done) => Err(Outcome::Done),
            Ok(Begun::InDoubt { since }) if self.clock.now() < since + UNDER_WAY => {
                Err(Outcome::Again(since + UNDER_WAY))
            }
            Ok(Begun::InDoubt { .. }) => {
                doubt(task, None);
                Err(Outcome::Done)
            }
            Err(error) => {
                warn(task, &error, "an effect cannot be begun");
                self.keep_own(effect.to_owned(), attempt);
                Err(Outcome::Failed)
            }
        }
    }

    /// The effect has happened, whether or not the ledger hears of it.
    async fn note_done(&self, task: &Task, effect: &str) {
        if let Err(error) = self.ledger.done(effect, self.clock.now()).await {
            warn(task, &error, "an effect has happened but is not noted");
        }
    }

    async fn give_back(&self, effect: String, attempt: Uuid) {
        if let Err(error) = self.ledger.forget(&effect, attempt).await {
            tracing::debug!(
                effect,
                error = &error as &dyn std::error::Error,
                "an attempt is kept in mind instead"
            );
            self.keep_own(effect, attempt);
        }
    }

    fn take_own(&self, effect: &str) -> Option<Uuid> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.remove(effect)
    }

    fn keep_own(&self, effect: String, attempt: Uuid) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.len() < MAX_OWN {
            own.insert(effect, attempt);
        }
    }

    /// Throws away what is old, again and again, until it is told to stop.
    pub async fn tidy(self: Arc<Self>, stop: CancellationToken) {
        loop {
            match self.ledger.discard_done(self.clock.now() - KEEP).await {
                Ok(discarded) => tracing::debug!(discarded, "old effects were forgotten"),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old effects could not be forgotten"
                ),
            }
            let pause = tokio::time::sleep(TIDY_EVERY);
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }
}

fn warn(task: &Task, error: &Unavailable, what: &str) {
    let (kind, key) = (&task.kind, &task.key);
    let error = error as &dyn std::error::Error;
    tracing::warn!(kind, key, error, "{what}");
}

fn give_up(task: &Task, error: &Unavailable) {
    let (kind, key) = (&task.kind, &task.key);
    let error = error as &dyn std::error::Error;
    tracing::error!(kind, key, error, "an effect is given up");
}

fn doubt(task: &Task, error: Option<&Unavailable>) {
    let (kind, key) = (&task.kind, &task.key);
    metrics::counter!(IN_DOUBT, "kind" => kind.clone()).increment(1);
    let error = error.map(|error| error as &dyn std::error::Error);
    tracing::error!(
        kind,
        key,
        error,
        "an effect may have happened, and is not repeated"
    );
}
