//! The last known offset of each log, watched by whoever waits for more.
//!
//! Keeps true: a known head only rises, and no rise is missed by one who waits for it.

use picasso_eventlog::{LogId, Offset};
use tokio::sync::watch;

pub(crate) struct Heads(Vec<watch::Sender<Offset>>);

impl Heads {
    pub(crate) fn new(logs: u16) -> Self {
        Self((0..logs).map(|_| watch::Sender::default()).collect())
    }

    /// Tells the waiting that a log ends at `offset` or beyond.
    pub(crate) fn raise(&self, log: LogId, offset: Offset) {
        if let Some(head) = self.0.get(usize::from(log.0)) {
            head.send_if_modified(|known| {
                let rises = offset > *known;
                *known = offset.max(*known);
                rises
            });
        }
    }

    /// Watches a log; `None` when there is no such log.
    pub(crate) fn watch(&self, log: LogId) -> Option<watch::Receiver<Offset>> {
        self.0.get(usize::from(log.0)).map(watch::Sender::subscribe)
    }
}
