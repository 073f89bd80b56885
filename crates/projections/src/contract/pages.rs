//! Pages of an index: in order, complete, and steady while documents come and go.

use std::sync::Arc;

use super::{
    Storage,
    fixture::{Fixture, create, document, entry, newest},
    rules,
};
use crate::{
    Order,
    ports::{DocumentWrite, MAX_DOCUMENTS, PageRequest, ReadStoreError},
};

rules![
    pages_follow_the_order_of_the_index,
    equal_places_are_ordered_by_key,
    places_are_compared_as_bytes,
    a_document_stands_in_an_index_several_times,
    a_write_replaces_all_places,
    pages_stay_steady_under_inserts,
    a_prefix_is_matched_whole,
    generations_do_not_see_each_other,
    a_page_is_limited,
    what_was_written_before_going_live_is_on_the_pages,
];

async fn pages_follow_the_order_of_the_index(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let sorts = [3, 1, 4, 0, 2].map(|n| newest(&format!("d{n}"), &format!("{n:04}")));
    at.put(sorts.to_vec()).await;
    let up = at.walk("newest", Order::Ascending, "", 2).await;
    assert_eq!(up, ["d0", "d1", "d2", "d3", "d4"]);
    let down = at.walk("newest", Order::Descending, "", 2).await;
    assert_eq!(down, ["d4", "d3", "d2", "d1", "d0"]);
}

async fn equal_places_are_ordered_by_key(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let same = ["b", "a", "d", "c"].map(|key| newest(key, "1"));
    at.put(same.to_vec()).await;
    let up = at.walk("newest", Order::Ascending, "", 1).await;
    assert_eq!(up, ["a", "b", "c", "d"]);
    let down = at.walk("newest", Order::Descending, "", 3).await;
    assert_eq!(down, ["d", "c", "b", "a"]);
}

async fn places_are_compared_as_bytes(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let sorts = ["é", "a", "Z", "10", "9", "", "🖼"];
    let writes = sorts.map(|sort| newest(&format!("<{sort}>"), sort));
    at.put(writes.to_vec()).await;
    let up = at.walk("newest", Order::Ascending, "", 2).await;
    assert_eq!(up, ["<>", "<10>", "<9>", "<Z>", "<a>", "<é>", "<🖼>"]);
}

async fn a_document_stands_in_an_index_several_times(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let tags = vec![entry("tag", "sea", "2"), entry("tag", "sky", "2")];
    at.put(vec![tagged("a", 0, tags)]).await;
    for tag in ["sea", "sky"] {
        assert_eq!(at.walk("tag", Order::Ascending, tag, 5).await, ["a"]);
    }
    assert!(at.walk("tag", Order::Ascending, "sun", 5).await.is_empty());
}

async fn a_write_replaces_all_places(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let tags = vec![entry("tag", "sea", "2"), entry("tag", "sky", "2")];
    at.put(vec![tagged("a", 0, tags)]).await;
    let tags = vec![entry("tag", "sky", "2"), entry("tag", "sun", "2")];
    at.put(vec![tagged("a", 1, tags)]).await;
    assert!(at.walk("tag", Order::Ascending, "sea", 5).await.is_empty());
    assert_eq!(at.walk("tag", Order::Ascending, "sky", 5).await, ["a"]);
    assert_eq!(at.walk("tag", Order::Ascending, "sun", 5).await, ["a"]);
    at.put(vec![tagged("a", 2, vec![])]).await;
    assert!(at.walk("tag", Order::Ascending, "sky", 5).await.is_empty());
}

async fn pages_stay_steady_under_inserts(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let first = (0..6).map(|n| newest(&format!("d{n}"), &format!("{n}")));
    at.put(first.collect()).await;
    let page = at.page("newest", Order::Descending, "", None, 3).await;
    let cursor = page.last().expect("a page").cursor.clone();
    at.put(vec![newest("new", "9"), newest("between", "25")])
        .await;
    let next = at.page("newest", Order::Descending, "", Some(&cursor), 9);
    let keys: Vec<_> = next.await.into_iter().map(|hit| hit.document.key).collect();
    assert_eq!(keys, ["between", "d2", "d1", "d0"]);
}

async fn a_prefix_is_matched_whole(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let tags = ["sea", "seal", "se", ""].map(|tag| tagged(tag, 0, vec![entry("tag", tag, "1")]));
    let tags = tags.map(|write| DocumentWrite {
        key: format!("<{}>", write.key),
        ..write
    });
    at.put(tags.to_vec()).await;
    assert_eq!(at.walk("tag", Order::Ascending, "sea", 5).await, ["<sea>"]);
    assert_eq!(at.walk("tag", Order::Descending, "", 5).await, ["<>"]);
}

async fn generations_do_not_see_each_other(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    at.put(vec![newest("a", "1")]).await;
    let generation = create(&at.store, "gallery").await;
    at.store.make_live(&generation).await.expect("live");
    let store = Arc::clone(&at.store);
    let other = Fixture { store, generation };
    assert!(other.get("a").await.is_none());
    let hits = other.page("newest", Order::Descending, "", None, 9).await;
    assert!(hits.is_empty());
    other.put(vec![newest("a", "2")]).await;
    assert_eq!(at.get("a").await.expect("found").revision, 1);
}

async fn a_page_is_limited(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let request = PageRequest {
        index: "newest",
        order: Order::Ascending,
        prefix: "",
        after: None,
        limit: MAX_DOCUMENTS + 1,
    };
    let answer = at.store.page(&at.generation, request).await;
    assert!(matches!(answer, Err(ReadStoreError::TooMany(_))));
}

async fn what_was_written_before_going_live_is_on_the_pages(storage: Arc<dyn Storage>) {
    let at = Fixture::new(&storage).await;
    let generation = create(&at.store, "gallery").await;
    let store = Arc::clone(&at.store);
    let next = Fixture { store, generation };
    let tags = |tag| vec![entry("tag", tag, "\"1\""), entry("newest", "", tag)];
    next.put(vec![
        tagged("a", 0, tags("sea")),
        tagged("b", 0, tags("sea")),
    ])
    .await;
    next.put(vec![tagged("c", 0, tags("sky"))]).await;
    next.put(vec![tagged("b", 1, tags("sky"))]).await;
    next.store.make_live(&next.generation).await.expect("live");
    next.put(vec![tagged("c", 1, tags("sun"))]).await;
    assert_eq!(next.walk("tag", Order::Ascending, "sea", 1).await, ["a"]);
    assert_eq!(next.walk("tag", Order::Ascending, "sky", 1).await, ["b"]);
    assert_eq!(next.walk("tag", Order::Ascending, "sun", 1).await, ["c"]);
    let newest = next.walk("newest", Order::Descending, "", 1).await;
    assert_eq!(newest, ["c", "b", "a"]);
}

fn tagged(key: &str, loaded_revision: u64, entries: Vec<crate::IndexEntry>) -> DocumentWrite {
    DocumentWrite {
        loaded_revision,
        entries,
        ..document(key, "{}")
    }
}
