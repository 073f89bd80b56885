//! A projection to test with, a log full of likes, and the plain fold that everything is compared with.
//!
//! The fold is sensitive to order and repeats: each document carries a chain over the offsets it was given.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use picasso_adapters::sqlite::{event_log::SqliteEventLog, read_store::SqliteReadStore};
use picasso_domain::{
    Aggregate, DomainEvent, EventData, Reaction,
    reaction::ReactionEvent,
    values::{PictureId, UserId},
};
use picasso_eventlog::{
    Appended, Commit, EventFeed, EventLog, LogFeed, LogId, MAX_READ, Metadata, NewEvent, Offset,
    Position, StreamAppend, route,
};
use picasso_projections::{
    Effect, FoldError, Index, IndexEntry, Keys, Live, Order, Projection, Recorded,
    audit::{Verdict, verify},
    erased::AnyProjection,
    ports::{MAX_DOCUMENTS, Parked, ReadStore},
    runtime::{Progress, Runtime},
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::memory::{MemoryLeases, MemoryLog, MemoryStore};

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);
/// Whose likes do not fit while the fold is broken.
pub const MALLORY: &str = "mallory";

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tallied {
    pub likes: i64,
    /// Per log, what all offsets so far come to, in order.
    pub chains: BTreeMap<LogId, u64>,
}

/// Likes per picture (`p/…`, gone when the last is taken back) and per person (`u/…`, over all logs).
#[derive(Clone, Default)]
pub struct Tally<const VERSION: u32 = 1> {
    broken: Arc<AtomicBool>,
}

impl<const VERSION: u32> Tally<VERSION> {
    /// Whether pictures refuse Mallory's likes from now on.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    pub fn erased(&self) -> Arc<dyn AnyProjection> {
        Arc::new(self.clone())
    }
}

impl<const VERSION: u32> Projection for Tally<VERSION> {
    type Document = Tallied;
    const NAME: &'static str = "tally";
    const VERSION: u32 = VERSION;
    const INDEXES: &'static [Index] = &[Index {
        name: "likes",
        order: Order::Descending,
    }];

    fn keys(&self, event: &Recorded) -> Keys {
        match &event.data {
            DomainEvent::Reaction(
                ReactionEvent::PictureLiked {
                    picture_id,
                    user_id,
                }
                | ReactionEvent::PictureUnliked {
                    picture_id,
                    user_id,
                },
            ) => vec![format!("p/{picture_id}"), format!("u/{user_id}")],
            DomainEvent::Account(_)
            | DomainEvent::Handle(_)
            | DomainEvent::PayoutAccount(_)
            | DomainEvent::Picture(_)
            | DomainEvent::Purchase(_) => vec![],
        }
    }

    fn fold(
        &self,
        key: &str,
        document: &mut Tallied,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let (user, change) = match &event.data {
            DomainEvent::Reaction(ReactionEvent::PictureLiked { user_id, .. }) => (user_id, 1),
            DomainEvent::Reaction(ReactionEvent::PictureUnliked { user_id, .. }) => (user_id, -1),
            _ => return Ok(Effect::Keep),
        };
        let chain = document.chains.entry(event.event.log).or_default();
        *chain = chain
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(event.event.offset.0);
        // Refuses only after it has changed something, as a careless fold may.
        if self.broken.load(Ordering::SeqCst) && key.starts_with("p/") && user.as_str() == MALLORY {
            let reason = "mallory again".to_owned();
            return Err(FoldError { reason });
        }
        document.likes += change;
        let empty = key.starts_with("p/") && document.likes == 0;
        Ok(if empty { Effect::Delete } else { Effect::Keep })
    }

    fn index(&self, _key: &str, document: &Tallied) -> Vec<IndexEntry> {
        vec![IndexEntry {
            index: "likes",
            prefix: String::new(),
            sort: format!("{:012}", document.likes),
        }]
    }
}

/// Who likes which picture, written as a commit.
#[derive(Default)]
pub struct Likes {
    sequences: HashMap<String, u64>,
}

impl Likes {
    /// Likes, and takes back at the next call, a picture in the name of a user; answers where it stands.
    pub async fn toggle(&mut self, log: &dyn EventLog, picture: u64, user: &str) -> Position {
        let picture_id = picture_id(picture);
        let user_id = UserId::parse(user).expect("a user");
        let id = Reaction::id(picture_id, &user_id);
        let sequence = self.sequences.entry(id.clone()).or_default();
        let event = if sequence.is_multiple_of(2) {
            ReactionEvent::PictureLiked {
                picture_id,
                user_id,
            }
        } else {
            ReactionEvent::PictureUnliked {
                picture_id,
                user_id,
            }
        };
        let payload = serde_json::value::to_raw_value(&event).expect("JSON");
        let event = NewEvent {
            event_type: event.name().to_owned(),
            event_version: event.version(),
            payload,
        };
        let position = append(log, Reaction::TYPE, &id, *sequence, event).await;
        *sequence += 1;
        position
    }

    /// So many toggles of a few pictures by a few users.
    pub async fn many(&mut self, log: &dyn EventLog, events: u64) {
        for n in 0..events {
            let user = format!("user{}", n * 7 % 11);
            self.toggle(log, n % 13, &user).await;
        }
    }
}

pub fn picture_id(picture: u64) -> PictureId {
    PictureId::new(Uuid::from_u128(picture.into()))
}

pub fn picture_key(picture: u64) -> String {
    format!("p/{}", picture_id(picture))
}

/// An event no version of picasso can read.
pub async fn append_unreadable(log: &dyn EventLog, id: &str) -> Position {
    let event = NewEvent {
        event_type: "PictureAdored".to_owned(),
        event_version: 1,
        payload: serde_json::value::to_raw_value(&7).expect("JSON"),
    };
    append(log, Reaction::TYPE, id, 0, event).await
}

/// An event whose payload is so many bytes of JSON.
pub async fn append_large(log: &dyn EventLog, bytes: usize) -> Position {
    let event = NewEvent {
        event_type: "PictureAdored".to_owned(),
        event_version: 1,
        payload: serde_json::value::to_raw_value(&"x".repeat(bytes - 2)).expect("JSON"),
    };
    append(log, Reaction::TYPE, "large", 0, event).await
}

async fn append(
    log: &dyn EventLog,
    aggregate_type: &str,
    id: &str,
    expected_sequence: u64,
    event: NewEvent,
) -> Position {
    let stream = StreamAppend {
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id: id.to_owned(),
        expected_sequence,
        events: vec![event],
    };
    let commit = Commit {
        log: route(id, log.logs()),
        streams: vec![stream],
        metadata: Metadata::default(),
        request: None,
    };
    match log.append(commit).await.expect("recorded") {
        Appended::Recorded { position } => position,
        Appended::Repeated(_) => unreachable!("it carries no request"),
    }
}

/// A log, a read store and what is needed to run projections over them.
#[derive(Clone)]
pub struct World {
    pub log: Arc<dyn EventLog>,
    pub store: Arc<dyn ReadStore>,
    pub live: Arc<Live>,
    pub leases: Arc<MemoryLeases>,
    _folder: Option<Arc<TempDir>>,
}

impl World {
    pub fn in_memory(logs: u16) -> Self {
        let store = MemoryStore::new();
        Self {
            log: MemoryLog::new(logs),
            live: Live::new(Arc::clone(&store) as _),
            store,
            leases: MemoryLeases::new(),
            _folder: None,
        }
    }

    /// Over a log and a store that somebody else made.
    pub fn over(log: Arc<dyn EventLog>, store: Arc<dyn ReadStore>) -> Self {
        Self {
            log,
            live: Live::new(Arc::clone(&store)),
            store,
            leases: MemoryLeases::new(),
            _folder: None,
        }
    }

    pub fn on_disk(logs: u16) -> Self {
        let folder = TempDir::new().expect("a folder");
        let log = SqliteEventLog::open(&folder.path().join("log.db"), logs).expect("a log");
        let store = SqliteReadStore::open(&folder.path().join("read.db")).expect("a store");
        let store: Arc<dyn ReadStore> = Arc::new(store);
        Self {
            log: Arc::new(log),
            live: Live::new(Arc::clone(&store)),
            store,
            leases: MemoryLeases::new(),
            _folder: Some(Arc::new(folder)),
        }
    }

    /// The same log and documents as another process sees them, through another store in front of them.
    pub fn beside(&self, store: Arc<dyn ReadStore>) -> Self {
        Self {
            live: Live::new(Arc::clone(&store)),
            store,
            ..self.clone()
        }
    }

    /// With leases of its own: its runtimes work beside others, as one does that was frozen and does not know.
    pub fn unaware(&self) -> Self {
        Self {
            leases: MemoryLeases::new(),
            ..self.beside(Arc::clone(&self.store))
        }
    }

    pub fn feed(&self) -> Arc<dyn EventFeed> {
        Arc::new(LogFeed::new(Arc::clone(&self.log)))
    }

    pub fn runtime(&self, projection: Arc<dyn AnyProjection>, feed: Arc<dyn EventFeed>) -> Runtime {
        let (log, live) = (Arc::clone(&self.log), Arc::clone(&self.live));
        let leases = Arc::clone(&self.leases);
        Runtime::new(vec![projection], log, feed, live, leases)
    }

    pub fn start(&self, projection: Arc<dyn AnyProjection>) -> Running {
        Running::new(self.runtime(projection, self.feed()))
    }

    /// An empty generation is live: what comes is folded as it comes, not in bulk at the start.
    pub async fn begin(&self) {
        let epoch = self.log.epoch();
        let made = self.store.create_generation("tally", 1, epoch, &[]).await;
        let made = made.expect("made").id;
        self.store.make_live(&made).await.expect("live");
    }

    pub async fn heads(&self) -> Vec<Position> {
        let mut heads = vec![];
        for log in (0..self.log.logs()).map(LogId) {
            let head = self.log.head(log).await.expect("a head");
            heads.push(Position::new(log, head));
        }
        heads
    }

    /// The readable documents of the live generation, as JSON.
    pub async fn documents(&self) -> BTreeMap<String, String> {
        let live = self.store.live("tally").await.expect("live");
        let generation = live.expect("it was built").id;
        let (mut all, mut after) = (BTreeMap::new(), None::<String>);
        loop {
            let page = self
                .store
                .scan(&generation, after.as_deref(), MAX_DOCUMENTS);
            let page = page.await.expect("a page");
            let Some(last) = page.last() else {
                return all;
            };
            after = Some(last.key.clone());
            let readable = page.into_iter().filter_map(|d| Some((d.key, d.body?)));
            all.extend(readable.map(|(key, body)| (key, body.get().to_owned())));
        }
    }

    /// What the documents are to be: the whole log, event by event, into a map.
    pub async fn plain_fold(&self) -> BTreeMap<String, String> {
        let (tally, mut all) = (Tally::<1>::default(), BTreeMap::<_, Tallied>::new());
        for log in (0..self.log.logs()).map(LogId) {
            let mut last = Offset::START;
            loop {
                let events = self.log.read(log, last, MAX_READ).await.expect("events");
                let Some(end) = events.last() else { break };
                last = end.offset;
                for event in events {
                    let event = Recorded::decode(Arc::new(event)).expect("it is readable");
                    for key in Projection::keys(&tally, &event) {
                        let document = all.entry(key.clone()).or_default();
                        let effect = Projection::fold(&tally, &key, document, &event);
                        if effect.expect("it fits") == Effect::Delete {
                            all.remove(&key);
                        }
                    }
                }
            }
        }
        let json = |document| serde_json::to_string(&document).expect("JSON");
        all.into_iter()
            .map(|(key, document)| (key, json(document)))
            .collect()
    }

    pub async fn audit(&self, projection: &Arc<dyn AnyProjection>) -> Verdict {
        let verdict = verify(projection, &self.log, &self.live).await;
        verdict.expect("a verdict")
    }

    /// The documents are the plain fold, and the audit agrees.
    pub async fn assert_folded(&self) {
        assert_eq!(self.documents().await, self.plain_fold().await);
        let verdict = self.audit(&Tally::<1>::default().erased()).await;
        assert!(verdict.holds(), "{verdict:?}");
    }

    pub async fn parked(&self) -> Vec<Parked> {
        let live = self.store.live("tally").await.expect("live");
        let Some(live) = live else { return vec![] };
        let parked = self.store.parked(&live.id, None, MAX_DOCUMENTS).await;
        parked.expect("a list")
    }
}

/// A runtime at work.
pub struct Running {
    pub progress: Progress,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub fn new(runtime: Runtime) -> Self {
        let (progress, stop) = (runtime.progress(), CancellationToken::new());
        let task = tokio::spawn(runtime.run(stop.clone()));
        Self {
            progress,
            stop,
            task,
        }
    }

    pub async fn reach(&self, position: Position) {
        let deadline = Instant::now() + LIMIT;
        let waited = self.progress.wait_for("tally", position, deadline).await;
        waited.expect("it gets there");
    }

    /// Waits until all logs of `world` are folded.
    pub async fn catch_up(&self, world: &World) {
        for head in world.heads().await {
            self.reach(head).await;
        }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(1), self.task).await;
        ended.expect("within a second").expect("no panic");
    }

    /// Ends it as a crash does: wherever it is.
    pub async fn kill(self) {
        self.task.abort();
        let ended = self.task.await;
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
}

/// Waits until a condition holds, at most [`LIMIT`].
pub async fn until<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let waited = tokio::time::timeout(LIMIT, waiting).await;
    waited.expect("the condition holds in time");
}
