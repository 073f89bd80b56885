//! The order oracle: 64 writers in two processes, a fifth of what they append conflicting or rolled back, connections and
//! processes killed in the middle of a commit, a foreign transaction that stays open, readers that come and go. Nobody
//! misses an event, gets one twice or out of order, and every acknowledged commit is there once.
//!
//! `PICASSO_CAMPAIGN=full` runs it in full, `PICASSO_SEED` repeats one.

#[path = "oracle/disturbance.rs"]
mod disturbance;
#[path = "oracle/naive.rs"]
mod naive;
#[path = "oracle/probe.rs"]
mod probe;
#[path = "oracle/readers.rs"]
mod readers;
#[path = "oracle/truth.rs"]
mod truth;
#[path = "oracle/writers.rs"]
mod writers;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_eventlog::{EventLog, LogId, Offset};
use rand::Rng;
use tokio_util::sync::CancellationToken;

use self::{disturbance::Toll, naive::Naive, probe::Probe, readers::Readers};
pub(super) use self::{
    truth::Truth,
    writers::{Crew, LargeCommits, insist},
};
use super::Database;

/// Writers in each of the two processes.
const WRITERS: usize = 32;
const READERS: usize = 8;
/// Connections and processes that are killed at least.
const CONNECTIONS: u64 = 3;
const PROCESSES: u64 = 2;
/// Writers while it is measured how long one waits.
const FEW: usize = 4;
/// A log that does not grow for so long will not grow any more.
const STALLED: Duration = Duration::from_secs(60);
/// What a foreign transaction may cost a reader or a writer.
const MAY_DELAY: Duration = Duration::from_millis(50);

/// How much of everything.
struct Plan {
    events: u64,
    /// Before the foreign transaction begins.
    calm: Duration,
    held: Duration,
    seed: u64,
}

impl Plan {
    fn new() -> Self {
        let full = std::env::var("PICASSO_CAMPAIGN").is_ok_and(|campaign| campaign == "full");
        let (events, calm, held) = match full {
            true => (1_000_000, 30, 120),
            false => (10_000, 1, 2),
        };
        Self {
            events,
            calm: Duration::from_secs(calm),
            held: Duration::from_secs(held),
            seed: seed(),
        }
    }
}

/// That of `PICASSO_SEED`, or one of many.
pub(super) fn seed() -> u64 {
    let given = std::env::var("PICASSO_SEED").ok();
    let given = given.map(|seed| seed.parse().expect("PICASSO_SEED is a number"));
    given.unwrap_or_else(|| rand::rng().random())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_order_oracle_holds_with_one_log() {
    oracle(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_order_oracle_holds_with_four_logs() {
    oracle(4).await;
}

async fn oracle(logs: u16) {
    // The second process is this very test, told where to write.
    if let Some(orders) = writers::Orders::given() {
        return writers::second_process(orders, logs).await;
    }
    let plan = Plan::new();
    println!("{logs} logs, {} events, seed {}", plan.events, plan.seed);
    let database = Database::fresh().await;
    let log = PostgresLog::open(&database.url(), logs).await;
    let log: Arc<dyn EventLog> = Arc::new(log.expect("it opens"));
    storm(&database, &log, &plan).await;
    let probe = foreign_transaction(&database, &log, &plan).await;
    println!("{probe}");
    assert_eq!(probe.beyond(MAY_DELAY), Vec::<String>::new());
}

/// Everything at once, until enough was written and enough was killed.
async fn storm(database: &Database, log: &Arc<dyn EventLog>, plan: &Plan) {
    let (began, stop) = (Instant::now(), CancellationToken::new());
    let foreign = disturbance::ForeignTransaction::begin(&database.url(), "storm").await;
    let readers = Readers::start(log, READERS, plan.seed);
    let toll = Arc::<Toll>::default();
    let cutting = disturbance::terminate_backends;
    let cutting = cutting(database.url(), plan.seed, Arc::clone(&toll), stop.clone());
    let cutting = tokio::spawn(cutting);
    let crew = Crew::start(log, WRITERS, plan.seed);
    let second = disturbance::second_process_killed_again_and_again;
    let second = second(
        database.url(),
        log.logs(),
        plan.seed,
        Arc::clone(&toll),
        stop.clone(),
    );
    let second = tokio::spawn(second);
    until_it_holds(log, plan.events).await;
    until_enough_are_killed(&toll).await;
    stop.cancel();
    cutting.await.expect("no panic");
    let mut tally = second.await.expect("no panic");
    tally.add(crew.stop().await);
    let took = began.elapsed();
    foreign.end().await;
    let seen = readers.stop(&heads(log).await).await;
    let truth = Truth::read(log.as_ref()).await;
    let (cut, killed) = (toll.connections(), toll.processes());
    println!("{truth}; {tally}; {cut} connections and {killed} processes killed; {took:.0?}");
    assert_eq!(truth.faults(&tally), Vec::<String>::new());
    for reader in &seen {
        assert_eq!(reader.broken, Vec::<String>::new());
        assert_eq!(reader.logs, truth.seen(), "a reader saw something else");
    }
    assert!(tally.refused_share() >= 0.15, "{tally}");
}

/// Under a load that leaves room, how long one waits before and while a foreign transaction is open.
async fn foreign_transaction(database: &Database, log: &Arc<dyn EventLog>, plan: &Plan) -> Probe {
    let (stop, held) = (CancellationToken::new(), Arc::<AtomicBool>::default());
    let crew = Crew::start(log, FEW, plan.seed);
    let probe = Probe::run(Arc::clone(log), Arc::clone(&held), stop.clone());
    let probe = tokio::spawn(probe);
    tokio::time::sleep(plan.calm).await;
    let foreign = disturbance::ForeignTransaction::begin(&database.url(), "calm").await;
    held.store(true, Ordering::SeqCst);
    tokio::time::sleep(plan.held).await;
    stop.cancel();
    let probe = probe.await.expect("no panic");
    foreign.end().await;
    crew.stop().await;
    probe
}

/// The test of the test: numbers from a sequence, readers that ask for what is beyond the last, a moment before commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_order_oracle_catches_a_log_on_an_identity_column() {
    let plan = Plan::new();
    let database = Database::fresh().await;
    let naive: Arc<dyn EventLog> = Arc::new(Naive::create(&database.url()).await);
    let readers = Readers::start(&naive, READERS, plan.seed);
    let crew = Crew::start(&naive, WRITERS, plan.seed);
    until_it_holds(&naive, 3_000).await;
    let tally = crew.stop().await;
    let seen = readers.stop(&heads(&naive).await).await;
    let truth = Truth::read(&*naive).await;
    let missed = seen
        .iter()
        .filter(|reader| reader.events() < truth.events());
    println!(
        "{truth}; {tally}; {} of {READERS} readers missed events",
        missed.clone().count()
    );
    assert!(missed.count() > 0, "no reader missed an event");
    let faults = truth.faults(&tally).join("\n");
    assert!(faults.contains("hole"), "no hole was found: {faults}");
}

async fn until_it_holds(log: &Arc<dyn EventLog>, events: u64) {
    let (mut held, mut grew) = (0, Instant::now());
    while held < events {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = heads(log).await.iter().map(|head| head.0).sum();
        if now > held {
            (held, grew) = (now, Instant::now());
        }
        assert!(grew.elapsed() < STALLED, "the log stands at {held} events");
    }
}

/// A fast machine writes its events before anything was killed.
async fn until_enough_are_killed(toll: &Toll) {
    let enough = async {
        while toll.connections() < CONNECTIONS || toll.processes() < PROCESSES {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let enough = tokio::time::timeout(STALLED, enough).await;
    enough.expect("connections and processes are killed under way");
}

/// Where each log ends; asked until there is an answer, for connections are being killed.
async fn heads(log: &Arc<dyn EventLog>) -> Vec<Offset> {
    let mut heads = vec![];
    for id in (0..log.logs()).map(LogId) {
        heads.push(writers::insist(|| log.head(id)).await);
    }
    heads
}

/// The random numbers of one of many who share a seed.
fn dice(seed: u64, who: u64) -> rand::rngs::StdRng {
    rand::SeedableRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(who))
}
