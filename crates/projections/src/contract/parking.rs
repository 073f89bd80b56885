//! Parked documents: no event of theirs is forgotten, and they flow again only once none waits.

use std::sync::Arc;

use picasso_domain::Timestamp;
use picasso_eventlog::{LogId, Offset};

use super::{
    Storage,
    fixture::{Fixture, LOG, offsets},
    rules,
};
use crate::ports::{Offsets, Parked};

rules![
    a_parked_document_is_listed_with_its_reason,
    parked_documents_are_listed_page_by_page,
    parking_again_keeps_what_waits,
    an_event_waits_only_for_a_parked_document,
    a_document_flows_again_only_once_nothing_waits,
    unparking_what_is_not_parked_is_quiet,
];

async fn a_parked_document_is_listed_with_its_reason(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let parked = parked("a", 5, 5);
    at.store.park(&at.generation, &parked).await.expect("ok");
    assert_eq!(list(&at, None, 9).await, [parked]);
}

async fn parked_documents_are_listed_page_by_page(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    for key in ["c", "a", "b"] {
        let parked = parked(key, 5, 5);
        at.store.park(&at.generation, &parked).await.expect("ok");
    }
    let keys = |list: Vec<Parked>| list.into_iter().map(|p| p.key).collect::<Vec<_>>();
    assert_eq!(keys(list(&at, None, 2).await), ["a", "b"]);
    assert_eq!(keys(list(&at, Some("b"), 2).await), ["c"]);
}

async fn parking_again_keeps_what_waits(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let mut again = parked("a", 5, 9);
    at.store.park(&at.generation, &again).await.expect("ok");
    again.waiting = Offsets::from([(LOG, Offset(7)), (LogId(2), Offset(3))]);
    again.attempts = 2;
    again.reason = "still".into();
    at.store.park(&at.generation, &again).await.expect("ok");
    let found = list(&at, None, 9).await.pop().expect("parked");
    assert_eq!((found.attempts, found.reason.as_str()), (2, "still"));
    assert_eq!(
        found.waiting,
        Offsets::from([(LOG, Offset(9)), (LogId(2), Offset(3))])
    );
}

async fn an_event_waits_only_for_a_parked_document(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    assert!(!defer(&at, "a", 6).await);
    at.store
        .park(&at.generation, &parked("a", 5, 5))
        .await
        .expect("ok");
    assert!(defer(&at, "a", 8).await);
    assert!(defer(&at, "a", 7).await);
    assert!(!defer(&at, "b", 7).await);
    let found = list(&at, None, 9).await.pop().expect("parked");
    assert_eq!((found.offset, found.waiting), (Offset(5), offsets(8)));
}

async fn a_document_flows_again_only_once_nothing_waits(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.store
        .park(&at.generation, &parked("a", 5, 5))
        .await
        .expect("ok");
    assert!(defer(&at, "a", 8).await);
    let unpark = |offset| {
        let (store, generation) = (Arc::clone(&at.store), at.generation.clone());
        async move { store.unpark(&generation, "a", &offsets(offset)).await }
    };
    assert!(!unpark(7).await.expect("an answer"));
    assert!(defer(&at, "a", 8).await, "it is still parked");
    assert!(unpark(8).await.expect("an answer"));
    assert!(!defer(&at, "a", 9).await, "it flows");
    assert!(list(&at, None, 9).await.is_empty());
}

async fn unparking_what_is_not_parked_is_quiet(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let answer = at.store.unpark(&at.generation, "a", &offsets(1)).await;
    assert!(answer.expect("an answer"));
}

fn parked(key: &str, offset: u64, waiting: u64) -> Parked {
    Parked {
        key: key.into(),
        log: LOG,
        offset: Offset(offset),
        waiting: offsets(waiting),
        reason: "a like of an unknown picture".into(),
        attempts: 1,
        parked_at: Timestamp::from_second(1_700_000_000).expect("a time"),
    }
}

async fn list(at: &Fixture, after: Option<&str>, limit: usize) -> Vec<Parked> {
    let found = at.store.parked(&at.generation, after, limit).await;
    found.expect("a list")
}

async fn defer(at: &Fixture, key: &str, offset: u64) -> bool {
    let deferred = at.store.defer(&at.generation, key, LOG, Offset(offset));
    deferred.await.expect("an answer")
}
