//! What was done to the outside world, so that nothing is done to it twice.

use async_trait::async_trait;
use picasso_domain::Timestamp;
use uuid::Uuid;

use super::Unavailable;

/// What the ledger knows of an effect that somebody wants to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is the caller's now, and nobody else's.
    Fresh,
    /// Another began it and has not said how it ended: it may be under way, or have happened.
    InDoubt { since: Timestamp },
    /// It has happened.
    Done,
}

/// Remembers effects by key. Whoever wants to cause one begins it here first, durably; of all who ask, in whatever
/// process and at whatever time, one is told that it is fresh.
#[async_trait]
pub trait EffectLedger: Send + Sync + 'static {
    /// Takes an effect for `attempt`, if nobody has. The same attempt may ask again when it was not answered.
    async fn begin(
        &self,
        effect: &str,
        attempt: Uuid,
        now: Timestamp,
    ) -> Result<Begun, Unavailable>;

    /// Notes that an effect has happened.
    async fn done(&self, effect: &str, now: Timestamp) -> Result<(), Unavailable>;

    /// Gives an effect back that has certainly not happened; nothing changes unless it is this attempt's.
    async fn forget(&self, effect: &str, attempt: Uuid) -> Result<(), Unavailable>;

    /// How many effects were begun before a time and are not known to have happened.
    async fn in_doubt(&self, begun_before: Timestamp) -> Result<u64, Unavailable>;

    /// Forgets effects that were done before a time; answers how many.
    async fn discard_done(&self, done_before: Timestamp) -> Result<u64, Unavailable>;
}

/// Why an effect is not known to have happened.
#[derive(Debug, thiserror::Error)]
pub enum EffectError {
    /// It may be tried again: nothing was handed over, it was turned away for now, or handing it over twice does no harm.
    #[error("it may be tried again")]
    NotDone(#[source] Unavailable),
    /// It has not, and will not however often it is tried.
    #[error("it was refused for good")]
    Refused(#[source] Unavailable),
    /// It was handed over and the answer is missing.
    #[error("it was handed over, but nobody said how it ended")]
    InDoubt(#[source] Unavailable),
}
