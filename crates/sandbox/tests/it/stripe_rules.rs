//! What Stripe refuses, the sandbox refuses, in Stripe's shape.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::support::{Running, form, start};

async fn create_raw(it: &Running, body: &str) -> (StatusCode, Value) {
    it.raw_post("/v1/checkout/sessions", body, None).await
}

#[tokio::test]
async fn a_missing_or_wrong_key_is_unauthorized() {
    let it = start().await;
    let without = it.get("/v1/payment_intents/pi_1").await;
    assert_eq!(without.status(), StatusCode::UNAUTHORIZED);
    let url = format!("{}/v1/payment_intents/pi_1", it.base);
    let wrong = it
        .http
        .get(url)
        .bearer_auth("sk_test_other")
        .send()
        .await
        .expect("an answer");
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let error: Value = wrong.json().await.expect("JSON");
    assert_eq!(error["error"]["type"], "invalid_request_error");
    assert!(!error.to_string().contains("sk_test_other"));
    it.stop().await;
}

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let it = start().await;
    let good = form("p", 1250);
    let cases = [
        (good.replace("mode=payment", "mode=subscription"), "mode"),
        (
            good.replace("currency]=eur", "currency]=EURO"),
            "line_items[0][price_data][currency]",
        ),
        (form("p", -1), "line_items[0][price_data][unit_amount]"),
        (form("p", 0), "line_items"),
        (form("p", 100_000_000), "line_items"),
        (
            good.replace("&line_items[0][quantity]=1", ""),
            "line_items[0][quantity]",
        ),
        (
            good.replace("https://shop.example/done", "javascript:alert(1)"),
            "success_url",
        ),
        (format!("{good}&cancel_url=nowhere"), "cancel_url"),
        (format!("{good}&expires_at=1"), "expires_at"),
        (format!("{good}&expires_at=99999999999"), "expires_at"),
        (format!("{good}&customer_email=nobody"), "customer_email"),
        (form(&"x".repeat(201), 1250), "client_reference_id"),
        (format!("{good}&metadata[{}]=v", "k".repeat(41)), "metadata"),
        (
            "mode=payment&success_url=https://shop.example".to_owned(),
            "line_items",
        ),
    ];
    for (body, param) in cases {
        let (status, error) = create_raw(&it, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(error["error"]["param"], param, "{body}: {error}");
    }
    it.stop().await;
}

#[tokio::test]
async fn an_unknown_parameter_is_refused_rather_than_ignored() {
    let it = start().await;
    let (status, error) = create_raw(
        &it,
        &format!("{}&discounts[0][coupon]=half", form("p", 1250)),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["error"]["code"], "parameter_unknown");
    it.stop().await;
}

#[tokio::test]
async fn a_percent_encoded_form_means_the_same() {
    let it = start().await;
    let encoded = form("p", 1250).replace('[', "%5B").replace(']', "%5D");
    let (status, session) = create_raw(&it, &encoded).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    assert_eq!(session["amount_total"], 1250);
    it.stop().await;
}

#[tokio::test]
async fn unknown_objects_are_missing() {
    let it = start().await;
    for path in [
        "/v1/checkout/sessions/cs_x",
        "/v1/payment_intents/pi_x",
        "/v1/refunds/re_x",
    ] {
        let (status, error) = it.raw_get(path).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (StatusCode::NOT_FOUND, &"resource_missing".into())
        );
    }
    let (status, _) = it.raw_get("/v1/customers").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    it.stop().await;
}

#[tokio::test]
async fn a_complete_session_cannot_be_expired() {
    let it = start().await;
    let (id, _) = it.paid("p").await;
    let (status, error) = it
        .raw_post(&format!("/v1/checkout/sessions/{id}/expire"), "", None)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        error["error"]["message"]
            .as_str()
            .expect("text")
            .contains("status of complete")
    );
    it.stop().await;
}

#[tokio::test]
async fn an_expired_session_cannot_be_paid() {
    let it = start().await;
    let id = it.session("p").await.id;
    it.raw_post(&format!("/v1/checkout/sessions/{id}/expire"), "", None)
        .await;
    let page = it.press(&id, "pay").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.expect("a page").contains("has expired"));
    assert_eq!(it.ledger("p").await, (0, 0, 0));
    it.stop().await;
}

#[tokio::test]
async fn a_session_past_its_time_is_expired() {
    let it = start().await;
    let id = it.session("p").await.id;
    it.sandbox
        .advance_clock(Duration::from_secs(24 * 60 * 60 + 1));
    it.press(&id, "pay").await;
    let (_, session) = it.raw_get(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!(
        (&session["status"], &session["payment_status"]),
        (&"expired".into(), &"unpaid".into())
    );
    assert_eq!(it.ledger("p").await, (0, 0, 0));
    it.stop().await;
}

#[tokio::test]
async fn more_than_was_paid_is_not_refunded() {
    let it = start().await;
    let (_, intent) = it.paid("p").await;
    let refund = async |amount: i64| {
        it.raw_post(
            "/v1/refunds",
            &format!("payment_intent={intent}&amount={amount}"),
            None,
        )
        .await
    };
    assert_eq!(refund(1251).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(refund(0).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(refund(1250).await.0, StatusCode::OK);
    let (status, error) = refund(1).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::BAD_REQUEST, &"charge_already_refunded".into())
    );
    assert_eq!(it.ledger("p").await, (1250, 1250, 1));
    it.stop().await;
}

#[tokio::test]
async fn an_idempotent_refund_happens_once() {
    let it = start().await;
    let (_, intent) = it.paid("p").await;
    let form = format!("payment_intent={intent}&amount=500");
    let (_, first) = it.raw_post("/v1/refunds", &form, Some("refund-p")).await;
    let (_, second) = it.raw_post("/v1/refunds", &form, Some("refund-p")).await;
    assert_eq!(first, second);
    assert_eq!(it.ledger("p").await, (1250, 500, 1));
    it.stop().await;
}

#[tokio::test]
async fn a_replay_is_answered_even_when_the_request_would_no_longer_be_valid() {
    let it = start().await;
    let (_, now) = it
        .post_json("/sandbox/clock", serde_json::json!({"advance_s": 0}))
        .await;
    let expires_at = now["now_s"].as_i64().expect("seconds") + 1900;
    let form = format!("{}&expires_at={expires_at}", form("p", 1250));
    let (_, first) = it.raw_post("/v1/checkout/sessions", &form, Some("k")).await;
    it.sandbox.advance_clock(Duration::from_secs(600));
    let (status, second) = it.raw_post("/v1/checkout/sessions", &form, Some("k")).await;
    assert_eq!((status, &second["id"]), (StatusCode::OK, &first["id"]));
    it.stop().await;
}
