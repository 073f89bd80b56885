//! A full rebuild of the gallery against merely reading and decoding the same events.
//!
//! Both go over one log of 1,000,000 events in a SQLite file (`PICASSO_BENCH_EVENTS` for another number), in
//! turn, five times. Memory is the peak of the resident set while rebuilding (`VmHWM`, reset before).

mod market;

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use picasso_adapters::sqlite::{
    event_log::SqliteEventLog, leases::SqliteLeases, read_store::SqliteReadStore,
};
use picasso_eventlog::{EventLog, LogId, Offset};
use picasso_projections::{
    Live,
    erased::AnyProjection,
    gallery::Gallery,
    ports::ReadStore,
    rebuild::{RebuildProgress, Rebuilder},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{append::folder, rounds::print_ratio};

const EVENTS: u64 = 1_000_000;
const ROUNDS: usize = 5;
/// What the memory is to stay under.
const AIM_MIB: u64 = 512;
/// Events per read, as the rebuild reads them.
const CHUNK: usize = 4_096;

pub fn run() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(measure())
}

async fn measure() -> Result<()> {
    let folder = folder()?;
    let log: Arc<dyn EventLog> = Arc::new(SqliteEventLog::open(&folder.path().join("log.db"), 1)?);
    let wanted = match std::env::var("PICASSO_BENCH_EVENTS") {
        Ok(raw) => raw.parse().context("PICASSO_BENCH_EVENTS is a number")?,
        Err(_) => EVENTS,
    };
    market::fill(&*log, wanted).await?;
    let events = log.head(LogId(0)).await?.0;
    let (mut read, mut rebuilt, mut peak_kib) = (vec![], vec![], 0);
    for _ in 0..ROUNDS {
        read.push(rate(events, read_and_decode(&*log).await?));
        std::fs::write("/proc/self/clear_refs", "5").context("VmHWM cannot be reset")?;
        let (seconds, documents) = rebuild(&log, folder.path()).await?;
        rebuilt.push(rate(events, seconds));
        peak_kib = peak_kib.max(peak()?);
        println!(
            "{events} events, {documents} documents: {:.0}/s read and decoded, {:.0}/s rebuilt",
            read[read.len() - 1],
            rebuilt[rebuilt.len() - 1]
        );
    }
    print_ratio("rebuilding to reading and decoding", &rebuilt, &read, 0.5);
    let mib = peak_kib / 1_024;
    println!("{:<44} {mib:>9} MiB (aim {AIM_MIB})", "memory at its peak");
    Ok(())
}

/// Events per second.
fn rate(events: u64, seconds: f64) -> f64 {
    // f64 holds every count below 2^53 exactly.
    events as f64 / seconds
}

async fn read_and_decode(log: &dyn EventLog) -> Result<f64> {
    let start = Instant::now();
    let mut last = Offset::START;
    loop {
        let events = log.read(LogId(0), last, CHUNK).await?;
        let Some(end) = events.last() else {
            return Ok(start.elapsed().as_secs_f64());
        };
        last = end.offset;
        for event in &events {
            std::hint::black_box(event.decode()?);
        }
    }
}

/// Answers the seconds and the documents of a rebuild into an empty store.
async fn rebuild(log: &Arc<dyn EventLog>, folder: &Path) -> Result<(f64, u64)> {
    let place = tempfile::tempdir_in(folder)?;
    let store: Arc<dyn ReadStore> = Arc::new(SqliteReadStore::open(&place.path().join("read.db"))?);
    let gallery: Arc<dyn AnyProjection> = Arc::new(Gallery);
    let leases = Arc::new(SqliteLeases::open(&place.path().join("leases"))?);
    let rebuilder = Rebuilder::new(Arc::clone(log), Live::new(store), leases);
    let (progress, _) = watch::channel(RebuildProgress::default());
    let stop = CancellationToken::new();
    let start = Instant::now();
    let done = rebuilder.rebuild(&gallery, &progress, &stop).await?;
    ensure!(done.documents > 0, "the gallery is empty");
    Ok((start.elapsed().as_secs_f64(), done.documents))
}

/// The highest resident set since it was reset, in KiB (proc(5)).
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure.context("no VmHWM")?.parse().context("VmHWM")
}
