//! Readers that come and go: each follows every log from where it was, by the feed or page by page, for a while at a
//! time, and keeps a digest over all it saw in the order it saw it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, future::join_all};
use picasso_eventlog::{
    EventFeed, EventLog, FeedError, LogError, LogFeed, LogId, Offset, RecordedEvent,
};
use rand::{Rng, rngs::StdRng};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::dice;

/// What was seen of one log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Log {
    pub last: Offset,
    pub events: u64,
    digest: u64,
}

impl Log {
    /// Takes an event in.
    pub fn see(&mut self, event: &RecordedEvent) {
        let mut hasher = DefaultHasher::new();
        (self.digest, event.offset.0, event.sequence).hash(&mut hasher);
        (&event.aggregate_id, event.payload.get()).hash(&mut hasher);
        self.digest = hasher.finish();
        self.events += 1;
        self.last = event.offset;
    }

    fn note(&mut self, log: LogId, event: &RecordedEvent, broken: &mut Vec<String>) {
        if event.offset != self.last.next() {
            let (offset, last) = (event.offset, self.last);
            broken.push(format!("{offset} came after {last} of log {log}"));
        }
        self.see(event);
    }
}

/// What one reader saw.
#[derive(Default)]
pub struct Seen {
    pub logs: Vec<Log>,
    /// Holes and repetitions, as it met them.
    pub broken: Vec<String>,
}

impl Seen {
    pub fn events(&self) -> u64 {
        self.logs.iter().map(|log| log.events).sum()
    }
}

pub struct Readers {
    /// Where each log ends, once nobody writes any more.
    ends: watch::Sender<Option<Vec<Offset>>>,
    tasks: JoinSet<Seen>,
}

impl Readers {
    pub fn start(log: &Arc<dyn EventLog>, readers: usize, seed: u64) -> Self {
        let (ends, watched) = watch::channel(None);
        let mut tasks = JoinSet::new();
        for reader in 0..readers as u64 {
            let (log, watched) = (Arc::clone(log), watched.clone());
            tasks.spawn(async move {
                let logs = (0..log.logs()).map(|id| {
                    let who = 1_000 + reader * 100 + u64::from(id);
                    follow(
                        Arc::clone(&log),
                        LogId(id),
                        dice(seed, who),
                        watched.clone(),
                    )
                });
                let mut seen = Seen::default();
                for (log, broken) in join_all(logs).await {
                    seen.logs.push(log);
                    seen.broken.extend(broken);
                }
                seen
            });
        }
        Self { ends, tasks }
    }

    /// Lets all read to the end.
    pub async fn stop(self, ends: &[Offset]) -> Vec<Seen> {
        self.ends.send_replace(Some(ends.to_vec()));
        self.tasks.join_all().await
    }
}

async fn follow(
    log: Arc<dyn EventLog>,
    id: LogId,
    mut rng: StdRng,
    ends: watch::Receiver<Option<Vec<Offset>>>,
) -> (Log, Vec<String>) {
    let (mut seen, mut broken) = (Log::default(), vec![]);
    let is_over = |seen: &Log| {
        let ends = ends.borrow();
        let end = ends.as_ref().map(|ends| ends[usize::from(id.0)]);
        end.is_some_and(|end| seen.last >= end)
    };
    while !is_over(&seen) {
        let leaves = Instant::now() + Duration::from_millis(rng.random_range(20..800));
        let visit = visit(&log, id, &mut seen, &mut broken, &mut rng);
        if let Ok(Err(error)) = timeout_at(leaves, visit).await
            && !matches!(error, FeedError::Log(LogError::Unavailable(_)))
        {
            // Connections are being killed; anything else is a fault of the log.
            broken.push(error.to_string());
            return (seen, broken);
        }
        let away = Duration::from_millis(rng.random_range(0..30));
        tokio::time::sleep(away).await;
    }
    (seen, broken)
}

async fn visit(
    log: &Arc<dyn EventLog>,
    id: LogId,
    seen: &mut Log,
    broken: &mut Vec<String>,
    rng: &mut StdRng,
) -> Result<(), FeedError> {
    let size = rng.random_range(1..2_000);
    if rng.random() {
        let page = log.read(id, seen.last, size).await?;
        page.iter().for_each(|event| seen.note(id, event, broken));
        return Ok(());
    }
    let feed = LogFeed::new(Arc::clone(log));
    let mut batches = feed.subscribe(id, seen.last, size).await?;
    while let Some(batch) = batches.next().await {
        batch?.iter().for_each(|event| seen.note(id, event, broken));
    }
    Ok(())
}
