//! Leases: of many processes that could do a thing, one does it; when it dies or stalls, another takes over.
//!
//! Keeps true: work under a lease has been dropped before the lease can run out and another's work begins. A process
//! that was frozen for longer cannot know that it was; whatever it still writes is told apart by its [`Grant::token`], or is
//! guarded by what it writes to.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::LogError;

/// How long a lease lasts unless renewed; also the longest that work stands still after its process died.
pub const TERM: Duration = Duration::from_secs(5);
/// How often a lease is renewed by its holder, and asked for by the others.
const PACE: Duration = Duration::from_secs(1);

/// A lease that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Fencing token: higher than that of every holder before, the same for as long as the holder stays.
    pub token: u64,
}

/// Gives out leases, by the clock of whoever stores them.
#[async_trait]
pub trait Leases: Send + Sync + 'static {
    /// Takes the lease `name` for `holder`, or renews it, for `term` from now; `None` while another holds it.
    ///
    /// # Errors
    /// [`LogError`]; whether it was taken is not known then.
    async fn take(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Grant>, LogError>;

    /// Gives a lease back that `holder` holds; nothing happens if it does not.
    ///
    /// # Errors
    /// [`LogError`].
    async fn give_back(&self, name: &str, holder: &str) -> Result<(), LogError>;
}

/// Does `work` for as long as this process holds the lease `name`, again each time it gets it, until `stop`.
///
/// The work is dropped when the lease is lost. At `stop` it is told through its token and waited for, then the lease is
/// given back. Work that ends by itself gives the lease to whoever asks next.
pub async fn lead<F>(
    leases: Arc<dyn Leases>,
    name: String,
    stop: CancellationToken,
    mut work: impl FnMut(Grant, CancellationToken) -> F,
) where
    F: Future<Output = ()>,
{
    let candidate = Candidate::new(leases, name);
    while !stop.is_cancelled() {
        match timeout(TERM, candidate.ask()).await {
            Ok(Ok(Some(mut lease))) => {
                let (name, token) = (&candidate.name, lease.grant.token);
                tracing::debug!(name, token, "the lease is ours");
                tokio::select! {
                    () = work(lease.grant, stop.child_token()) => {}
                    () = lease.keep() => {
                        tracing::warn!(name, "the lease was lost; its work goes to another process");
                    }
                }
                lease.give_back().await;
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => candidate.tell("a lease could not be asked for", &error),
            Err(late) => candidate.tell("a lease could not be asked for", &late),
        }
        stop.run_until_cancelled(sleep(PACE)).await;
    }
}

/// Takes the lease `name` once, for whoever does something a single time; `None` while another holds it.
///
/// # Errors
/// [`LogError`].
pub async fn take(leases: &Arc<dyn Leases>, name: &str) -> Result<Option<Lease>, LogError> {
    let candidate = Candidate::new(Arc::clone(leases), name.to_owned());
    candidate.ask().await
}

/// One who may hold a lease, under a name of its own.
#[derive(Clone)]
struct Candidate {
    leases: Arc<dyn Leases>,
    name: String,
    holder: String,
}

impl Candidate {
    fn new(leases: Arc<dyn Leases>, name: String) -> Self {
        let holder = Uuid::new_v4().to_string();
        Self {
            leases,
            name,
            holder,
        }
    }

    async fn ask(&self) -> Result<Option<Lease>, LogError> {
        let asked = Instant::now();
        let grant = self.leases.take(&self.name, &self.holder, TERM).await?;
        Ok(grant.map(|grant| Lease {
            candidate: self.clone(),
            grant,
            asked,
        }))
    }

    fn tell(&self, what: &'static str, error: &(dyn std::error::Error + 'static)) {
        tracing::debug!(name = self.name, error, "{what}");
    }
}

/// A lease that was taken; it runs out unless it is kept.
pub struct Lease {
    candidate: Candidate,
    grant: Grant,
    /// It holds for a term from then at least.
    asked: Instant,
}

impl Lease {
    /// Renews it over and over; resolves when it is lost, or a fifth of its term before it could run out.
    pub async fn keep(&mut self) {
        loop {
            let until = self.asked + TERM * 4 / 5;
            sleep_until(until.min(Instant::now() + PACE)).await;
            let asked = Instant::now();
            match timeout_at(until, self.candidate.ask()).await {
                Ok(Ok(Some(renewed))) => self.asked = renewed.asked,
                Ok(Ok(None)) | Err(_) => return,
                Ok(Err(error)) => {
                    self.candidate.tell("a lease could not be renewed", &error);
                    if asked >= until {
                        return;
                    }
                }
            }
        }
    }

    /// Lets another have it at once, if the store can be told.
    pub async fn give_back(self) {
        const WHAT: &str = "a lease could not be given back; it runs out by itself";
        let Candidate {
            leases,
            name,
            holder,
        } = &self.candidate;
        match timeout(PACE, leases.give_back(name, holder)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.candidate.tell(WHAT, &error),
            Err(late) => self.candidate.tell(WHAT, &late),
        }
    }
}
