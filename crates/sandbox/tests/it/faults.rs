//! Faults strike where, how and as often as they were ordered.

use std::time::Duration;

use axum::http::StatusCode;
use picasso_sandbox::{FaultKind, FaultRequest, Operation};
use serde_json::json;
use stripe::{StripeError, StripeRequest};

use super::support::{create, form, start};

async fn sessions_made(it: &super::support::Running) -> usize {
    it.get("/sandbox/payments")
        .await
        .text()
        .await
        .expect("a page")
        .matches("<td>Harbour")
        .count()
}

#[tokio::test]
async fn a_timeout_after_effect_has_made_the_session() {
    let it = start().await;
    it.fault(Operation::CreateSession, FaultKind::TimeoutAfterEffect)
        .await;
    let hung = create("p")
        .customize()
        .timeout(Duration::from_millis(100))
        .send(&it.stripe)
        .await;
    assert!(matches!(hung, Err(StripeError::Timeout)), "{hung:?}");
    assert_eq!(sessions_made(&it).await, 1);
    it.stop().await;
}

#[tokio::test]
async fn the_retry_after_a_timeout_gets_the_session_that_was_made() {
    let it = start().await;
    it.fault(Operation::CreateSession, FaultKind::TimeoutAfterEffect)
        .await;
    let url = format!("{}/v1/checkout/sessions", it.base);
    let request = || {
        it.http
            .post(&url)
            .bearer_auth(super::support::API_KEY)
            .header("idempotency-key", "k")
    };
    let form_body = || {
        request()
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form("p", 1250))
    };
    let hung = form_body().timeout(Duration::from_millis(100)).send().await;
    assert!(hung.is_err());
    let retried = form_body().send().await.expect("an answer");
    assert_eq!(retried.headers()["idempotent-replayed"], "true");
    assert_eq!(sessions_made(&it).await, 1);
    it.stop().await;
}

#[tokio::test]
async fn faults_before_the_effect_do_nothing() {
    let it = start().await;
    for kind in [
        FaultKind::TimeoutBeforeEffect,
        FaultKind::ConnectionReset,
        FaultKind::Error500,
        FaultKind::Error429,
    ] {
        it.fault(Operation::CreateSession, kind).await;
        let failed = create("p").send(&it.stripe).await.expect_err("a failure");
        match (kind, failed) {
            (FaultKind::Error500, StripeError::Stripe(_, status)) => assert_eq!(status, 500),
            (FaultKind::Error429, StripeError::Stripe(_, status)) => assert_eq!(status, 429),
            (
                FaultKind::TimeoutBeforeEffect | FaultKind::ConnectionReset,
                StripeError::ClientError(_),
            ) => {}
            (kind, failed) => panic!("{kind:?}: {failed}"),
        }
    }
    assert_eq!(sessions_made(&it).await, 0);
    create("p")
        .send(&it.stripe)
        .await
        .expect("all is well again");
    it.stop().await;
}

#[tokio::test]
async fn a_payment_that_times_out_was_charged() {
    let it = start().await;
    let id = it.session("p").await.id;
    it.fault(Operation::Pay, FaultKind::TimeoutAfterEffect)
        .await;
    let url = format!("{}/checkout/{id}/pay", it.base);
    assert!(
        it.http
            .post(url)
            .timeout(Duration::from_millis(100))
            .send()
            .await
            .is_err()
    );
    assert_eq!(it.ledger("p").await, (1250, 0, 1));
    it.stop().await;
}

#[tokio::test]
async fn a_refund_that_times_out_and_is_retried_under_its_key_happens_once() {
    let it = start().await;
    let (_, intent) = it.paid("p").await;
    it.fault(Operation::Refund, FaultKind::TimeoutAfterEffect)
        .await;
    let request = || {
        it.http
            .post(format!("{}/v1/refunds", it.base))
            .bearer_auth(super::support::API_KEY)
            .header("idempotency-key", "r")
            .body(format!("payment_intent={intent}"))
    };
    assert!(
        request()
            .timeout(Duration::from_millis(100))
            .send()
            .await
            .is_err()
    );
    assert_eq!(
        request().send().await.expect("an answer").status(),
        StatusCode::OK
    );
    assert_eq!(it.ledger("p").await, (1250, 1250, 1));
    it.stop().await;
}

#[tokio::test]
async fn a_fault_strikes_only_what_it_matches_and_only_so_often() {
    let it = start().await;
    let (id, _) = it.paid("unlucky").await;
    let (other, _) = it.paid("lucky").await;
    let order = FaultRequest {
        on: Operation::RetrieveSession,
        kind: FaultKind::Error500,
        times: 2,
        pattern: Some("unlucky".into()),
    };
    it.sandbox.add_fault(order).await.expect("a sensible fault");
    let mut statuses = Vec::new();
    for session in [&other, &id, &id, &id] {
        statuses.push(
            it.raw_get(&format!("/v1/checkout/sessions/{session}"))
                .await
                .0
                .as_u16(),
        );
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    it.stop().await;
}

#[tokio::test]
async fn faults_are_ordered_listed_and_cleared_over_http() {
    let it = start().await;
    let order =
        json!({"on": "webhook", "kind": "deliver_late", "ms": 50, "times": 3, "match": "p"});
    assert_eq!(
        it.post_json("/sandbox/faults", order).await.0,
        StatusCode::CREATED
    );
    let (_, listed) = it.raw_get("/sandbox/faults").await;
    assert_eq!(listed["faults"][0]["kind"], "deliver_late");
    assert_eq!(listed["faults"][0]["times"], 3);
    let cleared = it
        .http
        .delete(format!("{}/sandbox/faults", it.base))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        cleared.json::<serde_json::Value>().await.expect("JSON"),
        json!({"removed": 1})
    );
    it.stop().await;
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let it = start().await;
    let orders = [
        json!({"on": "create_session", "kind": "deliver_twice"}),
        json!({"on": "webhook", "kind": "error_500"}),
        json!({"on": "refund", "kind": "double_charge"}),
        json!({"on": "pay", "kind": "error_500", "times": 0}),
        json!({"on": "pay", "kind": "error_500", "match": ""}),
        json!({"on": "webhook", "kind": "deliver_late", "ms": 600_001}),
        json!({"on": "nowhere", "kind": "error_500"}),
        json!({"on": "pay"}),
    ];
    for order in orders {
        let (status, error) = it.post_json("/sandbox/faults", order.clone()).await;
        assert_eq!(
            (status, &error["error"]["reason"]),
            (StatusCode::BAD_REQUEST, &"INVALID_FAULT".into()),
            "{order}"
        );
    }
    it.stop().await;
}
