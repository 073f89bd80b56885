//! The last known offset of each log, watched by whoever waits for more.
//!
//! Keeps true: a known head only rises, and no rise is missed by one who waits for it.

use std::time::Duration;

use picasso_eventlog::{EventLog, LogId, Offset};
use tokio::{sync::watch, time::timeout};

/// How often one who waits looks whether another process has written, of which it may not have been told.
const POLL: Duration = Duration::from_millis(500);

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

    /// Resolves once `source` is known to end beyond `seen` in this log, or cannot be asked; never when there is no
    /// such log.
    pub(crate) async fn wait_beyond(&self, source: &impl EventLog, log: LogId, seen: Offset) {
        let Some(head) = self.0.get(usize::from(log.0)) else {
            return std::future::pending().await;
        };
        let mut head = head.subscribe();
        while timeout(POLL, head.wait_for(|head| *head > seen))
            .await
            .is_err()
        {
            // Looking raises the known head. Who waits reads next, and meets an error there.
            if source.head(log).await.is_err() {
                return;
            }
        }
    }
}
