//! The order oracle: each event one to three times, in any order within a window, some never; kills and broken
//! subscriptions on top. Whatever was delivered, the documents equal the plain fold.
//!
//! `PICASSO_CASES` sets how many cases run, `PICASSO_SEED` repeats one.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use picasso_eventlog::{
    Batch, EventFeed, EventLog, FeedError, FeedStream, LogId, MAX_READ, Offset, Position,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::tally::{Likes, Running, Tally, World};

/// Cases of `make test` and of `make campaign`.
const CASES: (u64, u64) = (2_000, 100_000);
/// Cases under way at once: most of their time they wait before they subscribe again.
const AT_ONCE: usize = 64;

/// Hands out what a log holds as the worst allowed transport would.
struct Scrambled {
    log: Arc<dyn EventLog>,
    rng: Mutex<StdRng>,
}

#[async_trait]
impl EventFeed for Scrambled {
    async fn subscribe(
        &self,
        log: LogId,
        after: Offset,
        batch: usize,
    ) -> Result<FeedStream, FeedError> {
        let events = self.log.read(log, after, MAX_READ).await?;
        let mut rng = StdRng::from_rng(&mut *self.rng.lock().expect("nobody panics"));
        let events = events.into_iter().map(Arc::new).collect();
        let mut deliveries: Vec<Result<Batch, FeedError>> = scramble(events, batch, &mut rng)
            .into_iter()
            .map(Ok)
            .collect();
        if rng.random_ratio(1, 8) && !deliveries.is_empty() {
            deliveries.truncate(rng.random_range(0..deliveries.len()));
            let source = "connection lost".into();
            deliveries.push(Err(FeedError::Unavailable { log, source }));
            return Ok(stream::iter(deliveries).boxed());
        }
        Ok(stream::iter(deliveries).chain(stream::pending()).boxed())
    }
}

/// One to three of each, some of none but the last, each at most a window away from its place.
fn scramble(events: Batch, batch: usize, rng: &mut StdRng) -> Vec<Batch> {
    let (window, dropped) = (rng.random_range(1..=12), rng.random_range(0..=3));
    let last = events.last().map(|event| event.offset);
    let mut placed = vec![];
    for (place, event) in events.into_iter().enumerate() {
        if Some(event.offset) != last && rng.random_ratio(dropped, 10) {
            continue;
        }
        for _ in 0..rng.random_range(1..=3) {
            placed.push((place + rng.random_range(0..window), event.clone()));
        }
    }
    placed.shuffle(rng);
    placed.sort_by_key(|(place, _)| *place);
    let mut deliveries = vec![];
    let mut rest = placed.into_iter().map(|(_, event)| event).peekable();
    while rest.peek().is_some() {
        let size = rng.random_range(1..=batch);
        deliveries.push(rest.by_ref().take(size).collect());
    }
    deliveries
}

async fn case(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::in_memory(rng.random_range(1..=2));
    world.begin().await;
    let mut likes = Likes::default();
    for _ in 0..rng.random_range(1..=40) {
        let user = format!("user{}", rng.random_range(0..3));
        likes
            .toggle(&*world.log, rng.random_range(0..4), &user)
            .await;
    }
    for _ in 0..rng.random_range(0..3) {
        let running = start(&world, &mut rng);
        let head = world.heads().await[0];
        let part = Offset(rng.random_range(0..=head.offset.0));
        running.reach(Position::new(head.log, part)).await;
        running.kill().await;
        world.leases.run_out();
    }
    let running = start(&world, &mut rng);
    running.catch_up(&world).await;
    assert_eq!(world.documents().await, world.plain_fold().await);
    running.stop().await;
}

fn start(world: &World, rng: &mut StdRng) -> Running {
    let feed = Scrambled {
        log: Arc::clone(&world.log),
        rng: Mutex::new(StdRng::from_rng(rng)),
    };
    let runtime = world.runtime(Tally::<1>::default().erased(), Arc::new(feed));
    Running::new(runtime.with_batch(rng.random_range(1..=9)))
}

pub fn number(name: &str) -> Option<u64> {
    let raw = std::env::var(name).ok()?;
    Some(
        raw.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {raw:?}")),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign_documents_do_not_depend_on_delivery() {
    if let Some(seed) = number("PICASSO_SEED") {
        return case(seed).await;
    }
    let full = std::env::var("PICASSO_CAMPAIGN").is_ok_and(|campaign| campaign == "full");
    let cases = number("PICASSO_CASES").unwrap_or(if full { CASES.1 } else { CASES.0 });
    let first: u64 = rand::rng().random();
    println!("{cases} cases from seed {first}");
    let seeds = (0..cases).map(|n| first.wrapping_add(n));
    let done =
        stream::iter(seeds.map(|seed| async move { (seed, tokio::spawn(case(seed)).await) }));
    let mut done = done.buffer_unordered(AT_ONCE);
    while let Some((seed, done)) = done.next().await {
        assert!(done.is_ok(), "repeat this case with PICASSO_SEED={seed}");
    }
}
