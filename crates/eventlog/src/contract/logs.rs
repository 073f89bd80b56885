//! Logs do not know each other; an aggregate lives in the log it is routed to.

use std::sync::Arc;

use uuid::Uuid;

use super::{Storage, fixture::*, rules};
use crate::{LogId, route};

rules![
    commits_land_in_the_log_they_are_routed_to,
    a_commit_for_the_wrong_log_is_a_bug_of_the_caller,
    a_commit_for_an_unknown_log_is_a_bug_of_the_caller,
    request_ids_of_two_logs_do_not_meet,
];

async fn commits_land_in_the_log_they_are_routed_to(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let ids: Vec<String> = (0..40).map(|n| Uuid::from_u128(n).to_string()).collect();
    for id in &ids {
        record(&log, commit(&log, [stream(id, 0, 2)])).await;
    }
    assert_eq!(expect_sound(&log).await, 80);
    for id in all_logs(&log) {
        let here = ids.iter().filter(|key| route(key, log.logs()) == id);
        assert_eq!(head(&log, id).await, 2 * here.count() as u64);
    }
}

async fn a_commit_for_the_wrong_log_is_a_bug_of_the_caller(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let home = route("a", log.logs());
    for wrong in all_logs(&log).filter(|id| *id != home) {
        let mut lost = one(&log, "a", 0);
        lost.log = wrong;
        expect_corrupt(log.append(lost).await);
    }
    assert_eq!(expect_sound(&log).await, 0);
}

async fn a_commit_for_an_unknown_log_is_a_bug_of_the_caller(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let mut lost = asked(commit(&log, []), request("ann", 1, 1));
    lost.log = LogId(log.logs());
    expect_corrupt(log.append(lost).await);
}

async fn request_ids_of_two_logs_do_not_meet(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    for id in all_logs(&log) {
        let content = u8::try_from(id.0).expect("few logs");
        let mut quiet = asked(commit(&log, []), request("ann", 1, content));
        quiet.log = id;
        record(&log, quiet.clone()).await;
        assert_eq!(repeat(&log, quiet).await.position.log, id);
    }
}
