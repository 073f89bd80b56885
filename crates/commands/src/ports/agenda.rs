//! Durable to-do lists: what the reactors still have to do, and what the payment provider has sent.

use async_trait::async_trait;
use picasso_domain::Timestamp;

use super::Unavailable;

/// Something to do at or after a time; the pair of `kind` and `key` names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Who does it: `settle`, `mail` …
    pub kind: String,
    /// What it is about, for example a purchase id.
    pub key: String,
    pub due_at: Timestamp,
    /// How often it was tried and failed.
    pub attempts: u32,
    /// What doing it needs; JSON text, empty when the key says all. The same kind and key always carry the same.
    pub payload: String,
    /// The last put of it that was seen; never the same for two puts. Given by the agenda, ignored by `put`.
    pub revision: u64,
}

impl Task {
    /// A task that was not tried yet and whose key says all.
    #[must_use]
    pub fn new(kind: &str, key: impl Into<String>, due_at: Timestamp) -> Self {
        Self {
            kind: kind.to_owned(),
            key: key.into(),
            due_at,
            attempts: 0,
            payload: String::new(),
            revision: 0,
        }
    }
}

/// A durable list of tasks. One task per (kind, key); it stays until it is done.
///
/// A task may be put again while somebody works on it, because of something the worker has not seen. So
/// [`done`](Self::done) and [`postpone`](Self::postpone) take the task as it was when the work began, and a
/// put that came later always survives them. A task may therefore run more often, or earlier, than asked;
/// it never runs later than any put has asked for, unless it is postponed after that put.
#[async_trait]
pub trait Agenda: Send + Sync + 'static {
    /// Adds a task, or brings an existing one forward if `due_at` is earlier; keeps its payload and attempts.
    async fn put(&self, task: Task) -> Result<(), Unavailable>;

    /// Tasks of a kind that are due, oldest first, at most `limit`.
    async fn due(&self, kind: &str, now: Timestamp, limit: usize)
    -> Result<Vec<Task>, Unavailable>;

    /// Puts a task off after a failed attempt; if it was put again since it was read, it stays due at the
    /// earlier of `until` and what that put asked for.
    async fn postpone(&self, task: &Task, until: Timestamp) -> Result<(), Unavailable>;

    /// Strikes a task that is done; if it was put again since it was read, it stays, due when that put asked
    /// for, as if it had never been tried.
    async fn done(&self, task: &Task) -> Result<(), Unavailable>;

    /// How many tasks of a kind there are, and when the oldest was due.
    async fn backlog(&self, kind: &str) -> Result<(u64, Option<Timestamp>), Unavailable>;

    /// The offset up to which a reactor has read a log; 0 at first.
    async fn checkpoint(&self, reactor: &str, log: u16) -> Result<u64, Unavailable>;

    /// Stores a reactor's checkpoint; never moves it back.
    async fn save_checkpoint(
        &self,
        reactor: &str,
        log: u16,
        offset: u64,
    ) -> Result<(), Unavailable>;

    /// Moves the checkpoints of all reactors that are beyond the end of a log back to it, once the log was
    /// restored from a backup.
    async fn cap_checkpoints(&self, log: u16, head: u64) -> Result<(), Unavailable>;
}

/// A webhook as it came, before anyone looked inside.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookRecord {
    /// Given by the inbox, from 1.
    pub id: u64,
    pub received_at: Timestamp,
    pub signature: String,
    pub body: Vec<u8>,
}

/// Keeps webhooks before they are parsed, so that none is lost to a bug of ours.
#[async_trait]
pub trait WebhookInbox: Send + Sync + 'static {
    /// Stores a webhook durably; called before its provider gets a 200. Anyone can send one, so an inbox with too
    /// many unhandled ones, or a body that is too large, is refused as [`Unavailable`]; the provider sends it again.
    async fn store(
        &self,
        received_at: Timestamp,
        signature: &str,
        body: &[u8],
    ) -> Result<u64, Unavailable>;

    /// Webhooks not yet handled, oldest first, at most `limit`.
    async fn unhandled(&self, limit: usize) -> Result<Vec<WebhookRecord>, Unavailable>;

    /// Notes what became of one: `outcome` is a short stable word such as `settled` or `forged`.
    async fn handled(&self, id: u64, outcome: &str) -> Result<(), Unavailable>;

    /// Throws away webhooks that were received before a time and are handled; answers how many.
    async fn discard_handled(&self, received_before: Timestamp) -> Result<u64, Unavailable>;
}
