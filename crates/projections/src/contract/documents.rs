//! Guarded writes: nothing is lost to a race, nothing is half stored.

use std::sync::Arc;

use super::{
    Storage,
    fixture::{Fixture, body, document, json, newest, offsets},
    rules,
};
use crate::{
    Order,
    ports::{DocumentWrite, MAX_DOCUMENTS, ReadStoreError},
};

rules![
    a_document_reads_back_as_written,
    missing_documents_are_left_out,
    a_write_raises_the_revision,
    a_write_upon_another_revision_is_reported_and_changes_nothing,
    a_second_first_write_is_reported,
    of_many_first_writes_at_once_one_wins,
    lost_writes_do_not_hold_up_the_others,
    a_deleted_document_keeps_its_offsets,
    a_deleted_document_can_come_back,
    a_scan_meets_every_document_once_in_order,
    documents_survive_a_restart,
    too_many_documents_are_refused,
];

async fn a_document_reads_back_as_written(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let text = r#"{"title":"Überfahrt 🖼","likes":9007199254740993}"#;
    at.put(vec![document("a", text)]).await;
    let stored = at.get("a").await.expect("found");
    assert_eq!(body(&stored), Some(text));
    assert_eq!((stored.revision, stored.folded), (1, offsets(1)));
}

async fn missing_documents_are_left_out(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![document("a", "{}"), document("b", "{}")]).await;
    let keys = ["b", "x", "a"].map(str::to_owned);
    let found = at.store.get_many(&at.generation, &keys).await;
    let mut found: Vec<_> = found.expect("read").into_iter().map(|d| d.key).collect();
    found.sort();
    assert_eq!(found, ["a", "b"]);
}

async fn a_write_raises_the_revision(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![document("a", "1")]).await;
    for revision in 1..4 {
        at.put(vec![again("a", revision, "2")]).await;
        assert_eq!(at.get("a").await.expect("found").revision, revision + 1);
    }
}

async fn a_write_upon_another_revision_is_reported_and_changes_nothing(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![newest("a", "5")]).await;
    let mut late = again("a", 2, "2");
    late.entries = newest("a", "6").entries;
    assert_eq!(at.write(vec![late]).await, ["a"]);
    assert_eq!(at.write(vec![again("b", 1, "2")]).await, ["b"]);
    let stored = at.get("a").await.expect("found");
    assert_eq!((stored.revision, body(&stored)), (1, Some("{}")));
    let hits = at.page("newest", Order::Descending, "", None, 9).await;
    assert_eq!(hits[0].cursor.sort, "5");
    assert!(at.get("b").await.is_none());
}

async fn a_second_first_write_is_reported(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![document("a", "1")]).await;
    assert_eq!(at.write(vec![document("a", "2")]).await, ["a"]);
    let stored = at.get("a").await.expect("found");
    assert_eq!(body(&stored), Some("1"));
}

async fn of_many_first_writes_at_once_one_wins(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let other = storage.open().await;
    let writes = (0..16).map(|n: usize| {
        let store = if n.is_multiple_of(2) {
            &at.store
        } else {
            &other
        };
        store.write(&at.generation, vec![document("a", &n.to_string())])
    });
    let answers = futures::future::join_all(writes).await;
    let lost = answers.into_iter().map(|lost| lost.expect("an answer"));
    assert_eq!(lost.filter(Vec::is_empty).count(), 1);
    assert_eq!(at.get("a").await.expect("found").revision, 1);
}

async fn lost_writes_do_not_hold_up_the_others(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![document("b", "1")]).await;
    let writes = ["a", "b", "c"].map(|key| document(key, "2")).to_vec();
    assert_eq!(at.write(writes).await, ["b"]);
    assert!(at.get("a").await.is_some() && at.get("c").await.is_some());
}

async fn a_deleted_document_keeps_its_offsets(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![newest("a", "5")]).await;
    at.put(vec![deleted("a", 1)]).await;
    let stored = at.get("a").await.expect("get_many finds it");
    assert!(stored.body.is_none());
    assert_eq!(stored.folded, offsets(2));
    let scanned = at.store.scan(&at.generation, None, 9).await.expect("scan");
    assert_eq!(scanned.len(), 1);
    assert!(
        at.page("newest", Order::Descending, "", None, 9)
            .await
            .is_empty()
    );
}

async fn a_deleted_document_can_come_back(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![newest("a", "5")]).await;
    at.put(vec![deleted("a", 1)]).await;
    let mut back = newest("a", "7");
    back.loaded_revision = 2;
    at.put(vec![back]).await;
    let hits = at.page("newest", Order::Descending, "", None, 9).await;
    assert_eq!(hits[0].cursor.sort, "7");
}

async fn a_scan_meets_every_document_once_in_order(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let keys: Vec<_> = (0..25).map(|n| format!("k{:02}", (n * 7) % 25)).collect();
    at.put(keys.iter().map(|key| document(key, "{}")).collect())
        .await;
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let part = at.store.scan(&at.generation, after.as_deref(), 4).await;
        let part = part.expect("scan");
        let Some(last) = part.last() else { break };
        after = Some(last.key.clone());
        met.extend(part.into_iter().map(|document| document.key));
    }
    let expected: Vec<_> = (0..25).map(|n| format!("k{n:02}")).collect();
    assert_eq!(met, expected);
}

async fn documents_survive_a_restart(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![newest("a", "5")]).await;
    let generation = at.generation.clone();
    drop(at);
    let store = storage.open().await;
    let at = Fixture { store, generation };
    assert_eq!(at.get("a").await.expect("found").revision, 1);
    let hits = at.page("newest", Order::Descending, "", None, 9).await;
    assert_eq!(hits.len(), 1);
}

async fn too_many_documents_are_refused(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let keys: Vec<_> = (0..=MAX_DOCUMENTS).map(|n| n.to_string()).collect();
    let many = keys.iter().map(|key| document(key, "1")).collect();
    let refused = |error| matches!(error, ReadStoreError::TooMany(n) if n == keys.len());
    let answer = at.store.write(&at.generation, many).await;
    assert!(answer.is_err_and(refused));
    let answer = at.store.get_many(&at.generation, &keys).await;
    assert!(answer.is_err_and(refused));
    let answer = at.store.scan(&at.generation, None, keys.len()).await;
    assert!(answer.is_err_and(refused));
}

fn again(key: &str, loaded_revision: u64, body: &str) -> DocumentWrite {
    DocumentWrite {
        loaded_revision,
        body: Some(json(body)),
        ..document(key, body)
    }
}

fn deleted(key: &str, loaded_revision: u64) -> DocumentWrite {
    DocumentWrite {
        loaded_revision,
        folded: offsets(2),
        body: None,
        ..newest(key, "5")
    }
}
