//! What was acknowledged is there after a restart, and the history is still the same one.

use std::sync::Arc;

use super::{Storage, fixture::*, rules};
use crate::{Appended, Offset};

rules![
    everything_is_there_after_a_restart,
    a_repeat_is_known_after_a_restart,
    the_history_is_the_same_after_a_restart,
    commits_handed_over_before_the_end_are_finished,
];

async fn everything_is_there_after_a_restart(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, commit(&log, [stream("a", 0, 2), stream("a.b", 0, 1)])).await;
    let before = load(&log, "a").await;
    drop(log);
    let log = storage.open().await;
    let after = load(&log, "a").await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    let position = record(&log, one(&log, "a", 2)).await;
    assert_eq!(position.offset, Offset(4));
    assert_eq!(expect_sound(&log).await, 4);
}

async fn a_repeat_is_known_after_a_restart(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let first = asked(one(&log, "a", 0), request("ann", 1, 1));
    let position = record(&log, first.clone()).await;
    drop(log);
    let log = storage.open().await;
    assert_eq!(repeat(&log, first).await.position, position);
    assert_eq!(expect_sound(&log).await, 1);
}

async fn the_history_is_the_same_after_a_restart(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let (epoch, logs) = (log.epoch(), log.logs());
    record(&log, one(&log, "a", 0)).await;
    drop(log);
    let log = storage.open().await;
    assert_eq!((log.epoch(), log.logs()), (epoch, logs));
}

async fn commits_handed_over_before_the_end_are_finished(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let appends: Vec<_> = (0..50)
        .map(|n| {
            let log = Arc::clone(&log);
            let id = format!("a.{n}");
            tokio::spawn(async move { log.append(one(&log, &id, 0)).await })
        })
        .collect();
    drop(log);
    for append in appends {
        let outcome = append.await.expect("no panic");
        assert!(
            matches!(outcome, Ok(Appended::Recorded { .. })),
            "{outcome:?}"
        );
    }
    assert_eq!(expect_sound(&storage.open().await).await, 50);
}
