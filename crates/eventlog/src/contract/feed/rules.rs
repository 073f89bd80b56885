//! The rules of a feed.

use std::sync::Arc;

use futures::future::join_all;
use uuid::Uuid;

use super::{Carrier, Case, reader::Reader, shaky::Shaky};
use crate::{
    EventFeed, FeedError, LogId, MAX_COMMIT_BYTES, Offset,
    contract::fixture::{Log, all_logs, commit, head, json, load, read, record, stream},
    route,
};

/// A list of cases from the names of functions.
macro_rules! rules {
    ($($name:ident),+ $(,)?) => {
        pub(super) fn cases() -> Vec<Case> {
            vec![$(Case {
                name: stringify!($name),
                check: |carrier| Box::pin($name(carrier)),
            }),+]
        }
    };
}

rules![
    everything_is_handed_out_from_any_offset,
    the_first_event_is_handed_out_to_who_waits_for_it,
    what_is_recorded_is_handed_out_live,
    no_batch_is_larger_than_the_limit,
    several_readers_get_everything_each,
    logs_do_not_mix,
    a_reader_begins_again_behind_any_checkpoint,
    the_largest_event_is_handed_out,
    who_has_read_further_than_the_log_goes_is_refused,
    an_error_ends_the_stream,
];

const LIMIT: usize = 7;

async fn open(carrier: &Arc<dyn Carrier>) -> (Log, Arc<dyn EventFeed>) {
    let log = carrier.log();
    (Arc::clone(&log), carrier.feed(log).await)
}

/// Appends so many commits of one to three events to one log; tells which and where it ends.
async fn write(log: &Log, id: &str, commits: u64) -> (LogId, Offset) {
    let mut sequence = load(log, id).await.len() as u64;
    for n in 0..commits {
        let events = 1 + usize::try_from(n % 3).expect("small");
        record(log, commit(log, [stream(id, sequence, events)])).await;
        sequence += events as u64;
    }
    let home = route(id, log.logs());
    (home, Offset(head(log, home).await))
}

async fn everything_is_handed_out_from_any_offset(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, end) = write(&log, "a", 12).await;
    let expected = read(&log, id).await;
    for after in 0..=end.0 {
        let mut reader = Reader::new(feed.as_ref(), id, Offset(after), LIMIT).await;
        let events = reader.read_to(end).await;
        let rest = expected.iter().filter(|event| event.offset.0 > after);
        for (event, expected) in events.iter().zip(rest) {
            let json = |event| serde_json::to_string(event).expect("JSON");
            assert_eq!(json(event.as_ref()), json(expected));
        }
    }
}

async fn the_first_event_is_handed_out_to_who_waits_for_it(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let id = route("a", log.logs());
    let mut reader = Reader::new(feed.as_ref(), id, Offset::START, LIMIT).await;
    let (_, first) = tokio::join!(write(&log, "a", 1), reader.read_to(Offset(1)));
    assert_eq!(first.len(), 1);
}

async fn what_is_recorded_is_handed_out_live(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, mut end) = write(&log, "a", 3).await;
    let mut reader = Reader::new(feed.as_ref(), id, end, LIMIT).await;
    for _ in 0..20 {
        (_, end) = write(&log, "a", 1).await;
        reader.read_to(end).await;
    }
    assert_eq!(reader.last(), end);
}

async fn no_batch_is_larger_than_the_limit(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, end) = write(&log, "a", 20).await;
    for limit in [1, 3, 1_000] {
        let mut reader = Reader::new(feed.as_ref(), id, Offset::START, limit).await;
        reader.read_to(end).await;
    }
}

async fn several_readers_get_everything_each(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, begun) = write(&log, "a", 10).await;
    let other = carrier.feed(Arc::clone(&log)).await;
    let wanted = Offset(begun.0 + 60);
    let readers = (0..=begun.0).map(|after| {
        let feed = if after % 2 == 0 { &feed } else { &other };
        async move {
            let mut reader = Reader::new(feed.as_ref(), id, Offset(after), LIMIT).await;
            reader.read_to(wanted).await;
        }
    });
    tokio::join!(write(&log, "a", 30), join_all(readers));
}

async fn logs_do_not_mix(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let ids: Vec<String> = (0..40).map(|n| Uuid::from_u128(n).to_string()).collect();
    for id in &ids {
        write(&log, id, 2).await;
    }
    for id in all_logs(&log) {
        let end = Offset(head(&log, id).await);
        let mut reader = Reader::new(feed.as_ref(), id, Offset::START, LIMIT).await;
        let events = reader.read_to(end).await;
        let here = ids.iter().filter(|key| route(key, log.logs()) == id);
        assert_eq!(events.len(), 3 * here.count());
    }
}

async fn a_reader_begins_again_behind_any_checkpoint(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, end) = write(&log, "a", 30).await;
    let (mut checkpoint, wanted) = (Offset::START, Offset(end.0 + 30));
    let writing = write(&log, "a", 15);
    let reading = async {
        while checkpoint < wanted {
            let mut reader = Reader::new(feed.as_ref(), id, checkpoint, LIMIT).await;
            let batch = reader.batch().await.expect("the stream goes on");
            batch.expect("no trouble");
            checkpoint = reader.last();
        }
    };
    tokio::join!(writing, reading);
}

async fn the_largest_event_is_handed_out(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let mut large = commit(&log, [stream("a", 0, 1)]);
    let text = "x".repeat(MAX_COMMIT_BYTES - 2);
    large.streams[0].events[0].payload = json(format!("\"{text}\""));
    let id = large.log;
    record(&log, large).await;
    let (_, end) = write(&log, "a", 2).await;
    let mut reader = Reader::new(feed.as_ref(), id, Offset::START, LIMIT).await;
    let events = reader.read_to(end).await;
    assert_eq!(events[0].payload.get().len(), MAX_COMMIT_BYTES);
}

async fn who_has_read_further_than_the_log_goes_is_refused(carrier: Arc<dyn Carrier>) {
    let (log, feed) = open(&carrier).await;
    let (id, end) = write(&log, "a", 3).await;
    assert!(feed.subscribe(id, end, LIMIT).await.is_ok());
    let refused = feed.subscribe(id, end.next(), LIMIT).await.err();
    let Some(FeedError::Beyond { log, after, head }) = refused else {
        panic!("expected to be refused, got {refused:?}");
    };
    assert_eq!((log, after, head), (id, end.next(), end));
}

async fn an_error_ends_the_stream(carrier: Arc<dyn Carrier>) {
    let log = carrier.log();
    let (id, end) = write(&log, "a", 3).await;
    let shaky = Shaky::new(Arc::clone(&log));
    let feed = carrier.feed(Arc::clone(&shaky) as Log).await;
    let mut reader = Reader::new(feed.as_ref(), id, Offset::START, LIMIT).await;
    reader.read_to(end).await;
    shaky.break_down();
    let error = reader.batch().await.expect("it says why");
    let error = error.expect_err("it cannot know whether there is more");
    assert!(matches!(error, FeedError::Log(_)), "{error:?}");
    assert!(reader.batch().await.is_none());
}
