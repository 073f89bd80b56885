//! Leases: one holder, taken over only when it has run out.

use std::{sync::Arc, time::Duration};

use picasso_domain::Timestamp;

use super::{Storage, rules};
use crate::ports::ReadStore;

rules![
    a_lease_has_one_holder,
    its_holder_renews_it,
    it_is_taken_over_once_it_has_run_out,
    a_term_of_zero_gives_it_back,
    of_many_who_ask_at_once_one_gets_it,
];

async fn a_lease_has_one_holder(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    assert!(take(&store, "rebuild", "ann", 0, 10).await);
    assert!(!take(&store, "rebuild", "bob", 5, 10).await);
    assert!(take(&store, "relay", "bob", 5, 10).await, "another name");
}

async fn its_holder_renews_it(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    assert!(take(&store, "rebuild", "ann", 0, 10).await);
    assert!(take(&store, "rebuild", "ann", 9, 10).await);
    assert!(!take(&store, "rebuild", "bob", 18, 10).await);
}

async fn it_is_taken_over_once_it_has_run_out(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    assert!(take(&store, "rebuild", "ann", 0, 10).await);
    let other = storage.open().await;
    assert!(take(&other, "rebuild", "bob", 10, 10).await);
    assert!(!take(&store, "rebuild", "ann", 11, 10).await);
}

async fn a_term_of_zero_gives_it_back(storage: Arc<dyn Storage>) {
    let store = storage.open().await;
    assert!(take(&store, "rebuild", "ann", 0, 10).await);
    assert!(take(&store, "rebuild", "ann", 3, 0).await);
    assert!(take(&store, "rebuild", "bob", 3, 10).await);
}

async fn of_many_who_ask_at_once_one_gets_it(storage: Arc<dyn Storage>) {
    let (first, second) = (storage.open().await, storage.open().await);
    let asking = (0..16).map(|n: usize| {
        let store = if n.is_multiple_of(2) { &first } else { &second };
        let holder = n.to_string();
        async move { take(store, "rebuild", &holder, 0, 10).await }
    });
    let held = futures::future::join_all(asking).await;
    assert_eq!(held.into_iter().filter(|held| *held).count(), 1);
}

async fn take(store: &Arc<dyn ReadStore>, name: &str, holder: &str, now_s: i64, s: u64) -> bool {
    let now = Timestamp::from_second(1_700_000_000 + now_s).expect("a time");
    let term = Duration::from_secs(s);
    let held = store.lease(name, holder, now, term).await;
    held.expect("an answer")
}
