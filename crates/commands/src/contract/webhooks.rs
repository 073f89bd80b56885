//! The contract of [`WebhookInbox`]; each rule wants an empty one. A broken rule panics.

use picasso_domain::Timestamp;

use crate::ports::WebhookInbox;

/// No limit is as low as this.
const SMALL_BODY_BYTES: usize = 64 << 10;
/// No limit is as high as this.
const HUGE_BODY_BYTES: usize = 32 << 20;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).expect("a time of this century")
}

async fn store(inbox: &dyn WebhookInbox, second: i64, body: &[u8]) -> u64 {
    inbox
        .store(at(second), "t=1,v1=ab", body)
        .await
        .expect("stored")
}

async fn waiting(inbox: &dyn WebhookInbox) -> Vec<u64> {
    let records = inbox.unhandled(100).await.expect("unhandled");
    records.into_iter().map(|record| record.id).collect()
}

pub async fn a_webhook_comes_out_byte_for_byte_as_it_came(inbox: &dyn WebhookInbox) {
    let body = [&b"{}\0\xff\r\n"[..], &vec![7; SMALL_BODY_BYTES]].concat();
    let id = store(inbox, 1, &body).await;
    let records = inbox.unhandled(1).await.expect("unhandled");
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].id, records[0].received_at), (id, at(1)));
    assert_eq!(records[0].signature, "t=1,v1=ab");
    assert_eq!(records[0].body, body);
}

pub async fn webhooks_wait_in_the_order_they_came_until_they_are_handled(inbox: &dyn WebhookInbox) {
    let mut ids = Vec::new();
    for second in [5, 1, 3] {
        ids.push(store(inbox, second, b"{}").await);
    }
    assert!(ids.is_sorted() && ids[0] >= 1, "{ids:?}");
    assert_eq!(waiting(inbox).await, ids);
    inbox.handled(ids[1], "settled").await.expect("handled");
    inbox.handled(ids[1], "forged").await.expect("quiet");
    assert_eq!(waiting(inbox).await, [ids[0], ids[2]]);
    let first = inbox.unhandled(1).await.expect("unhandled");
    assert_eq!(first.len(), 1);
}

pub async fn the_same_webhook_twice_is_kept_twice(inbox: &dyn WebhookInbox) {
    let first = store(inbox, 1, b"{}").await;
    let second = store(inbox, 1, b"{}").await;
    assert_eq!(waiting(inbox).await, [first, second]);
}

pub async fn only_old_and_handled_webhooks_are_thrown_away(inbox: &dyn WebhookInbox) {
    let old_and_handled = store(inbox, 1, b"{}").await;
    let old = store(inbox, 1, b"{}").await;
    let handled = store(inbox, 10, b"{}").await;
    for id in [old_and_handled, handled] {
        inbox.handled(id, "settled").await.expect("handled");
    }
    let discarded = inbox.discard_handled(at(10)).await.expect("discarded");
    assert_eq!(discarded, 1);
    assert_eq!(waiting(inbox).await, [old]);
    assert_eq!(inbox.discard_handled(at(11)).await.expect("discarded"), 1);
}

pub async fn an_id_is_never_given_twice(inbox: &dyn WebhookInbox) {
    let first = store(inbox, 1, b"{}").await;
    inbox.handled(first, "settled").await.expect("handled");
    inbox.discard_handled(at(2)).await.expect("discarded");
    assert!(store(inbox, 3, b"{}").await > first);
}

pub async fn a_body_beyond_all_measure_is_refused(inbox: &dyn WebhookInbox) {
    let body = vec![b' '; HUGE_BODY_BYTES];
    let refused = inbox.store(at(1), "t=1,v1=ab", &body).await;
    refused.expect_err("refused");
    assert!(waiting(inbox).await.is_empty());
}
