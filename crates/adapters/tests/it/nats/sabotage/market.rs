//! A log with writers, a relay, readers and a read model, all at work until the end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_nats::jetstream::{Context, stream::Stream};
use futures::future::join_all;
use picasso_adapters::nats::{Nats, Settings, feed::JetStreamFeed, relay::Relay};
use picasso_eventlog::{EventFeed, EventLog, LogFeed, LogId, MAX_READ, Offset};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    cluster::Cluster,
    readers::{Lateness, Reader, Times, digest},
};
use crate::tally::{LIMIT, Likes, Running, Tally, World, until};

pub const LOG: LogId = LogId(0);
const WRITERS: usize = 4;
/// What a writer rests between two commands.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a stream may take to be whole again; the servers' elections are in it.
const HEAL: Duration = Duration::from_secs(120);

pub struct Market {
    world: World,
    other: Context,
    stream: String,
    times: Arc<Times>,
    readers: Vec<Reader>,
    control: Reader,
    running: Running,
    writers: JoinSet<()>,
    relay: JoinHandle<()>,
    stop: CancellationToken,
    since: Mutex<Instant>,
}

impl Market {
    pub async fn open(cluster: &Cluster) -> Self {
        let (url, world) = (cluster.url(), World::on_disk(1));
        world.begin().await;
        let settings = Settings {
            replicas: cluster.servers.len(),
            ..Settings::default()
        };
        let connect = || async {
            let nats = Nats::connect(&url, settings.clone(), world.log.epoch()).await;
            nats.expect("the servers answer")
        };
        let stop = CancellationToken::new();
        let relay = Relay::new(connect().await, Arc::clone(&world.log), LOG);
        let stopped = stop.clone();
        let relay = tokio::spawn(async move { relay.run(stopped).await });
        let (times, mut readers) = (Arc::new(Times::default()), vec![]);
        for batch in [1_000, 100, 7] {
            let feed = JetStreamFeed::new(connect().await, Arc::clone(&world.log));
            // The last one comes and goes.
            let stays = batch != 7;
            readers.push(Reader::start(
                Arc::new(feed),
                Arc::clone(&times),
                batch,
                stays,
            ));
        }
        let direct = Arc::new(LogFeed::new(Arc::clone(&world.log)));
        let control = Reader::start(direct, Arc::clone(&times), 100, true);
        let feed = JetStreamFeed::new(connect().await, Arc::clone(&world.log));
        let feed: Arc<dyn EventFeed> = Arc::new(feed);
        let running = Running::new(world.runtime(Tally::<1>::default().erased(), feed));
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (log, times, stop) = (Arc::clone(&world.log), Arc::clone(&times), stop.clone());
            writers.spawn(async move { write(log, &times, writer, stop).await });
        }
        let servers: Vec<_> = cluster.servers.iter().map(|server| server.url()).collect();
        let client = async_nats::connect(servers).await.expect("they answer");
        let market = Self {
            other: async_nats::jetstream::new(client),
            stream: "picasso_0".to_owned(),
            since: Mutex::new(Instant::now()),
            world,
            times,
            readers,
            control,
            running,
            writers,
            relay,
            stop,
        };
        market.wait_healed().await;
        market
    }

    pub fn nats(&self) -> &Context {
        &self.other
    }

    /// The stream as it is, as soon as a server tells.
    pub async fn stream(&self) -> Stream {
        let until = Instant::now() + HEAL;
        loop {
            match self.other.get_stream(&self.stream).await {
                Ok(stream) => return stream,
                Err(error) => assert!(Instant::now() < until, "no stream: {error}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn head(&self) -> Offset {
        self.world.log.head(LOG).await.expect("a head")
    }

    /// Waits until so many more events are recorded.
    pub async fn go_on(&self, events: u64) {
        let wanted = self.head().await.0 + events;
        until(|| async { self.head().await.0 >= wanted }).await;
    }

    /// Waits until so many more events are in the stream.
    pub async fn wait_grown(&self, events: u64) {
        let wanted = self.head().await.0 + events;
        self.wait_stream(wanted).await;
    }

    /// Waits until the stream has everything there is now, and tells how long after the round's begin that was.
    pub async fn wait_healed(&self) -> Duration {
        self.wait_stream(self.head().await.0).await;
        self.since.lock().expect("nobody panics").elapsed()
    }

    async fn wait_stream(&self, wanted: u64) {
        let until = Instant::now() + HEAL;
        while self.stream().await.cached_info().state.last_sequence < wanted {
            assert!(
                Instant::now() < until,
                "the stream does not get to {wanted}"
            );
            self.assert_alive();
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn assert_alive(&self) {
        let mut readers = self.readers.iter().chain([&self.control]);
        assert!(readers.all(Reader::is_alive), "a reader has ended");
        assert!(!self.relay.is_finished(), "the relay has ended");
        assert_eq!(self.writers.len(), WRITERS);
    }

    pub fn begin_round(&self) {
        *self.since.lock().expect("nobody panics") = Instant::now();
        for reader in self.readers.iter().chain([&self.control]) {
            reader.begin_round();
        }
    }

    /// Waits until everyone has what there is now; tells how late they ever were in this round.
    pub async fn end_round(&self) -> Lateness {
        let head = self.head().await;
        join_all(self.readers.iter().map(|reader| reader.reach(head))).await;
        self.control.reach(head).await;
        self.running
            .reach(picasso_eventlog::Position::new(LOG, head))
            .await;
        Lateness {
            feed: self
                .readers
                .iter()
                .map(Reader::lateness)
                .max()
                .expect("readers"),
            control: self.control.lateness(),
        }
    }

    /// Ends everything and compares what everyone got with the log; tells how many events there are.
    pub async fn close(mut self) -> u64 {
        self.assert_alive();
        self.stop.cancel();
        // A command that was refused has panicked in its writer.
        while let Some(ended) = self.writers.join_next().await {
            ended.expect("no command failed");
        }
        (&mut self.relay).await.expect("no panic");
        let head = self.world.log.head(LOG).await.expect("a head");
        let mut expected = (Offset::START, 0);
        while expected.0 < head {
            let events = self
                .world
                .log
                .read(LOG, expected.0, MAX_READ)
                .await
                .expect("events");
            for event in &events {
                expected = (event.offset, digest(expected.1, event));
            }
        }
        for reader in self.readers.into_iter().chain([self.control]) {
            reader.reach(head).await;
            assert_eq!(reader.end().await, expected, "a reader did not get the log");
        }
        self.running.catch_up(&self.world).await;
        self.world.assert_folded().await;
        self.running.stop().await;
        assert_eq!(self.times.len(), head.0);
        head.0
    }
}

/// Commands, one after the other; each must be taken.
async fn write(log: Arc<dyn EventLog>, times: &Times, writer: usize, stop: CancellationToken) {
    let (mut likes, mut n) = (Likes::default(), 0);
    while !stop.is_cancelled() {
        let user = format!("writer{writer}");
        let began = Instant::now();
        let position = likes.toggle(log.as_ref(), n % 17, &user).await;
        assert!(
            began.elapsed() < LIMIT,
            "a command took {:?}",
            began.elapsed()
        );
        times.note(position.offset);
        n += 1;
        stop.run_until_cancelled(sleep(PAUSE)).await;
    }
}
