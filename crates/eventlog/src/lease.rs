//! Leases: of many processes that could do a thing, one does it; when it dies or stalls, another takes over.
//!
//! Keeps true: work under a lease has been dropped before the lease can run out and another's work begins. A process
//! that was frozen for longer cannot know that it was; whatever it still writes is told apart by its [`Grant::token`], or is
//! guarded by what it writes to.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::LogError;

/// How long a lease lasts unless renewed; also the longest that work stands still after its process died.
pub const TERM: Duration = Duration::from_secs(5);

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
    let holder = Uuid::new_v4().to_string();
    while !stop.is_cancelled() {
        let asked = Instant::now();
        match leases.take(&name, &holder, TERM).await {
            Ok(Some(grant)) => {
                tracing::debug!(name, token = grant.token, "the lease is ours");
                tokio::select! {
                    () = work(grant, stop.child_token()) => {}
                    () = keep(leases.as_ref(), &name, &holder, asked) => {
                        tracing::warn!(name, "the lease was lost; its work goes to another process");
                    }
                }
                if let Err(error) = leases.give_back(&name, &holder).await {
                    tracing::debug!(name, %error, "a lease could not be given back; it runs out by itself");
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(
                    name,
                    error = &error as &dyn std::error::Error,
                    "a lease could not be asked for"
                );
            }
        }
        stop.run_until_cancelled(sleep(TERM / 5)).await;
    }
}

/// Renews a lease over and over; resolves a fifth of its term before it could run out.
async fn keep(leases: &dyn Leases, name: &str, holder: &str, mut held_since: Instant) {
    loop {
        sleep(TERM / 5).await;
        let asked = Instant::now();
        let until = held_since + TERM * 4 / 5;
        match timeout_at(until, leases.take(name, holder, TERM)).await {
            Ok(Ok(Some(_))) => held_since = asked,
            Ok(Ok(None)) | Err(_) => return,
            Ok(Err(error)) => {
                tracing::debug!(
                    name,
                    error = &error as &dyn std::error::Error,
                    "a lease could not be renewed"
                );
            }
        }
        if Instant::now() >= until && held_since != asked {
            return;
        }
    }
}
