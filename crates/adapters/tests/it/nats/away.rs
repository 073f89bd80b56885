//! NATS is not there, or goes away and comes back: commands and read models go on, and what catches up is bounded.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use futures::StreamExt;
use picasso_adapters::nats::feed::JetStreamFeed;
use picasso_eventlog::{
    AppendError, Appended, Commit, Epoch, EventFeed, EventLog, LogError, LogId, Offset,
    RecordedEvent, RequestKey, StoredReply,
};

use super::{deployment::Deployment, server::Server};
use crate::{
    memory::MemoryStore,
    tally::{Likes, Running, Tally, World, until},
};

/// Batches of the read model: more than that is never in memory.
const BATCH: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn read_models_go_on_without_nats_and_catch_up_in_bounded_steps() {
    let mut server = Server::start().await;
    let mut deployment = Deployment::started(&server.url(), 1).await;
    let metered = Metered::new(Arc::clone(&deployment.log));
    let world = World::over(Arc::clone(&metered) as _, MemoryStore::new());
    world.begin().await;
    let feed = JetStreamFeed::new(deployment.nats.clone(), Arc::clone(&metered) as _);
    let (feed, mut likes): (Arc<dyn EventFeed>, _) = (Arc::new(feed), Likes::default());
    // Gone before anybody has read anything, and for good as far as they know.
    server.kill();
    let runtime = world.runtime(Tally::<1>::default().erased(), Arc::clone(&feed));
    let running = Running::new(runtime.with_batch(BATCH));
    for _ in 0..20 {
        likes.many(&*world.log, 100).await;
        running.catch_up(&world).await;
    }
    running.stop().await;
    // Nobody reads for a while, then the server is back, with nothing in it.
    likes.many(&*world.log, 2_000).await;
    server.run();
    server.wait_ready().await;
    let runtime = world.runtime(Tally::<1>::default().erased(), feed);
    let running = Running::new(runtime.with_batch(BATCH));
    running.catch_up(&world).await;
    let head = world.heads().await[0].offset.0;
    let (other, stream) = (deployment.other().await, deployment.stream(LogId(0)));
    until(|| async {
        let found = other.get_stream(&stream).await;
        found.is_ok_and(|found| found.cached_info().state.last_sequence == head)
    })
    .await;
    let largest = metered.largest.load(Ordering::SeqCst);
    assert!(largest <= BATCH, "{largest} events were read at once");
    world.assert_folded().await;
    running.stop().await;
    deployment.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_far_behind_without_nats_does_not_rest_between_batches() {
    const EVENTS: u64 = 500;
    let mut server = Server::start().await;
    let deployment = Deployment::idle(&server.url(), 1).await;
    let metered = Metered::new(Arc::clone(&deployment.log));
    Likes::default().many(&*metered, EVENTS).await;
    let feed = JetStreamFeed::new(deployment.nats.clone(), Arc::clone(&metered) as _);
    server.kill();
    let mut batches = feed
        .subscribe(LogId(0), Offset::START, 1)
        .await
        .expect("subscribed");
    let mut last = Offset::START;
    while last.0 < EVENTS {
        let batch = batches.next().await.expect("more").expect("no trouble");
        last = batch.last().expect("an event").offset;
    }
    let waits = metered.waits.load(Ordering::SeqCst);
    assert!(waits < 20, "{waits} rests on {EVENTS} batches");
}

/// Notes how many events a reader ever asked for at once, and how often one waited for the log to grow.
struct Metered {
    log: Arc<dyn EventLog>,
    largest: AtomicUsize,
    waits: AtomicUsize,
}

impl Metered {
    fn new(log: Arc<dyn EventLog>) -> Arc<Self> {
        Arc::new(Self {
            log,
            largest: AtomicUsize::new(0),
            waits: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl EventLog for Metered {
    fn logs(&self) -> u16 {
        self.log.logs()
    }

    fn epoch(&self) -> Epoch {
        self.log.epoch()
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        self.log.append(commit).await
    }

    async fn load(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let loaded = self.log.load(aggregate_type, aggregate_id, after, limit);
        loaded.await
    }

    async fn read(
        &self,
        log: LogId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        self.largest.fetch_max(limit, Ordering::SeqCst);
        self.log.read(log, after, limit).await
    }

    async fn head(&self, log: LogId) -> Result<Offset, LogError> {
        self.log.head(log).await
    }

    async fn find_request(
        &self,
        log: LogId,
        key: &RequestKey,
    ) -> Result<Option<StoredReply>, LogError> {
        self.log.find_request(log, key).await
    }

    async fn wait_beyond(&self, log: LogId, seen: Offset) {
        self.waits.fetch_add(1, Ordering::SeqCst);
        self.log.wait_beyond(log, seen).await;
    }
}
