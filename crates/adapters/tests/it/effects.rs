//! Letters under a mail server that fails, a ledger and an agenda that come and go, and workers killed at any step: no
//! letter is sent twice, and each is sent once unless a kill or a missing answer left a doubt.
//!
//! `PICASSO_CASES` sets how many cases run, `PICASSO_SEED` repeats one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::SignedDuration;
use picasso_adapters::{postgres::desk::PostgresDesk, sqlite::desk::Desk};
use picasso_commands::{
    ports::{Agenda, Begun, Clock, EffectError, EffectLedger, Task, Unavailable},
    reactors::{Once, Outcome, Pace, Work, Worker},
};
use picasso_domain::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::postgres::Schema;

/// Cases of `make test` and of `make campaign`, for each desk.
const CASES: (u64, u64) = (20, 1_000);
const LETTERS: usize = 12;
/// The most kills of a case.
const LIVES: u32 = 6;
const KIND: &str = "mail";
/// How long anything expected may take to happen.
const LIMIT: Duration = Duration::from_secs(120);
/// Longer than an effect counts as under way, and than any pause.
const LATER: SignedDuration = SignedDuration::from_mins(11);

/// What really happened, which the code under test cannot see.
#[derive(Default)]
struct Truth {
    sent: BTreeMap<String, u32>,
    /// Asked for in the ledger, which has not answered yet.
    asked: BTreeSet<String>,
    /// Begun in the ledger, with no end noted there.
    open: BTreeSet<String>,
    /// Left by a kill or a missing answer.
    doubtful: BTreeSet<String>,
}

/// Faults on the way to everything.
struct World {
    rng: Mutex<StdRng>,
    truth: Mutex<Truth>,
    ahead_us: AtomicI64,
    killing: AtomicBool,
    killed: Notify,
}

/// What befalls one call.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Fine,
    /// It fails, before or after it has done its work.
    Fails {
        after: bool,
    },
    /// The process is killed, before or after the call has done its work.
    Killed {
        after: bool,
    },
}

impl World {
    fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            rng: Mutex::new(StdRng::seed_from_u64(seed)),
            truth: Mutex::default(),
            ahead_us: AtomicI64::new(0),
            killing: AtomicBool::new(true),
            killed: Notify::new(),
        })
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().expect("nobody panics")
    }

    fn roll(&self, sides: u32) -> u32 {
        self.rng
            .lock()
            .expect("nobody panics")
            .random_range(0..sides)
    }

    fn fate(&self) -> Fate {
        let killing = self.killing.load(Ordering::Relaxed);
        match self.roll(40) {
            0..=3 => Fate::Fails { after: false },
            4..=7 => Fate::Fails { after: true },
            8 if killing => Fate::Killed { after: false },
            9 if killing => Fate::Killed { after: true },
            _ => Fate::Fine,
        }
    }

    /// Never returns: the workers are dropped here.
    async fn die(&self) -> ! {
        self.killed.notify_one();
        std::future::pending().await
    }

    /// A call through whatever befalls it.
    async fn call<T>(
        &self,
        work: impl Future<Output = Result<T, Unavailable>>,
    ) -> Result<T, Unavailable> {
        let fate = self.fate();
        match fate {
            Fate::Killed { after: false } => self.die().await,
            Fate::Fails { after: false } => return Err(away()),
            _ => {}
        }
        let answer = work.await?;
        match fate {
            Fate::Killed { after: true } => self.die().await,
            Fate::Fails { after: true } => Err(away()),
            _ => Ok(answer),
        }
    }

    fn later(&self) {
        let by = i64::try_from(LATER.as_micros()).expect("a short while");
        self.ahead_us.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_micros(self.ahead_us.load(Ordering::Relaxed))
    }
}

fn away() -> Unavailable {
    Unavailable::new("test", "it is away")
}

struct FaultyLedger {
    inner: Arc<dyn EffectLedger>,
    world: Arc<World>,
}

impl FaultyLedger {
    /// What the ledger itself has taken in, whether or not anybody hears of it.
    fn close<T>(&self, effect: &str, outcome: Result<T, Unavailable>) -> Result<T, Unavailable> {
        if outcome.is_ok() {
            self.world.truth().open.remove(effect);
        }
        outcome
    }
}

#[async_trait]
impl EffectLedger for FaultyLedger {
    async fn begin(
        &self,
        effect: &str,
        attempt: Uuid,
        now: Timestamp,
    ) -> Result<Begun, Unavailable> {
        let begin = async {
            self.world.truth().asked.insert(effect.to_owned());
            let begun = self.inner.begin(effect, attempt, now).await;
            let mut truth = self.world.truth();
            truth.asked.remove(effect);
            if matches!(begun, Ok(Begun::Fresh)) {
                truth.open.insert(effect.to_owned());
            }
            begun
        };
        self.world.call(begin).await
    }

    async fn done(&self, effect: &str, now: Timestamp) -> Result<(), Unavailable> {
        let done = async { self.close(effect, self.inner.done(effect, now).await) };
        self.world.call(done).await
    }

    async fn forget(&self, effect: &str, attempt: Uuid) -> Result<(), Unavailable> {
        let forget = async { self.close(effect, self.inner.forget(effect, attempt).await) };
        self.world.call(forget).await
    }

    async fn in_doubt(&self, begun_before: Timestamp) -> Result<u64, Unavailable> {
        self.inner.in_doubt(begun_before).await
    }

    async fn discard_done(&self, done_before: Timestamp) -> Result<u64, Unavailable> {
        self.inner.discard_done(done_before).await
    }
}

struct FaultyAgenda {
    inner: Arc<dyn Agenda>,
    world: Arc<World>,
}

#[async_trait]
impl Agenda for FaultyAgenda {
    async fn put(&self, task: Task) -> Result<(), Unavailable> {
        self.world.call(self.inner.put(task)).await
    }

    async fn due(
        &self,
        kind: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, Unavailable> {
        self.world.call(self.inner.due(kind, now, limit)).await
    }

    async fn postpone(&self, task: &Task, until: Timestamp) -> Result<(), Unavailable> {
        self.world.call(self.inner.postpone(task, until)).await
    }

    async fn done(&self, task: &Task) -> Result<(), Unavailable> {
        self.world.call(self.inner.done(task)).await
    }

    async fn backlog(&self, kind: &str) -> Result<(u64, Option<Timestamp>), Unavailable> {
        self.inner.backlog(kind).await
    }

    async fn checkpoint(&self, reactor: &str, log: u16) -> Result<u64, Unavailable> {
        self.inner.checkpoint(reactor, log).await
    }

    async fn save_checkpoint(
        &self,
        reactor: &str,
        log: u16,
        offset: u64,
    ) -> Result<(), Unavailable> {
        self.inner.save_checkpoint(reactor, log, offset).await
    }

    async fn cap_checkpoints(&self, log: u16, head: u64) -> Result<(), Unavailable> {
        self.inner.cap_checkpoints(log, head).await
    }
}

/// Sends a letter through a server that fails in every way it can.
struct Sender {
    once: Once,
    world: Arc<World>,
}

impl Sender {
    async fn send(&self, letter: &str) -> Result<(), EffectError> {
        let world = &self.world;
        let sends = || *world.truth().sent.entry(letter.to_owned()).or_default() += 1;
        // An answer to the content that got lost leaves a doubt, whether or not it was taken.
        let doubt = || {
            let effect = format!("{KIND}/{letter}");
            world.truth().doubtful.insert(effect);
            Err(EffectError::InDoubt(away()))
        };
        match world.fate() {
            Fate::Fine => sends(),
            Fate::Fails { after: false } if world.roll(4) == 0 => return doubt(),
            Fate::Fails { after: false } => return Err(EffectError::NotDone(away())),
            Fate::Fails { after: true } => {
                sends();
                return doubt();
            }
            Fate::Killed { after } => {
                if after {
                    sends();
                }
                world.die().await
            }
        }
        Ok(())
    }
}

impl Worker for Sender {
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        self.once.attempt(task, || self.send(&task.key)).await
    }
}

struct Case {
    world: Arc<World>,
    agenda: Arc<dyn Agenda>,
    ledger: Arc<dyn EffectLedger>,
}

impl Case {
    /// A process at work, until `stop`.
    async fn process(&self, stop: CancellationToken) {
        let (inner, world) = (Arc::clone(&self.ledger), Arc::clone(&self.world));
        let ledger = Arc::new(FaultyLedger { inner, world });
        let sender = Sender {
            once: Once::new(ledger, self.world.clone()),
            world: Arc::clone(&self.world),
        };
        let (inner, world) = (Arc::clone(&self.agenda), Arc::clone(&self.world));
        let agenda = Arc::new(FaultyAgenda { inner, world });
        let pace = Pace {
            poll: Duration::from_millis(1),
            first_delay: SignedDuration::from_millis(1),
            hurry: Arc::default(),
        };
        let work = Work {
            worker: sender,
            agenda,
            clock: self.world.clone(),
            pace,
        };
        work.run(stop).await;
    }

    async fn waiting(&self) -> u64 {
        self.agenda.backlog(KIND).await.expect("reads").0
    }

    /// Two processes at once, until one call is their last, or nothing is left to do for now.
    async fn live(&self) {
        let stop = CancellationToken::new();
        let quiet = async {
            let mut looks = 0;
            while self.waiting().await > 0 && looks < 200 {
                looks += 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            ((), ()) = async { tokio::join!(self.process(stop.clone()), self.process(stop.clone())) } => {}
            () = self.world.killed.notified() => {}
            () = quiet => {}
        }
        // Dropped in the middle of whatever they were at: what is open now stays in doubt.
        let mut truth = self.world.truth();
        let Truth { asked, open, .. } = &mut *truth;
        let left: Vec<_> = asked.iter().chain(open.iter()).cloned().collect();
        truth.doubtful.extend(left);
    }

    /// One process that lives until nothing is left to do: what fails around it leaves no doubt by itself.
    async fn settle(&self) {
        self.world.killing.store(false, Ordering::Relaxed);
        let stop = CancellationToken::new();
        let at_rest = async {
            while self.waiting().await > 0 {
                self.world.later();
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            () = self.process(stop) => {}
            ended = timeout(LIMIT, at_rest) => ended.expect("the agenda empties"),
        }
    }

    async fn run(&self, seed: u64) {
        for letter in 0..LETTERS {
            let task = Task::new(KIND, format!("l{letter}"), self.world.now());
            self.agenda.put(task).await.expect("put");
        }
        for _ in 0..self.world.roll(LIVES + 1) {
            self.live().await;
            self.world.later();
        }
        self.settle().await;
        self.judge(seed).await;
    }

    async fn judge(&self, seed: u64) {
        let in_doubt = self.ledger.in_doubt(Timestamp::MAX).await.expect("counted");
        let truth = self.world.truth();
        for letter in 0..LETTERS {
            let (letter, effect) = (format!("l{letter}"), format!("{KIND}/l{letter}"));
            let sent = truth.sent.get(&letter).copied().unwrap_or(0);
            assert!(sent <= 1, "seed {seed}: {letter} was sent {sent} times");
            if !truth.doubtful.contains(&effect) {
                assert_eq!(sent, 1, "seed {seed}: {letter} was lost without a doubt");
            }
        }
        let explained = truth.doubtful.union(&truth.open).count() as u64;
        assert!(
            in_doubt <= explained,
            "seed {seed}: {in_doubt} doubts, {explained} explained"
        );
    }
}

fn cases() -> (u64, u64) {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse().expect("a number"))
    };
    if let Some(seed) = number("PICASSO_SEED") {
        return (seed, 1);
    }
    let full = std::env::var("PICASSO_CAMPAIGN").is_ok_and(|value| value == "full");
    let (short, long) = CASES;
    let count = number("PICASSO_CASES").unwrap_or(if full { long } else { short });
    (rand::rng().random_range(0..1 << 40), count)
}

/// Runs cases, each over a desk of its own.
async fn campaign<D>(open: impl AsyncFn() -> (Arc<dyn Agenda>, Arc<dyn EffectLedger>, D)) {
    let (first, count) = cases();
    println!("{count} cases from seed {first}");
    let (mut sent, mut doubtful) = (0, 0);
    for seed in first..first + count {
        let (agenda, ledger, _kept) = open().await;
        let world = World::new(seed);
        let case = Case {
            world,
            agenda,
            ledger,
        };
        case.run(seed).await;
        let truth = case.world.truth();
        sent += truth.sent.len();
        doubtful += truth.doubtful.len();
    }
    let letters = count as usize * LETTERS;
    println!("{letters} letters: {sent} sent, {doubtful} in doubt at some time, none twice");
    assert!(
        doubtful > 0 && sent > letters / 2,
        "the faults did their work"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_no_letter_is_sent_twice_from_sqlite() {
    campaign(async || {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(&folder.path().join("desk.db")).expect("the desk opens");
        let (agenda, ledger): (Arc<dyn Agenda>, Arc<dyn EffectLedger>) =
            (Arc::new(desk.agenda()), Arc::new(desk.effect_ledger()));
        (agenda, ledger, folder)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_no_letter_is_sent_twice_from_postgres() {
    campaign(async || {
        let schema = Schema::fresh().await;
        let desk = PostgresDesk::open(&schema.url()).await;
        let desk = desk.expect("the desk opens");
        let (agenda, ledger): (Arc<dyn Agenda>, Arc<dyn EffectLedger>) =
            (Arc::new(desk.agenda()), Arc::new(desk.effect_ledger()));
        (agenda, ledger, schema)
    })
    .await;
}
