//! The contract of [`Leases`]: one holder at a time, taken over only once it has run out, told apart by a token that
//! rises.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use super::{Case, rules};
use crate::lease::{Grant, Leases};

/// Longer than any case takes.
const LONG: Duration = Duration::from_secs(600);
/// Runs out while a case waits for it.
const SHORT: Duration = Duration::from_millis(300);
/// How long a case waits for a lease to run out.
const LIMIT: Duration = Duration::from_secs(20);

/// A place where leases are kept, beyond any [`Leases`] that opens it.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Opens what is kept here; cases open it beside another (a second process).
    async fn open(&self) -> Arc<dyn Leases>;
}

/// Every rule, in reading order.
#[must_use]
pub fn cases() -> Vec<Case<dyn Storage>> {
    rules!(list
        a_lease_has_one_holder,
        names_do_not_mix,
        its_holder_renews_it,
        it_is_taken_over_once_it_has_run_out,
        it_is_taken_at_once_when_it_was_given_back,
        only_its_holder_gives_it_back,
        of_many_who_ask_at_once_one_gets_it,
        the_token_stays_when_it_is_renewed,
        the_token_rises_with_each_holder
    )
}

/// Runs every case, each over fresh storage.
///
/// # Panics
/// When the leases break a rule; the last name printed is that of the rule.
pub async fn run<F, S>(fresh: impl Fn() -> F)
where
    F: Future<Output = S>,
    S: Storage,
{
    for case in cases() {
        println!("leases contract: {}", case.name);
        case.check(Arc::new(fresh().await)).await;
    }
}

async fn a_lease_has_one_holder(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    assert!(take(&here, "ann", LONG).await.is_some());
    assert!(take(&there, "bob", LONG).await.is_none());
    assert!(take(&here, "bob", LONG).await.is_none());
}

async fn names_do_not_mix(storage: Arc<dyn Storage>) {
    let leases = storage.open().await;
    for name in ["rebuild", "rebuild.", "REBUILD", "%", "relay.0"] {
        let taken = leases.take(name, name, LONG).await.expect("an answer");
        assert!(taken.is_some(), "{name}");
    }
    leases.give_back("%", "%").await.expect("given back");
    let other = leases.take("rebuild", "ann", LONG).await;
    assert!(other.expect("an answer").is_none());
}

async fn its_holder_renews_it(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    let began = Instant::now();
    assert!(take(&here, "ann", SHORT).await.is_some());
    assert!(take(&here, "ann", LONG).await.is_some());
    while began.elapsed() < 2 * SHORT {
        assert!(take(&there, "bob", LONG).await.is_none());
        sleep(SHORT / 10).await;
    }
}

async fn it_is_taken_over_once_it_has_run_out(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    let began = Instant::now();
    assert!(take(&here, "ann", SHORT).await.is_some());
    while take(&there, "bob", LONG).await.is_none() {
        assert!(began.elapsed() < LIMIT, "it never runs out");
        sleep(SHORT / 10).await;
    }
    assert!(began.elapsed() >= SHORT, "it ran out too early");
    assert!(take(&here, "ann", LONG).await.is_none());
}

async fn it_is_taken_at_once_when_it_was_given_back(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    assert!(take(&here, "ann", LONG).await.is_some());
    give_back(&here, "ann").await;
    assert!(take(&there, "bob", LONG).await.is_some());
    give_back(&here, "ann").await;
    assert!(take(&here, "ann", LONG).await.is_none(), "it is bob's");
}

async fn only_its_holder_gives_it_back(storage: Arc<dyn Storage>) {
    let leases = storage.open().await;
    give_back(&leases, "bob").await;
    assert!(take(&leases, "ann", LONG).await.is_some());
    give_back(&leases, "bob").await;
    assert!(take(&leases, "bob", LONG).await.is_none());
}

async fn of_many_who_ask_at_once_one_gets_it(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    for _ in 0..8 {
        let asking = (0..16).map(|n: usize| {
            let leases = if n.is_multiple_of(2) { &here } else { &there };
            let holder = n.to_string();
            async move { (take(leases, &holder, LONG).await, holder) }
        });
        let held = join_all(asking).await;
        let held: Vec<_> = held
            .into_iter()
            .filter(|(held, _)| held.is_some())
            .collect();
        let [(_, holder)] = &held[..] else {
            panic!("{} hold it", held.len());
        };
        give_back(&here, holder).await;
    }
}

async fn the_token_stays_when_it_is_renewed(storage: Arc<dyn Storage>) {
    let leases = storage.open().await;
    let first = take(&leases, "ann", LONG).await;
    assert!(first.is_some());
    assert_eq!(take(&leases, "ann", LONG).await, first);
    assert_eq!(take(&leases, "ann", SHORT).await, first);
}

async fn the_token_rises_with_each_holder(storage: Arc<dyn Storage>) {
    let (here, there) = (storage.open().await, storage.open().await);
    let mut last = None;
    for round in 0..6 {
        let leases = if round % 2 == 0 { &here } else { &there };
        let holder = format!("holder {round}");
        let now = take(leases, &holder, LONG).await;
        assert!(now > last, "{now:?} after {last:?}");
        last = now;
        give_back(leases, &holder).await;
    }
    assert!(take(&here, "ann", SHORT).await > last);
    last = take(&here, "ann", SHORT).await;
    let began = Instant::now();
    while began.elapsed() < LIMIT {
        if let Some(overtaking) = take(&there, "bob", LONG).await {
            assert!(Some(overtaking) > last);
            return;
        }
        sleep(SHORT / 10).await;
    }
    panic!("it never runs out");
}

async fn take(leases: &Arc<dyn Leases>, holder: &str, term: Duration) -> Option<Grant> {
    let answer = leases.take("rebuild", holder, term).await;
    answer.expect("an answer")
}

async fn give_back(leases: &Arc<dyn Leases>, holder: &str) {
    let answer = leases.give_back("rebuild", holder).await;
    answer.expect("an answer");
}
