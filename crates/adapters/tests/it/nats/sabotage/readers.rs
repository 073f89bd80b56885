//! Readers that check every event they are given, and how late it is.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt;
use picasso_eventlog::{EventFeed, Offset, RecordedEvent};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::market::LOG;
use crate::tally::LIMIT;

/// After so many batches, one who comes and goes leaves.
const VISIT: usize = 40;

/// How late a reader ever was with an event, after its command was answered.
#[derive(Debug, Clone, Copy)]
pub struct Lateness {
    pub feed: Duration,
    /// Of one who reads the log itself.
    pub control: Duration,
}

/// When each command was answered, by its event's offset.
#[derive(Default)]
pub struct Times(Mutex<HashMap<Offset, Instant>>);

impl Times {
    pub fn note(&self, offset: Offset) {
        let mut times = self.0.lock().expect("nobody panics");
        times.insert(offset, Instant::now());
    }

    pub fn len(&self) -> u64 {
        self.0.lock().expect("nobody panics").len() as u64
    }

    /// How long ago; an event that is handed out before its command is answered is not late.
    fn since(&self, offset: Offset) -> Duration {
        let times = self.0.lock().expect("nobody panics");
        times.get(&offset).map_or(Duration::ZERO, Instant::elapsed)
    }
}

/// What a reader got so far: up to where, and what that comes to, in order.
type Got = (Offset, u64);

/// Adds an event to what was got before.
pub fn digest(before: u64, event: &RecordedEvent) -> u64 {
    let mut hasher = DefaultHasher::new();
    (before, serde_json::to_string(event).expect("JSON")).hash(&mut hasher);
    hasher.finish()
}

pub struct Reader {
    got: watch::Receiver<Got>,
    latest: Arc<Mutex<Duration>>,
    task: JoinHandle<()>,
    end: CancellationToken,
}

impl Reader {
    pub fn start(feed: Arc<dyn EventFeed>, times: Arc<Times>, batch: usize, stays: bool) -> Self {
        let (told, got) = watch::channel((Offset::START, 0));
        let (latest, end) = (
            Arc::new(Mutex::new(Duration::ZERO)),
            CancellationToken::new(),
        );
        let (noted, ended) = (Arc::clone(&latest), end.clone());
        let task = tokio::spawn(async move {
            let note = |offset| {
                let mut latest = noted.lock().expect("nobody panics");
                *latest = times.since(offset).max(*latest);
            };
            let reading = read(feed.as_ref(), (batch, stays), &told, note);
            ended.run_until_cancelled(reading).await;
        });
        Self {
            got,
            latest,
            task,
            end,
        }
    }

    pub fn is_alive(&self) -> bool {
        !self.task.is_finished()
    }

    pub fn begin_round(&self) {
        *self.latest.lock().expect("nobody panics") = Duration::ZERO;
    }

    pub fn lateness(&self) -> Duration {
        *self.latest.lock().expect("nobody panics")
    }

    pub async fn reach(&self, offset: Offset) {
        let mut got = self.got.clone();
        let reached = timeout(LIMIT, got.wait_for(|(last, _)| *last >= offset)).await;
        let reached = reached
            .expect("a reader gets there in time")
            .map(|got| *got);
        reached.expect("a reader has ended");
    }

    /// Leaves, and tells what it got.
    pub async fn end(self) -> Got {
        self.end.cancel();
        self.task.await.expect("no panic");
        *self.got.borrow()
    }
}

/// Reads for ever; any trouble at all is a failure, for the log is there all the time.
async fn read(
    feed: &dyn EventFeed,
    (batch, stays): (usize, bool),
    told: &watch::Sender<Got>,
    note: impl Fn(Offset),
) {
    loop {
        let (mut last, mut chain) = *told.borrow();
        let batches = feed.subscribe(LOG, last, batch).await.expect("subscribed");
        let visit = if stays { usize::MAX } else { VISIT };
        let mut batches = batches.take(visit);
        while let Some(events) = batches.next().await {
            for event in events.expect("no trouble") {
                assert_eq!(event.offset, last.next());
                (last, chain) = (event.offset, digest(chain, &event));
                note(last);
            }
            told.send_replace((last, chain));
        }
    }
}
