//! Writers: most of their commits are sound, some rest on what has changed meanwhile, some cannot be stored. What
//! became of one that was cut off is asked again under its request id.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_domain::values::Digest;
use picasso_eventlog::{
    AppendError, Appended, Commit, EventLog, LogError, Metadata, NewEvent, Position, Request,
    RequestKey, StreamAppend, route,
};
use rand::{Rng, distr::Alphanumeric, rngs::StdRng};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::dice;

/// Aggregates that all writers of all processes race for.
const HOT: usize = 4;
/// An index takes no such name: the transaction that stores it is rolled back with all that is in it.
const TOO_LONG: usize = 6_000;
/// How often one who is cut off asks again, each time after a moment: a server that recovers takes its time.
const PATIENCE: usize = 6_000;
/// Bytes of a large commit.
const LARGE: usize = 200_000;

/// What was said of each commit.
#[derive(Default)]
pub struct Tally {
    pub recorded: HashMap<Uuid, Position>,
    pub refused: Vec<Uuid>,
    /// Answered only when it was asked again.
    pub repeated: u64,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.recorded.extend(other.recorded);
        self.refused.extend(other.refused);
        self.repeated += other.repeated;
    }

    /// Of all commits, how many conflicted or were rolled back.
    pub fn refused_share(&self) -> f64 {
        let (refused, recorded) = (self.refused.len() as f64, self.recorded.len() as f64);
        refused / (refused + recorded)
    }

    pub fn note(&mut self, told: Told) {
        match told {
            Told::Recorded(commit, position) => {
                let twice = self.recorded.insert(commit, position);
                assert_eq!(twice, None, "one commit was recorded twice");
            }
            Told::Refused(commit) => self.refused.push(commit),
            Told::Repeated => self.repeated += 1,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = 100.0 * self.refused_share();
        let (recorded, repeated) = (self.recorded.len(), self.repeated);
        write!(
            f,
            "{recorded} commits acknowledged, {share:.1} % refused, {repeated} found when asked again"
        )
    }
}

/// What one append came to.
#[derive(Debug, Clone, Copy)]
pub enum Told {
    Recorded(Uuid, Position),
    Refused(Uuid),
    Repeated,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded(commit, position) => write!(f, "recorded {commit} {position}"),
            Self::Refused(commit) => write!(f, "refused {commit}"),
            Self::Repeated => write!(f, "repeated"),
        }
    }
}

/// A line of the second process; others, such as those of the test harness, say nothing.
pub fn heard(line: &str) -> Option<Told> {
    let mut words = line.split(' ');
    Some(match words.next()? {
        "recorded" => Told::Recorded(words.next()?.parse().ok()?, words.next()?.parse().ok()?),
        "refused" => Told::Refused(words.next()?.parse().ok()?),
        "repeated" => Told::Repeated,
        _ => return None,
    })
}

/// The writers of this process.
pub struct Crew {
    stop: CancellationToken,
    tally: Arc<Mutex<Tally>>,
    tasks: JoinSet<()>,
}

impl Crew {
    pub fn start(log: &Arc<dyn EventLog>, writers: usize, seed: u64) -> Self {
        let (stop, tally) = (CancellationToken::new(), Arc::<Mutex<Tally>>::default());
        let noted = Arc::clone(&tally);
        let tell = Arc::new(move |told| noted.lock().expect("nobody panics").note(told));
        let tasks = (0..writers).map(|n| Writer::new(log, seed, n as u64, tell.clone()));
        let tasks = tasks.map(|writer| writer.write(stop.clone()));
        Self {
            tasks: tasks.collect(),
            stop,
            tally,
        }
    }

    pub async fn stop(self) -> Tally {
        self.stop.cancel();
        self.tasks.join_all().await;
        std::mem::take(&mut *self.tally.lock().expect("nobody panics"))
    }
}

/// What the second process is told.
pub struct Orders {
    url: String,
    seed: u64,
}

impl Orders {
    pub const URL: &str = "PICASSO_ORACLE_URL";

    pub fn given() -> Option<Self> {
        let url = std::env::var(Self::URL).ok()?;
        let seed = std::env::var("PICASSO_SEED").expect("a seed comes with it");
        let seed = seed.parse().expect("a number");
        Some(Self { url, seed })
    }
}

/// Writes, and tells of each commit on a line of its own, until it is killed.
pub async fn second_process(orders: Orders, logs: u16) {
    let log = insist(|| PostgresLog::open(&orders.url, logs)).await;
    let log: Arc<dyn EventLog> = Arc::new(log);
    println!();
    let tell = Arc::new(|told: Told| println!("{told}"));
    let writers =
        (0..super::WRITERS).map(|n| Writer::new(&log, orders.seed, n as u64, tell.clone()));
    let writers = writers.map(|writer| writer.write(CancellationToken::new()));
    writers.collect::<JoinSet<()>>().join_all().await;
}

struct Writer<F> {
    log: Arc<dyn EventLog>,
    rng: StdRng,
    /// Ids and last sequences of those that only this one writes.
    own: Vec<(String, u64)>,
    /// The last known sequences of those that all write.
    hot: [u64; HOT],
    tell: Arc<F>,
}

impl<F: Fn(Told) + Send + Sync + 'static> Writer<F> {
    fn new(log: &Arc<dyn EventLog>, seed: u64, number: u64, tell: Arc<F>) -> Self {
        let own = (0..8).map(|_| (Uuid::new_v4().to_string(), 0));
        Self {
            log: Arc::clone(log),
            rng: dice(seed, number),
            own: own.collect(),
            hot: [0; HOT],
            tell,
        }
    }

    async fn write(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.rng.random_range(0..1_000) {
                0..160 => self.stale().await,
                160..200 => self.race().await,
                200..205 => self.unstorable().await,
                _ => self.sound().await,
            }
        }
    }

    async fn sound(&mut self) {
        let at = self.rng.random_range(0..self.own.len());
        let (id, last) = self.own[at].clone();
        let events = self.rng.random_range(1..=20);
        let beside = self.rng.random_ratio(1, 10);
        let mut streams = vec![(id.clone(), last, events)];
        if beside {
            // Another aggregate under the same partition key.
            streams.push((format!("{id}.{last}"), 0, 1));
        }
        if self.append(&streams).await {
            self.own[at].1 += events;
        }
    }

    /// Rests on what was never, or is not any more.
    async fn stale(&mut self) {
        let at = self.rng.random_range(0..self.own.len());
        let (id, last) = self.own[at].clone();
        let expected = if last > 0 && self.rng.random() {
            last - 1
        } else {
            last + 1
        };
        let recorded = self.append(&[(id, expected, 1)]).await;
        assert!(!recorded, "it rests on sequence {expected}, not on {last}");
    }

    /// Rests on what was true a moment ago, and may be still.
    async fn race(&mut self) {
        let hot = self.rng.random_range(0..HOT);
        let id = format!("hot{hot}");
        let last = self.hot[hot];
        if self.append(&[(id.clone(), last, 1)]).await {
            self.hot[hot] = last + 1;
            return;
        }
        let mut known = last;
        loop {
            let found = insist(|| self.log.load("oracle", &id, known, 1_000)).await;
            let Some(end) = found.last() else { break };
            known = end.sequence;
        }
        self.hot[hot] = known;
    }

    async fn unstorable(&mut self) {
        let noise = (0..TOO_LONG)
            .map(|_| self.rng.random_range('a'..='z'))
            .collect();
        let recorded = self.append(&[(noise, 0, 1)]).await;
        assert!(!recorded, "no index takes such a name");
    }

    /// Whether it was recorded; asks until somebody knows.
    async fn append(&mut self, streams: &[(String, u64, u64)]) -> bool {
        let id = Uuid::now_v7();
        for _ in 0..PATIENCE {
            let told = match self.log.append(commit(id, streams, self.log.logs())).await {
                Ok(Appended::Recorded { position }) => Told::Recorded(id, position),
                Ok(Appended::Repeated(reply)) => {
                    (self.tell)(Told::Repeated);
                    Told::Recorded(id, reply.position)
                }
                Err(AppendError::Log(LogError::Unavailable(_))) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
                Err(AppendError::Conflict { .. } | AppendError::Log(LogError::Corrupt(_))) => {
                    Told::Refused(id)
                }
                Err(error) => panic!("{error}"),
            };
            (self.tell)(told);
            return matches!(told, Told::Recorded(..));
        }
        panic!("the log is not available for too long");
    }
}

/// Each event says which commit it is of, its number there, and how many there are.
fn commit(id: Uuid, streams: &[(String, u64, u64)], logs: u16) -> Commit {
    let of: u64 = streams.iter().map(|(_, _, events)| events).sum();
    let mut numbers = 1..;
    let streams = streams.iter().map(|(aggregate, expected, events)| {
        let events = numbers
            .by_ref()
            .take(*events as usize)
            .map(|n: u64| NewEvent {
                event_type: "Written".to_owned(),
                event_version: 1,
                payload: serde_json::value::to_raw_value(&(id, n, of)).expect("JSON"),
            });
        StreamAppend {
            aggregate_type: "oracle".to_owned(),
            aggregate_id: aggregate.clone(),
            expected_sequence: *expected,
            events: events.collect(),
        }
    });
    let streams: Vec<_> = streams.collect();
    let key = RequestKey {
        actor: "oracle".to_owned(),
        request_id: id,
    };
    Commit {
        log: route(&streams[0].aggregate_id, logs),
        streams,
        metadata: Metadata::default(),
        request: Some(Request {
            key,
            fingerprint: Digest::new([7; 32]),
            reply: serde_json::value::to_raw_value(&()).expect("JSON"),
        }),
    }
}

/// Commits that fill a disk.
pub struct LargeCommits {
    log: Arc<dyn EventLog>,
    recorded: u64,
}

impl LargeCommits {
    pub fn new(log: &Arc<dyn EventLog>) -> Self {
        let log = Arc::clone(log);
        Self { log, recorded: 0 }
    }

    /// How many were acknowledged, each of one event.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    pub async fn append(&mut self) -> Result<(), LogError> {
        // Not one letter over and over: that would be stored as next to nothing.
        let noise: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(LARGE)
            .map(char::from)
            .collect();
        let mut commit = commit(Uuid::now_v7(), &[("large".to_owned(), self.recorded, 1)], 1);
        commit.streams[0].events[0].payload =
            serde_json::value::to_raw_value(&noise).expect("JSON");
        match self.log.append(commit).await {
            Ok(_) => {
                self.recorded += 1;
                Ok(())
            }
            Err(AppendError::Log(error)) => Err(error),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn append_until_refused(&mut self) -> LogError {
        for _ in 0..PATIENCE {
            if let Err(error) = self.append().await {
                return error;
            }
        }
        panic!("the disk has room for everything");
    }
}

/// Asks until there is an answer: connections are being killed.
pub async fn insist<T, E: std::fmt::Debug, F: Future<Output = Result<T, E>>>(
    ask: impl Fn() -> F,
) -> T {
    for _ in 0..PATIENCE {
        if let Ok(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ask().await.expect("an answer")
}
