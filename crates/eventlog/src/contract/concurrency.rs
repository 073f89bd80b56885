//! Many writers and readers at once, in one process and in two.

use std::{collections::BTreeSet, sync::Arc};

use tokio::task::JoinSet;

use super::{Storage, fixture::*, rules};
use crate::{AppendError, Appended, LogId, Offset, route};

const WRITERS: u64 = 16;
const CHANGES: u64 = 100;

rules![
    a_conflicting_commit_fails_alone,
    exactly_one_of_many_writers_wins_each_sequence,
    concurrent_repeats_of_a_request_record_it_once,
    two_processes_share_a_log,
    what_was_only_read_is_unchanged_when_the_commit_is_recorded,
    a_reader_beside_writers_never_meets_a_hole,
];

async fn a_conflicting_commit_fails_alone(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a.0", 0)).await;
    let mut appends = JoinSet::new();
    for n in 0..200_u64 {
        let log = Arc::clone(&log);
        // Each tenth comes late for an aggregate that exists.
        let id = if n % 10 == 0 { 0 } else { n };
        appends.spawn(async move { log.append(one(&log, &format!("a.{id}"), 0)).await });
    }
    let outcomes = appends.join_all().await;
    let conflict = |outcome: &&Result<_, _>| matches!(outcome, Err(AppendError::Conflict { .. }));
    assert_eq!(outcomes.iter().filter(conflict).count(), 20);
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        180
    );
    assert_eq!(expect_sound(&log).await, 181);
}

async fn exactly_one_of_many_writers_wins_each_sequence(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(win(Arc::clone(&log), 50));
    }
    let won: u64 = writers.join_all().await.into_iter().sum();
    assert_eq!(won, 50);
    assert_eq!(sequences(&load(&log, "a").await), Vec::from_iter(1..=50));
    assert_eq!(expect_sound(&log).await, 50);
}

/// Tries for each sequence of one aggregate in turn and counts what it won.
async fn win(log: Log, rounds: u64) -> u64 {
    let mut won = 0;
    for sequence in 0..rounds {
        match log.append(one(&log, "a", sequence)).await {
            Ok(Appended::Recorded { .. }) => won += 1,
            Err(error) => expect_conflict(&error, "a"),
            other => panic!("a commit without a request was {other:?}"),
        }
    }
    won
}

async fn concurrent_repeats_of_a_request_record_it_once(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let first = asked(one(&log, "a", 0), request("ann", 1, 1));
    let mut appends = JoinSet::new();
    for _ in 0..WRITERS {
        let (log, again) = (Arc::clone(&log), first.clone());
        appends.spawn(async move { log.append(again).await });
    }
    let mut recorded = 0;
    for outcome in appends.join_all().await {
        match outcome.expect("it is recorded or a repeat") {
            Appended::Recorded { .. } => recorded += 1,
            Appended::Repeated(reply) => assert_eq!(reply.position.offset, Offset(1)),
        }
    }
    assert_eq!(recorded, 1);
    assert_eq!(expect_sound(&log).await, 1);
}

async fn two_processes_share_a_log(storage: Arc<dyn Storage>) {
    let processes = [storage.open().await, storage.open().await];
    assert_eq!(processes[0].epoch(), processes[1].epoch());
    let mut writers = JoinSet::new();
    for log in &processes {
        for _ in 0..4 {
            writers.spawn(win(Arc::clone(log), 25));
        }
    }
    let won: u64 = writers.join_all().await.into_iter().sum();
    assert_eq!(won, 25);
    for log in &processes {
        assert_eq!(expect_sound(log).await, 25);
    }
}

/// One process changes an aggregate on and on; another decides upon it and names it without changing it. What is decided
/// says in its id on which version it rests.
async fn what_was_only_read_is_unchanged_when_the_commit_is_recorded(storage: Arc<dyn Storage>) {
    let (writer, decider) = (storage.open().await, storage.open().await);
    let writing = tokio::spawn(async move {
        for sequence in 0..CHANGES {
            record(&writer, one(&writer, "a", sequence)).await;
        }
    });
    let (mut version, mut recorded) = (0, 0);
    while version < CHANGES {
        version = changed(&decider, version).await;
        for n in 0..3 {
            let decision = stream(&format!("a.{version}.{n}"), 0, 1);
            let commit = commit(&decider, [decision, stream("a", version, 0)]);
            match decider.append(commit).await {
                Ok(_) => recorded += 1,
                Err(error) => expect_conflict(&error, "a"),
            }
        }
    }
    writing.await.expect("all changes were recorded");
    // At least those on the last version.
    assert!(recorded >= 3, "{recorded} were recorded");
    let mut version = 0;
    for event in read(&decider, route("a", decider.logs())).await {
        match event.aggregate_id.split('.').nth(1) {
            Some(rests_on) => assert_eq!(rests_on.parse(), Ok(version), "at {}", event.offset.0),
            None => version = event.sequence,
        }
    }
}

/// The version of the aggregate "a" once it is another.
async fn changed(log: &Log, from: u64) -> u64 {
    loop {
        match load(log, "a").await.last() {
            Some(last) if last.sequence > from => return last.sequence,
            _ => tokio::task::yield_now().await,
        }
    }
}

async fn a_reader_beside_writers_never_meets_a_hole(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let (per_writer, mut writers) = (40, JoinSet::new());
    let id = |writer, n| format!("{writer}-{n}");
    let mut expected = vec![0_u64; usize::from(log.logs())];
    for writer in 0..WRITERS {
        for n in 0..per_writer {
            expected[usize::from(route(&id(writer, n), log.logs()).0)] += 2;
        }
        let log = Arc::clone(&log);
        writers.spawn(async move {
            for n in 0..per_writer {
                record(&log, commit(&log, [stream(&id(writer, n), 0, 2)])).await;
            }
        });
    }
    let mut readers = JoinSet::new();
    for (log_id, until) in all_logs(&log).zip(expected) {
        readers.spawn(follow(Arc::clone(&log), log_id, until));
    }
    writers.join_all().await;
    readers.join_all().await;
    assert_eq!(expect_sound(&log).await as u64, WRITERS * per_writer * 2);
}

/// Reads one log in small pages until it ends at `until`; every page follows the last one.
async fn follow(log: Log, id: LogId, until: u64) {
    let mut last = Offset::START;
    let mut seen = BTreeSet::new();
    while last.0 < until {
        let page = log.read(id, last, 7).await.expect("the log reads");
        for event in &page {
            assert_eq!(event.offset, last.next());
            assert!(seen.insert((event.aggregate_id.clone(), event.sequence)));
            last = event.offset;
        }
        if page.is_empty() {
            log.wait_beyond(id, last).await;
        }
    }
}
