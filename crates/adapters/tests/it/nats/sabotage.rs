//! Sabotage of NATS while commands flow: whatever happens to streams and servers, readers and read models get the log,
//! whole, in order, once, and soon; commands do not notice.
//!
//! `PICASSO_CAMPAIGN=full` runs every round, `PICASSO_CASES` sets how many, `PICASSO_SEED` repeats a run. A reader that follows the log without NATS
//! is the measure of the machine: what it is late by is not the feed's doing.

#[path = "sabotage/cluster.rs"]
mod cluster;
#[path = "sabotage/damage.rs"]
mod damage;
#[path = "sabotage/market.rs"]
mod market;
#[path = "sabotage/readers.rs"]
mod readers;

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use self::{cluster::Cluster, damage::Damage, market::Market};
use crate::delivery::number;

/// Rounds on one server and on three, small and in full.
const ROUNDS: [(usize, usize, usize); 2] = [(1, 8, 200), (3, 1, 50)];
/// So many events are recorded after the damage before a round ends.
const AFTERWARDS: u64 = 200;
/// The longest that a reader may not have what was recorded.
const NOTICED: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_sabotage_of_one_server() {
    campaign(ROUNDS[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_sabotage_of_a_cluster() {
    campaign(ROUNDS[1]).await;
}

async fn campaign((servers, small, full): (usize, usize, usize)) {
    let seed = number("PICASSO_SEED").unwrap_or_else(|| rand::rng().random());
    let is_full = std::env::var("PICASSO_CAMPAIGN").is_ok_and(|campaign| campaign == "full");
    let rounds = number("PICASSO_CASES").map(|rounds| usize::try_from(rounds).expect("few"));
    let rounds = rounds.unwrap_or(if is_full { full } else { small });
    println!("{rounds} rounds on {servers} servers, PICASSO_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut cluster = Cluster::start(servers).await;
    let market = Market::open(&cluster).await;
    let mut worst = Worst::default();
    let mut left: Vec<Damage> = vec![];
    for round in 1..=rounds {
        if left.is_empty() {
            left = Damage::ALL.to_vec();
            left.shuffle(&mut rng);
        }
        let damage = left.pop().expect("it was filled");
        market.begin_round();
        damage.inflict(&mut cluster, &market, &mut rng).await;
        market.go_on(AFTERWARDS).await;
        let healed = market.wait_healed().await;
        let lateness = market.end_round().await;
        println!("round {round}: {damage:?}: {lateness:?}, stream whole after {healed:?}");
        assert!(
            lateness.feed <= NOTICED + lateness.control,
            "round {round}, {damage:?}: a reader had to wait for {lateness:?}"
        );
        worst.note(damage, lateness.feed, lateness.control, healed);
    }
    let events = market.close().await;
    println!(
        "{events} events in {rounds} rounds on {servers} servers, PICASSO_SEED={seed}: {worst:?}"
    );
}

/// What took longest, over all rounds.
#[derive(Debug, Default)]
struct Worst {
    reader: Option<(Duration, Damage)>,
    control: Duration,
    healed: Option<(Duration, Damage)>,
}

impl Worst {
    fn note(&mut self, damage: Damage, reader: Duration, control: Duration, healed: Duration) {
        self.reader = self.reader.max(Some((reader, damage)));
        self.control = self.control.max(control);
        self.healed = self.healed.max(Some((healed, damage)));
    }
}
