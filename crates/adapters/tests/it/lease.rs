//! Leases: those of a data folder keep the contract, and `lead` keeps work within them.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use picasso_adapters::sqlite::leases::SqliteLeases;
use picasso_eventlog::{
    contract,
    lease::{Grant, Leases, TERM, lead},
};
use tempfile::TempDir;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::memory::MemoryLeases;

/// Longer than any wait here, by the stopped clock.
const LIMIT: Duration = Duration::from_secs(60);

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn open(&self) -> SqliteLeases {
        SqliteLeases::open(&self.0.path().join("leases")).expect("they open")
    }

    fn marks(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.path().join("leases")).expect("the folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let is_mark = |path: &PathBuf| path.extension().is_some_and(|found| found == "alive");
        paths.filter(is_mark).collect()
    }
}

#[async_trait]
impl contract::leases::Storage for Folder {
    async fn open(&self) -> Arc<dyn Leases> {
        Arc::new(self.open())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_of_a_folder_keep_the_contract() {
    contract::leases::run(|| async { Folder::new() }).await;
}

#[tokio::test]
async fn the_leases_of_a_process_that_ended_are_free_at_once() {
    let folder = Folder::new();
    let (first, second) = (folder.open(), folder.open());
    let held = first
        .take("rebuild", "ann", LIMIT)
        .await
        .expect("an answer");
    assert!(
        second
            .take("rebuild", "bob", LIMIT)
            .await
            .expect("an answer")
            .is_none()
    );
    drop(first);
    let next = second
        .take("rebuild", "bob", LIMIT)
        .await
        .expect("an answer");
    assert!(next > held, "{next:?}");
}

#[tokio::test]
async fn what_a_killed_process_left_behind_is_removed() {
    let folder = Folder::new();
    let first = folder.open();
    let left_behind = first_mark(&folder).with_file_name("00000000.alive");
    std::fs::write(&left_behind, "").expect("written");
    let second = folder.open();
    assert!(!left_behind.exists());
    assert_eq!(folder.marks().len(), 2, "those that live stay");
    drop((first, second));
    assert_eq!(folder.marks(), Vec::<PathBuf>::new());
}

fn first_mark(folder: &Folder) -> PathBuf {
    folder.marks().pop().expect("it marks that it lives")
}

/// One process that would lead, and what it tells of its work.
struct Process {
    stop: CancellationToken,
    task: JoinHandle<()>,
    begun: mpsc::UnboundedReceiver<Grant>,
    works: Arc<AtomicBool>,
}

/// Tells when work is dropped.
struct Working(Arc<AtomicBool>);

impl Working {
    fn begin(works: &Arc<AtomicBool>) -> Self {
        assert!(!works.swap(true, Ordering::SeqCst), "it works twice");
        Self(Arc::clone(works))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Process {
    /// Its work goes on until it is told to stop, and `lingers` a while then.
    fn start(leases: &Arc<MemoryLeases>, lingers: Duration) -> Self {
        let (stop, works) = (CancellationToken::new(), Arc::<AtomicBool>::default());
        let (tell, begun) = mpsc::unbounded_channel();
        let working = Arc::clone(&works);
        let work = move |grant: Grant, stop: CancellationToken| {
            let (tell, working) = (tell.clone(), Arc::clone(&working));
            async move {
                let _working = Working::begin(&working);
                tell.send(grant).expect("someone listens");
                stop.cancelled().await;
                tokio::time::sleep(lingers).await;
            }
        };
        let leases = Arc::clone(leases) as Arc<dyn Leases>;
        let task = tokio::spawn(lead(leases, "relay.0".to_owned(), stop.clone(), work));
        Self {
            stop,
            task,
            begun,
            works,
        }
    }

    async fn leads(&mut self) -> Grant {
        let begun = timeout(LIMIT, self.begun.recv()).await;
        begun.expect("in time").expect("it begins")
    }

    fn works(&self) -> bool {
        self.works.load(Ordering::SeqCst)
    }

    /// Waits until its work was dropped or has ended.
    async fn rests(&self) {
        let resting = async {
            while self.works() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(LIMIT, resting).await.expect("it rests in time");
    }

    async fn stop(self) {
        self.stop.cancel();
        let ended = timeout(LIMIT, self.task).await.expect("in time");
        ended.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn another_leads_once_the_first_has_stopped() {
    let leases = MemoryLeases::new();
    let mut first = Process::start(&leases, Duration::ZERO);
    let before = first.leads().await;
    let mut second = Process::start(&leases, Duration::ZERO);
    tokio::time::sleep(10 * TERM).await;
    assert!(
        first.works() && !second.works(),
        "the first keeps its lease"
    );
    let stopped = Instant::now();
    first.stop().await;
    let after = second.leads().await;
    assert!(after.token > before.token);
    assert!(stopped.elapsed() <= TERM / 5, "it was given back");
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn another_leads_once_the_first_has_died() {
    let leases = MemoryLeases::new();
    let mut first = Process::start(&leases, Duration::ZERO);
    let before = first.leads().await;
    let mut second = Process::start(&leases, Duration::ZERO);
    let died = Instant::now();
    first.task.abort();
    let after = second.leads().await;
    assert!(after.token > before.token);
    assert!(died.elapsed() <= TERM + TERM / 5, "{:?}", died.elapsed());
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn work_is_dropped_before_its_lease_runs_out_when_renewals_fail() {
    let leases = MemoryLeases::new();
    let mut process = Process::start(&leases, Duration::ZERO);
    process.leads().await;
    tokio::time::sleep(3 * TERM).await;
    let cut_off = Instant::now();
    leases.cut_off(true);
    process.rests().await;
    let rested = cut_off.elapsed();
    assert!(rested >= TERM * 3 / 5, "one failure is no loss: {rested:?}");
    assert!(
        rested <= TERM * 4 / 5 + Duration::from_millis(20),
        "{rested:?}"
    );
    leases.cut_off(false);
    process.leads().await;
    process.stop().await;
}

#[tokio::test(start_paused = true)]
async fn work_is_dropped_before_its_lease_runs_out_when_nothing_answers() {
    let leases = MemoryLeases::new();
    let mut process = Process::start(&leases, Duration::ZERO);
    process.leads().await;
    let silent = Instant::now();
    leases.fall_silent();
    process.rests().await;
    let rested = silent.elapsed();
    assert!(
        rested <= TERM * 4 / 5 + Duration::from_millis(20),
        "{rested:?}"
    );
    process.stop().await;
}

#[tokio::test(start_paused = true)]
async fn work_goes_on_when_a_renewal_or_two_fail() {
    let leases = MemoryLeases::new();
    let mut process = Process::start(&leases, Duration::ZERO);
    process.leads().await;
    for _ in 0..5 {
        leases.cut_off(true);
        tokio::time::sleep(TERM * 2 / 5).await;
        leases.cut_off(false);
        tokio::time::sleep(TERM * 2 / 5).await;
        assert!(process.works());
    }
    process.stop().await;
}

#[tokio::test(start_paused = true)]
async fn work_is_dropped_when_another_has_taken_the_lease() {
    let leases = MemoryLeases::new();
    let mut process = Process::start(&leases, Duration::ZERO);
    process.leads().await;
    leases.run_out();
    let taken = leases.take("relay.0", "another", LIMIT).await;
    assert!(taken.expect("an answer").is_some());
    let began = Instant::now();
    process.rests().await;
    assert!(began.elapsed() <= TERM / 5 + Duration::from_millis(20));
    process.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_the_work_and_gives_the_lease_back() {
    let leases = MemoryLeases::new();
    let lingers = 4 * TERM + TERM / 10;
    let mut process = Process::start(&leases, lingers);
    process.leads().await;
    let works = Arc::clone(&process.works);
    let mut second = Process::start(&leases, Duration::ZERO);
    let began = Instant::now();
    process.stop().await;
    assert!(began.elapsed() >= lingers, "its work lingers");
    assert!(!works.load(Ordering::SeqCst));
    assert!(!second.works(), "the lease was kept while the work went on");
    second.leads().await;
    assert!(began.elapsed() <= lingers + TERM / 5);
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_more_than_once_a_second() {
    let leases = MemoryLeases::new();
    let processes = [(); 3].map(|()| Process::start(&leases, Duration::ZERO));
    tokio::time::sleep(Duration::from_secs(100)).await;
    let asked = leases.asked();
    assert!((290..=310).contains(&asked), "{asked}");
    for process in processes {
        process.stop().await;
    }
}
