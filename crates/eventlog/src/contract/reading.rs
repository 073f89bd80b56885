//! Loading one aggregate, reading a log, waiting for more.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{Storage, fixture::*, rules};
use crate::{EventFeed, FeedError, LogFeed, LogId, MAX_READ, Offset, route};

/// No wait in here lasts so long unless the rule is broken.
const LIMIT: Duration = Duration::from_secs(10);

rules![
    an_unknown_aggregate_is_empty,
    an_aggregate_loads_in_order_from_where_one_stands,
    aggregates_of_another_type_are_others,
    a_log_reads_in_order_from_where_one_stands,
    no_page_is_larger_than_the_limit,
    an_unknown_log_is_empty,
    a_wait_for_what_is_there_ends_at_once,
    a_wait_ends_when_more_is_recorded,
    a_wait_ends_when_another_process_records,
    a_feed_refuses_who_has_read_further_than_the_log_goes,
];

async fn an_unknown_aggregate_is_empty(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    assert!(load(&log, "a").await.is_empty());
    for id in all_logs(&log) {
        assert!(read(&log, id).await.is_empty());
        assert_eq!(head(&log, id).await, 0);
    }
}

async fn an_aggregate_loads_in_order_from_where_one_stands(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, commit(&log, [stream("a", 0, 3)])).await;
    record(&log, commit(&log, [stream("a.b", 0, 2)])).await;
    record(&log, commit(&log, [stream("a", 3, 2)])).await;
    let page = |after, limit| {
        let log = Arc::clone(&log);
        async move {
            let events = log.load(KIND, "a", after, limit).await;
            sequences(&events.expect("it loads"))
        }
    };
    assert_eq!(page(0, 100).await, [1, 2, 3, 4, 5]);
    assert_eq!(page(2, 2).await, [3, 4]);
    assert!(page(5, 100).await.is_empty());
    assert!(page(u64::MAX, 100).await.is_empty());
    assert!(page(0, 0).await.is_empty());
}

async fn aggregates_of_another_type_are_others(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    let mut other = one(&log, "a", 0);
    other.streams[0].aggregate_type = "statue".to_owned();
    record(&log, other).await;
    assert_eq!(offsets(&load(&log, "a").await), [1]);
    let statue = log.load("statue", "a", 0, 10).await.expect("it loads");
    assert_eq!(offsets(&statue), [2]);
}

async fn a_log_reads_in_order_from_where_one_stands(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let home = route("a", log.logs());
    record(&log, commit(&log, [stream("a", 0, 5)])).await;
    let page = |after, limit| {
        let log = Arc::clone(&log);
        async move {
            let events = log.read(home, Offset(after), limit).await;
            offsets(&events.expect("it reads"))
        }
    };
    assert_eq!(page(0, 100).await, [1, 2, 3, 4, 5]);
    assert_eq!(page(2, 2).await, [3, 4]);
    assert!(page(5, 100).await.is_empty());
    assert!(page(u64::MAX, 100).await.is_empty());
    assert!(page(0, 0).await.is_empty());
}

async fn no_page_is_larger_than_the_limit(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let home = route("a", log.logs());
    for n in 0..11 {
        record(&log, commit(&log, [stream("a", n * 1_000, 1_000)])).await;
    }
    let all = log.read(home, Offset::START, usize::MAX).await;
    assert_eq!(all.expect("it reads").len(), MAX_READ);
    let all = log.load(KIND, "a", 0, usize::MAX).await;
    assert_eq!(all.expect("it loads").len(), MAX_READ);
}

async fn an_unknown_log_is_empty(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let unknown = LogId(log.logs());
    assert_eq!(read(&log, unknown).await.len(), 0);
    assert_eq!(head(&log, unknown).await, 0);
}

async fn a_wait_for_what_is_there_ends_at_once(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let at = record(&log, one(&log, "a", 0)).await;
    let wait = timeout(LIMIT, log.wait_beyond(at.log, Offset::START));
    wait.await.expect("the event is there");
}

async fn a_wait_ends_when_more_is_recorded(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let at = record(&log, one(&log, "a", 0)).await;
    let waiting = tokio::spawn(wait_for_more(Arc::clone(&log), at.log, at.offset));
    record(&log, one(&log, "a", 1)).await;
    waiting.await.expect("the wait ends");
}

async fn a_wait_ends_when_another_process_records(storage: Arc<dyn Storage>) {
    let (log, other) = (storage.open().await, storage.open().await);
    let at = record(&log, one(&log, "a", 0)).await;
    let waiting = tokio::spawn(wait_for_more(Arc::clone(&log), at.log, at.offset));
    record(&other, one(&other, "a", 1)).await;
    waiting.await.expect("the wait ends");
}

/// Waits as readers do: what wakes early waits again.
async fn wait_for_more(log: Log, id: LogId, seen: Offset) {
    let more = async {
        while head(&log, id).await <= seen.0 {
            log.wait_beyond(id, seen).await;
        }
    };
    timeout(LIMIT, more).await.expect("woken in time");
}

async fn a_feed_refuses_who_has_read_further_than_the_log_goes(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, commit(&log, [stream("a", 0, 3)])).await;
    let (id, feed) = (route("a", log.logs()), LogFeed::new(log));
    assert!(feed.subscribe(id, Offset(3), 10).await.is_ok());
    let refused = feed.subscribe(id, Offset(4), 10).await.err();
    let beyond = FeedError::Beyond {
        log: id,
        after: Offset(4),
        head: Offset(3),
    };
    assert_eq!(
        refused.map(|error| error.to_string()),
        Some(beyond.to_string())
    );
}
