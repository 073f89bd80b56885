//! How long a writer waits for its answer and a reader for the event, with a foreign transaction open and without.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::StreamExt;
use picasso_eventlog::{
    AppendError, Appended, Commit, EventFeed, EventLog, LogFeed, LogId, Metadata, NewEvent,
    Position, StreamAppend, route,
};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::insist;

/// Between one probe and the next.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Default)]
struct Waits {
    write: Vec<Duration>,
    read: Vec<Duration>,
}

#[derive(Default)]
pub struct Probe {
    free: Waits,
    held: Waits,
}

impl Probe {
    /// Appends one event at a time and waits for it at the other end.
    pub async fn run(
        log: Arc<dyn EventLog>,
        held: Arc<AtomicBool>,
        stop: CancellationToken,
    ) -> Self {
        let id = Uuid::new_v4().to_string();
        let at = route(&id, log.logs());
        let head = insist(|| log.head(at)).await;
        let (tell, mut seen) = watch::channel(Position::new(at, head));
        let reading = tokio::spawn(read(Arc::clone(&log), at, tell));
        let (mut probe, mut last) = (Self::default(), 0);
        while !stop.is_cancelled() {
            sleep(PAUSE).await;
            let began = Instant::now();
            let is_held = held.load(Ordering::SeqCst);
            let position = match log.append(commit(at, &id, last)).await {
                Ok(Appended::Recorded { position }) => position,
                // A connection was killed: what became of it shows at the next turn.
                Ok(Appended::Repeated(_)) | Err(AppendError::Log(_)) => continue,
                Err(_) => {
                    last += 1;
                    continue;
                }
            };
            last += 1;
            let written = Instant::now();
            let arrived = seen.wait_for(|seen| *seen >= position).await;
            arrived.expect("the reader goes on");
            let waits = if is_held {
                &mut probe.held
            } else {
                &mut probe.free
            };
            waits.write.push(written - began);
            waits.read.push(written.elapsed());
        }
        reading.abort();
        probe
    }

    /// Where the foreign transaction cost more than `limit`, at the median: beyond it the machine speaks.
    pub fn beyond(&self, limit: Duration) -> Vec<String> {
        let mut beyond = vec![];
        for (what, free, held) in self.rows() {
            let (before, during) = (percentile(free, 0.5), percentile(held, 0.5));
            if during > before + limit {
                beyond.push(format!("{what} {during:.1?} instead of {before:.1?}"));
            }
        }
        beyond
    }

    fn rows(&self) -> [(&'static str, &[Duration], &[Duration]); 2] {
        let (free, held) = (&self.free, &self.held);
        [
            ("a writer waits", &free.write, &held.write),
            ("a reader waits", &free.read, &held.read),
        ]
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, free, held) in self.rows() {
            for (when, waits) in [("without", free), ("with", held)] {
                let [half, most, all] = [0.5, 0.95, 1.0].map(|share| percentile(waits, share));
                let count = waits.len();
                writeln!(
                    f,
                    "{what} {half:.1?} at p50, {most:.1?} at p95, {all:.1?} at most {when} the foreign transaction \
                     ({count} probes)"
                )?;
            }
        }
        Ok(())
    }
}

fn percentile(waits: &[Duration], share: f64) -> Duration {
    let mut waits = waits.to_vec();
    waits.sort_unstable();
    let at = (waits.len().saturating_sub(1) as f64 * share).round() as usize;
    *waits.get(at).expect("there were probes")
}

async fn read(log: Arc<dyn EventLog>, at: LogId, tell: watch::Sender<Position>) {
    loop {
        let (feed, last) = (LogFeed::new(Arc::clone(&log)), tell.borrow().offset);
        if let Ok(mut batches) = feed.subscribe(at, last, 1_000).await {
            while let Some(Ok(batch)) = batches.next().await {
                let end = batch.last().expect("a batch is never empty");
                tell.send_replace(Position::new(at, end.offset));
            }
        }
        sleep(PAUSE).await;
    }
}

fn commit(log: LogId, id: &str, last: u64) -> Commit {
    let payload = (Uuid::now_v7(), 1, 1);
    let event = NewEvent {
        event_type: "Probed".to_owned(),
        event_version: 1,
        payload: serde_json::value::to_raw_value(&payload).expect("JSON"),
    };
    let stream = StreamAppend {
        aggregate_type: "oracle".to_owned(),
        aggregate_id: id.to_owned(),
        expected_sequence: last,
        events: vec![event],
    };
    Commit {
        log,
        streams: vec![stream],
        metadata: Metadata::default(),
        request: None,
    }
}
