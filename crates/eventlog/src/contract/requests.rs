//! The same request again: the same answer, and nothing new.

use std::sync::Arc;

use super::{Storage, fixture::*, rules};
use crate::{AppendError, Offset, route};

rules![
    a_repeated_request_gets_its_first_answer,
    a_repeat_is_answered_though_its_aggregate_moved_on,
    a_reused_request_id_is_refused,
    another_actor_may_use_the_same_id,
    a_quiet_request_is_stored,
    a_refused_request_may_be_asked_again,
    a_stored_request_is_found,
];

async fn a_repeated_request_gets_its_first_answer(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let first = asked(one(&log, "a", 0), request("ann", 1, 1));
    let position = record(&log, first.clone()).await;
    let mut again = first;
    let other_words = r#"{"answer":"another"}"#;
    again.request.as_mut().expect("a request").reply = json(other_words);
    let reply = repeat(&log, again).await;
    assert_eq!(reply.reply.get(), r#"{"answer":1}"#);
    assert_eq!(reply.position, position);
    assert_eq!(expect_sound(&log).await, 1);
}

async fn a_repeat_is_answered_though_its_aggregate_moved_on(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let first = asked(one(&log, "a", 0), request("ann", 1, 1));
    record(&log, first.clone()).await;
    record(&log, one(&log, "a", 1)).await;
    let reply = repeat(&log, first).await;
    assert_eq!(reply.position.offset, Offset(1));
    assert_eq!(expect_sound(&log).await, 2);
}

async fn a_reused_request_id_is_refused(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, asked(one(&log, "a", 0), request("ann", 1, 1))).await;
    let other = asked(one(&log, "a", 1), request("ann", 1, 2));
    let error = refuse(&log, other).await;
    assert!(matches!(error, AppendError::RequestReused), "{error:?}");
    assert_eq!(expect_sound(&log).await, 1);
}

async fn another_actor_may_use_the_same_id(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, asked(one(&log, "a", 0), request("ann", 1, 1))).await;
    record(&log, asked(one(&log, "a", 1), request("bob", 1, 2))).await;
    assert_eq!(expect_sound(&log).await, 2);
}

async fn a_quiet_request_is_stored(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    let quiet = asked(commit(&log, [stream("a", 1, 0)]), request("ann", 1, 1));
    let position = record(&log, quiet.clone()).await;
    assert_eq!(position.offset, Offset(1));
    record(&log, one(&log, "a", 1)).await;
    let reply = repeat(&log, quiet).await;
    assert_eq!(reply.position, position);
    assert_eq!(expect_sound(&log).await, 2);
}

async fn a_refused_request_may_be_asked_again(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    record(&log, one(&log, "a", 0)).await;
    let stale = asked(one(&log, "a", 0), request("ann", 1, 1));
    expect_conflict(&refuse(&log, stale).await, "a");
    record(&log, asked(one(&log, "a", 1), request("ann", 1, 1))).await;
    assert_eq!(expect_sound(&log).await, 2);
}

async fn a_stored_request_is_found(storage: Arc<dyn Storage>) {
    let log = storage.open().await;
    let asked_first = request("ann", 1, 1);
    let home = route("a", log.logs());
    let find = |key| {
        let log = Arc::clone(&log);
        async move { log.find_request(home, &key).await.expect("it is looked up") }
    };
    assert!(find(asked_first.key.clone()).await.is_none());
    let position = record(&log, asked(one(&log, "a", 0), asked_first.clone())).await;
    let found = find(asked_first.key).await.expect("it is stored");
    assert_eq!(found.fingerprint, asked_first.fingerprint);
    assert_eq!(found.reply.get(), asked_first.reply.get());
    assert_eq!(found.position, position);
    assert!(find(request("bob", 1, 1).key).await.is_none());
    assert!(find(request("ann", 2, 1).key).await.is_none());
}
