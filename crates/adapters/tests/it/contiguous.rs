//! Whatever a transport repeats, reorders or drops, a reader behind [`Contiguous`] gets exactly the log.

use std::{ops::RangeInclusive, sync::Arc};

use picasso_adapters::sqlite::event_log::SqliteEventLog;
use picasso_eventlog::{
    Batch, Commit, Contiguous, EventLog, LogError, LogId, Metadata, NewEvent, Offset, StreamAppend,
};
use proptest::prelude::*;
use serde_json::value::RawValue;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const LOG: LogId = LogId(0);
const EVENTS: usize = 60;

/// A log of [`EVENTS`] events, and those events.
async fn written() -> (TempDir, Arc<dyn EventLog>, Batch) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = SqliteEventLog::open(&folder.path().join("log.db"), 1).expect("it opens");
    let event = NewEvent {
        event_type: "SketchDrawn".to_owned(),
        event_version: 1,
        payload: RawValue::from_string("{}".to_owned()).expect("JSON"),
    };
    let stream = StreamAppend {
        aggregate_type: "sketch".to_owned(),
        aggregate_id: "a".to_owned(),
        expected_sequence: 0,
        events: vec![event; EVENTS],
    };
    let commit = Commit {
        log: LOG,
        streams: vec![stream],
        metadata: Metadata::default(),
        request: None,
    };
    log.append(commit).await.expect("it is recorded");
    let events = log.read(LOG, Offset::START, EVENTS).await;
    let events = events.expect("it reads").into_iter().map(Arc::new);
    (folder, Arc::new(log), events.collect())
}

/// Each event 0 to 3 times, displaced by less than a window, cut into deliveries. The last one arrives at the end.
fn deliveries() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let copies =
        prop::collection::vec((0..=3_usize, 0..12_usize, 0..12_usize, 0..12_usize), EVENTS);
    (copies, 1..9_usize).prop_map(|(copies, size)| {
        let mut arrivals = Vec::new();
        for (event, (times, first, second, third)) in copies.into_iter().enumerate() {
            let late = [first, second, third].into_iter().take(times);
            arrivals.extend(late.map(|late| (event + late, event)));
        }
        arrivals.sort_unstable();
        arrivals.push((usize::MAX, EVENTS - 1));
        let order: Vec<usize> = arrivals.into_iter().map(|(_, event)| event).collect();
        order.chunks(size).map(<[usize]>::to_vec).collect()
    })
}

#[test]
fn repeats_reorders_and_losses_come_out_as_the_log() {
    let runtime = Runtime::new().expect("a runtime");
    let (_folder, log, events) = runtime.block_on(written());
    let expected: Vec<u64> = (1..=EVENTS as u64).collect();
    proptest!(|(deliveries in deliveries(), limit in 1..=20_usize)| {
        let mut contiguous = Contiguous::new(Arc::clone(&log), LOG, Offset::START, limit);
        let mut out = Vec::new();
        for delivery in deliveries {
            let delivery = delivery.into_iter().map(|n| Arc::clone(&events[n])).collect();
            contiguous.offer(delivery);
            while let Some(batch) = runtime.block_on(contiguous.next()).expect("holes are filled") {
                prop_assert!((1..=limit).contains(&batch.len()));
                out.extend(batch.iter().map(|event| event.offset.0));
            }
        }
        prop_assert_eq!(&out, &expected);
        prop_assert_eq!(contiguous.last(), Offset(EVENTS as u64));
    });
}

#[tokio::test]
async fn a_hole_the_log_cannot_fill_is_an_error_and_nothing_beyond_it_is_handed_out() {
    let (_folder, log, events) = written().await;
    let mut beyond = events[EVENTS - 1].as_ref().clone();
    beyond.offset = Offset(EVENTS as u64 + 2);
    let mut contiguous = Contiguous::new(log, LOG, Offset::START, 1_000);
    contiguous.offer(vec![Arc::clone(&events[0]), Arc::new(beyond)]);
    assert_eq!(next(&mut contiguous).await, 1..=1);
    assert_eq!(next(&mut contiguous).await, 2..=EVENTS as u64);
    for _ in 0..2 {
        let error = contiguous.next().await.expect_err("a hole");
        assert!(matches!(error, LogError::Corrupt(_)), "{error:?}");
    }
    assert_eq!(contiguous.last(), Offset(EVENTS as u64));
}

#[tokio::test]
async fn a_large_hole_is_filled_batch_by_batch() {
    let (_folder, log, events) = written().await;
    let mut contiguous = Contiguous::new(log, LOG, Offset::START, 25);
    contiguous.offer(vec![Arc::clone(&events[EVENTS - 1])]);
    assert_eq!(next(&mut contiguous).await, 1..=25);
    assert_eq!(next(&mut contiguous).await, 26..=50);
    assert_eq!(next(&mut contiguous).await, 51..=60);
    assert!(contiguous.next().await.expect("no hole").is_none());
}

#[tokio::test]
async fn what_is_known_to_be_in_the_log_is_read_from_it() {
    let (_folder, log, _) = written().await;
    let mut contiguous = Contiguous::new(log, LOG, Offset(40), 15);
    assert!(contiguous.next().await.expect("nothing").is_none());
    contiguous.reach(Offset(50));
    assert_eq!(next(&mut contiguous).await, 41..=55);
    assert!(contiguous.next().await.expect("nothing").is_none());
}

#[tokio::test]
async fn events_of_another_log_are_not_handed_out() {
    let (_folder, log, events) = written().await;
    let mut foreign = events[0].as_ref().clone();
    foreign.log = LogId(1);
    let mut contiguous = Contiguous::new(log, LOG, Offset::START, 10);
    contiguous.offer(vec![Arc::new(foreign)]);
    assert!(contiguous.next().await.expect("nothing to do").is_none());
}

/// The offsets of the next batch, which are contiguous.
async fn next(contiguous: &mut Contiguous) -> RangeInclusive<u64> {
    let batch = contiguous.next().await.expect("no hole").expect("a batch");
    let offsets: Vec<u64> = batch.iter().map(|event| event.offset.0).collect();
    let range = offsets[0]..=offsets[offsets.len() - 1];
    assert_eq!(offsets, range.clone().collect::<Vec<_>>());
    range
}
