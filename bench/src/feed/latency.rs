//! From the call that appends an event, and from its answer, to the reader that is handed it: by the log itself, and
//! over NATS with the relay in the writer's process, and in another one, which the log's NOTIFY wakes.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures::StreamExt;
use picasso_eventlog::{EventFeed, EventLog, FeedStream, LogFeed, Offset};
use tokio::{
    runtime::Runtime,
    time::{Duration, Instant, sleep},
};

use super::deployment::{Deployment, LOG, append};

/// Commands of each kind, one after the other, in so many turns.
const COMMANDS: usize = 300;
const TURNS: usize = 4;
/// What a command's client rests before the next.
const PAUSE: Duration = Duration::from_millis(3);
/// p50 in milliseconds that is aimed at.
const AIM_MS: f64 = 1.5;

/// How an event gets to its reader.
#[derive(Clone, Copy)]
enum Way {
    Log,
    OneProcess,
    Elsewhere,
}

const WAYS: [(Way, &str); 3] = [
    (Way::Log, "read from the log, in the same process"),
    (Way::OneProcess, "NATS, relay in the writer's process"),
    (Way::Elsewhere, "NATS, the relay in a process of its own"),
];

pub fn run() -> Result<()> {
    let runtime = Runtime::new()?;
    let mut taken = WAYS.map(|_| vec![]);
    for _ in 0..TURNS {
        for ((way, _), taken) in WAYS.iter().zip(&mut taken) {
            let turn = Deployment::with(async |deployment| measure(deployment, *way).await);
            taken.extend(runtime.block_on(turn)?);
        }
    }
    for ((_, name), taken) in WAYS.iter().zip(taken) {
        let (called, answered): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        let (p50, p99) = percentiles(called);
        println!("{name:<44} p50 {p50:>6.2} ms   p99 {p99:>6.2} ms   (aim {AIM_MS} ms)");
        let (p50, p99) = percentiles(answered);
        println!(
            "{:<44} p50 {p50:>6.2} ms   p99 {p99:>6.2} ms",
            "    after the answer"
        );
    }
    Ok(())
}

pub fn percentiles(mut taken: Vec<f64>) -> (f64, f64) {
    taken.sort_by(f64::total_cmp);
    let at = |part: usize| taken[taken.len() * part / 100];
    (at(50), at(99))
}

/// The logs that writer, relay and reader have.
struct Logs {
    writer: Arc<dyn EventLog>,
    relay: Arc<dyn EventLog>,
    reader: Arc<dyn EventLog>,
}

impl Logs {
    async fn open(deployment: &Deployment, way: Way) -> Result<Self> {
        let writer = deployment.log().await?;
        Ok(match way {
            Way::Log | Way::OneProcess => Self {
                relay: Arc::clone(&writer),
                reader: Arc::clone(&writer),
                writer,
            },
            Way::Elsewhere => Self {
                relay: deployment.log().await?,
                reader: deployment.log().await?,
                writer,
            },
        })
    }
}

/// Milliseconds from each command's call, and from its answer.
async fn measure(deployment: Deployment, way: Way) -> Result<Vec<(f64, f64)>> {
    let logs = Logs::open(&deployment, way).await?;
    let relay = match way {
        Way::Log => None,
        Way::OneProcess | Way::Elsewhere => Some(deployment.relay(&logs.relay).await?),
    };
    let feed: Arc<dyn EventFeed> = match way {
        Way::Log => Arc::new(LogFeed::new(Arc::clone(&logs.reader))),
        Way::OneProcess | Way::Elsewhere => deployment.feed(&logs.reader).await?,
    };
    let mut batches = feed.subscribe(LOG, Offset::START, 100).await?;
    let mut taken = vec![];
    // The first ones find caches empty and the consumer not made.
    for n in 0..COMMANDS + COMMANDS / 5 {
        let began = Instant::now();
        let offset = append(logs.writer.as_ref(), 1).await?;
        let answered = Instant::now();
        let arrived = arrival(&mut batches, offset).await?;
        if n >= COMMANDS / 5 {
            let since = |then| arrived.duration_since(then).as_secs_f64() * 1_000.0;
            taken.push((since(began), since(answered)));
        }
        sleep(PAUSE).await;
    }
    if let Some(relay) = relay {
        drop(relay);
        let name = format!("{}_{LOG}", deployment.name);
        deployment.context().await?.delete_stream(name).await?;
    }
    Ok(taken)
}

async fn arrival(batches: &mut FeedStream, offset: Offset) -> Result<Instant> {
    loop {
        let batch = batches.next().await.context("the feed has ended")??;
        if batch.iter().any(|event| event.offset == offset) {
            return Ok(Instant::now());
        }
    }
}
