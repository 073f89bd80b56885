//! Appends through the event log on PostgreSQL, on the server of `PICASSO_TEST_POSTGRES_URL`, against pgbench, which inserts
//! one row into the same table in a transaction of its own (autocommit, prepared), and against cqrs-es with postgres-es as
//! they come.
//!
//! An append checks and stores a request id and the aggregate's sequence besides its event; pgbench checks nothing. All
//! take turns in one run.

mod contenders;
mod place;

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use picasso_eventlog::AppendError;
use tokio::runtime::Runtime;

use self::{
    contenders::{Theirs, append, command, commit},
    place::Place,
};
use crate::rounds::{Contender, TURN, compare, median, print_ratio};

const CLIENTS: usize = 64;
/// Writers that race for one aggregate.
const RACERS: usize = 32;
/// Events of a long-lived aggregate.
const LONG: usize = 1_000;
const ROUNDS: usize = 5;

static PLACE: OnceLock<Place> = OnceLock::new();

fn place() -> &'static Place {
    PLACE
        .get()
        .expect("it is prepared before anything is measured")
}

pub fn run() -> Result<()> {
    let prepared = Place::prepare()?;
    println!("{}", PLACE.get_or_init(|| prepared).server()?);
    latencies()?;
    let rates = compare(&[
        Contender {
            name: "pgbench, 1 client",
            run: |until| place().pgbench(1, until),
        },
        Contender {
            name: "appends, 1 client",
            run: |until| appends(1, 1, until),
        },
        Contender {
            name: "cqrs-es with postgres-es, 1 client",
            run: |until| plain(1, until),
        },
        Contender {
            name: "pgbench, 64 clients",
            run: |until| place().pgbench(CLIENTS, until),
        },
        Contender {
            name: "appends, 64 clients",
            run: |until| appends(CLIENTS, 1, until),
        },
        Contender {
            name: "cqrs-es with postgres-es, 64 clients",
            run: |until| plain(CLIENTS, until),
        },
        Contender {
            name: "decisions, 32 writers on one aggregate",
            run: race,
        },
    ])?;
    print_ratio("64 clients to pgbench", &rates[4], &rates[3], 2.5);
    print_ratio("64 clients to postgres-es", &rates[4], &rates[5], 8.0);
    load()
}

/// How long one client waits: the median of each turn, and the ratios of the turns.
fn latencies() -> Result<()> {
    let (mut raw, mut one, mut bare, mut ten) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        raw.push(place().pgbench_latency(Instant::now() + TURN)?);
        one.push(wait(1, true)?);
        bare.push(wait(1, false)?);
        ten.push(wait(10, true)?);
    }
    for (what, waits) in [
        ("pgbench, p50", &raw),
        ("an append, p50", &one),
        ("an append without a request, p50", &bare),
        ("an append of ten events, p50", &ten),
    ] {
        println!("{what:<44} {:>9.0} µs", median(waits.clone()));
    }
    print_ratio("an append to pgbench (p50)", &one, &raw, 1.3);
    print_ratio("without a request to pgbench (p50)", &bare, &raw, 1.3);
    print_ratio("ten events to one (p50)", &ten, &one, 1.3);
    Ok(())
}

/// The median of what one client waits, in microseconds.
fn wait(events: usize, with_request: bool) -> Result<f64> {
    let waits = async move {
        let log = place().open().await?;
        let mut waits = vec![];
        let until = Instant::now() + TURN;
        while Instant::now() < until {
            let mut commit = commit(events)?;
            if !with_request {
                commit.request = None;
            }
            let began = Instant::now();
            log.append(commit).await?;
            waits.push(began.elapsed().as_secs_f64() * 1e6);
        }
        ensure!(!waits.is_empty(), "nothing was appended");
        anyhow::Ok(median(waits))
    };
    // As a task: a server's calls run on the runtime's threads, too.
    let runtime = Runtime::new()?;
    runtime.block_on(runtime.spawn(waits))?
}

fn appends(clients: usize, events: usize, until: Instant) -> Result<u64> {
    Runtime::new()?.block_on(async {
        let log = place().open().await?;
        let clients = (0..clients).map(|_| tokio::spawn(append(Arc::clone(&log), events, until)));
        let mut done = 0;
        for client in clients.collect::<Vec<_>>() {
            done += client.await??;
        }
        Ok(done)
    })
}

fn plain(clients: usize, until: Instant) -> Result<u64> {
    Runtime::new()?.block_on(async {
        let theirs = Arc::new(Theirs::open(place().url()).await?);
        let clients = (0..clients).map(|_| tokio::spawn(command(Arc::clone(&theirs), until)));
        let mut done = 0;
        for client in clients.collect::<Vec<_>>() {
            done += client.await??;
        }
        Ok(done)
    })
}

/// Each writer decides upon what it has loaded, and again after a conflict; answers how many decisions were recorded.
fn race(until: Instant) -> Result<u64> {
    Runtime::new()?.block_on(async {
        let log = place().open().await?;
        let id = uuid::Uuid::now_v7().to_string();
        let racers = (0..RACERS).map(|_| {
            let (log, id) = (Arc::clone(&log), id.clone());
            tokio::spawn(async move {
                let (mut done, mut last) = (0, 0);
                while Instant::now() < until {
                    let mut commit = commit(1)?;
                    commit.streams[0].aggregate_id = id.clone();
                    commit.streams[0].expected_sequence = last;
                    match log.append(commit).await {
                        Ok(_) => {
                            done += 1;
                            last += 1;
                        }
                        Err(AppendError::Conflict { .. }) => {
                            let new = log.load("picture", &id, last, LONG).await?;
                            last = new.last().map_or(last, |event| event.sequence);
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                anyhow::Ok(done)
            })
        });
        let mut done = 0;
        for racer in racers.collect::<Vec<_>>() {
            done += racer.await??;
        }
        Ok(done)
    })
}

/// Loading an aggregate of 1,000 events, against the same rows as postgres-es loads them.
fn load() -> Result<()> {
    Runtime::new()?.block_on(async {
        let log = place().open().await?;
        let mut commit = commit(LONG)?;
        commit.request = None;
        let id = commit.streams[0].aggregate_id.clone();
        log.append(commit).await?;
        let theirs = Theirs::open(place().url()).await?;
        let (mut ours, mut plain) = (vec![], vec![]);
        for _ in 0..51 {
            let began = Instant::now();
            let found = log.load("picture", &id, 0, LONG).await?;
            ensure!(found.len() == LONG, "{} events", found.len());
            ours.push(began.elapsed().as_secs_f64() * 1e3);
            let began = Instant::now();
            let found = theirs
                .load(&id)
                .await
                .context("postgres-es loads our table")?;
            ensure!(found == LONG, "{found} events");
            plain.push(began.elapsed().as_secs_f64() * 1e3);
        }
        let (ours, plain) = (median(ours), median(plain));
        println!(
            "{:<44} {ours:>9.2} ms",
            "an aggregate of 1,000 events, loaded"
        );
        println!("{:<44} {plain:>9.2} ms", "the same by postgres-es");
        Ok(())
    })
}

/// What is left of a turn, in whole seconds as pgbench takes them.
fn seconds(until: Instant) -> u64 {
    let left = until.saturating_duration_since(Instant::now());
    (left + Duration::from_millis(500)).as_secs().max(1)
}
