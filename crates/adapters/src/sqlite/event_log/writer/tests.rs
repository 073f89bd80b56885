//! The queue is bounded, the waiting too, and the end finishes what was taken.

use std::time::Duration;

use picasso_eventlog::{AppendError, Appended, LogError};
use rusqlite::Connection;

use super::*;
use crate::sqlite::{
    connection,
    event_log::{batch::tests::drawn, schema},
};

/// A writer whose file another process holds, that process, and where the file is.
fn blocked() -> (Writer, Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("log.db");
    let (mine, _) = schema::open(&path, 1).expect("opens");
    mine.busy_timeout(Duration::from_secs(60)).expect("set");
    let writer = Writer::start(mine, Arc::new(Heads::new(1))).expect("starts");
    let other = connection::open(&path).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    (writer, other, folder)
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_after_a_while_and_loses_nothing() {
    let (writer, other, _folder) = blocked();
    let writer = Arc::new(writer);
    let mut appends = tokio::task::JoinSet::new();
    for n in 0..PLACES {
        let writer = Arc::clone(&writer);
        appends.spawn(async move { writer.append(drawn(&n.to_string(), 1)).await });
    }
    let queue = writer.queue.as_ref().expect("it runs");
    while queue.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = writer.append(drawn("late", 1)).await;
    let unavailable = matches!(&refused, Err(AppendError::Log(LogError::Unavailable(_))));
    assert!(unavailable, "{refused:?}");
    other.execute_batch("ROLLBACK").expect("unlocked");
    for outcome in appends.join_all().await {
        assert!(
            matches!(outcome, Ok(Appended::Recorded { .. })),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_large_commit_takes_the_place_of_many() {
    let (writer, other, _folder) = blocked();
    let queue = writer.queue.as_ref().expect("it runs");
    let place = queue.place(1 << 20).await.expect("a place");
    assert_eq!(place.num_permits(), 33);
    drop((place, other));
}

#[tokio::test]
async fn dropping_the_writer_finishes_what_waits() {
    let (writer, other, folder) = blocked();
    let mut outcomes = Vec::new();
    for n in 0..10 {
        let mut append = Box::pin(writer.append(drawn(&n.to_string(), 1)));
        assert!(futures::poll!(&mut append).is_pending());
        outcomes.push(n);
    }
    other.execute_batch("ROLLBACK").expect("unlocked");
    drop(writer);
    let count = connection::open_read_only(&folder.path().join("log.db"))
        .expect("opens")
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0));
    assert_eq!(count, Ok(outcomes.len()));
}
