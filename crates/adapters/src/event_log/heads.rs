//! The last known offset of each log, watched by whoever waits for more.
//!
//! Keeps true: a known head only rises, and no rise is missed by one who waits for it. However many wait, a log is looked
//! at once per [`POLL`].

use std::time::Duration;

use picasso_eventlog::{EventLog, LogId, Offset};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, timeout},
};

/// How often one who waits looks whether another process has written, of which it may not have been told.
const POLL: Duration = Duration::from_millis(500);

pub(crate) struct Heads(Vec<Head>);

#[derive(Default)]
struct Head {
    known: watch::Sender<Offset>,
    /// When the waiting last looked, and whether the log could be asked.
    looked: Mutex<Option<(Instant, bool)>>,
}

impl Heads {
    pub(crate) fn new(logs: u16) -> Self {
        Self((0..logs).map(|_| Head::default()).collect())
    }

    /// Tells the waiting that a log ends at `offset` or beyond.
    pub(crate) fn raise(&self, log: LogId, offset: Offset) {
        if let Some(head) = self.0.get(usize::from(log.0)) {
            head.known.send_if_modified(|known| {
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
        let mut known = head.known.subscribe();
        while timeout(POLL, known.wait_for(|known| *known > seen))
            .await
            .is_err()
        {
            // Looking raises the known head. Who waits reads next, and meets an error there.
            if !head.look(source, log).await {
                return;
            }
        }
    }
}

impl Head {
    /// Asks for the log's head unless somebody has just done so; answers whether it could be asked.
    async fn look(&self, source: &impl EventLog, log: LogId) -> bool {
        let mut looked = self.looked.lock().await;
        if let Some((at, answered)) = *looked
            && at.elapsed() < POLL
        {
            return answered;
        }
        let answered = source.head(log).await.is_ok();
        *looked = Some((Instant::now(), answered));
        answered
    }
}
