//! Webhooks arrive, signed as Stripe signs them, however they were told to misbehave.

use axum::http::StatusCode;
use picasso_sandbox::{FaultKind, Operation};
use stripe_webhook::{EventObject, Webhook, WebhookError};

use super::support::{Receiver, Running, WEBHOOK_SECRET, eventually, receiver, start};

async fn start_with_receiver(answers: &[StatusCode]) -> (Running, Receiver) {
    let receiver = receiver(answers).await;
    let it = start().await;
    it.sandbox
        .set_webhook_url(Some(receiver.url.clone()))
        .expect("a URL");
    (it, receiver)
}

async fn delivery_states(it: &Running) -> Vec<String> {
    let (_, webhooks) = it.raw_get("/sandbox/webhooks").await;
    let latest = webhooks["latest"].as_array().expect("a list");
    latest
        .iter()
        .map(|delivery| delivery["state"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn every_event_is_what_stripes_own_check_accepts() {
    let (it, mut receiver) = start_with_receiver(&[]).await;
    let declined = it.session("p").await.id;
    it.press(&declined, "decline").await;
    it.raw_post(
        &format!("/v1/checkout/sessions/{declined}/expire"),
        "",
        None,
    )
    .await;
    let (_, intent) = it.paid("q").await;
    it.raw_post(
        "/v1/refunds",
        &format!("payment_intent={intent}&amount=50"),
        None,
    )
    .await;
    let received = receiver.wait_for(4).await;
    let mut seen = [false; 4];
    for webhook in received {
        let event = Webhook::construct_event(&webhook.body, &webhook.signature, WEBHOOK_SECRET)
            .expect("a true event");
        match event.data.object {
            EventObject::PaymentIntentPaymentFailed(intent) => {
                seen[0] = intent.last_payment_error.is_some();
            }
            EventObject::CheckoutSessionExpired(session) => seen[1] = session.id == declined,
            EventObject::CheckoutSessionCompleted(session) => {
                seen[2] = session
                    .payment_intent
                    .expect("an intent")
                    .into_id()
                    .as_str()
                    == intent;
            }
            EventObject::ChargeRefunded(charge) => seen[3] = charge.amount_refunded == 50,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, [true; 4]);
    it.stop().await;
}

#[tokio::test]
async fn a_refused_webhook_is_sent_again() {
    let (it, mut receiver) =
        start_with_receiver(&[StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_GATEWAY]).await;
    it.paid("p").await;
    let received = receiver.wait_for(3).await;
    assert!(
        received
            .iter()
            .all(|webhook| webhook.body == received[0].body)
    );
    eventually(async || (delivery_states(&it).await == ["delivered"]).then_some(())).await;
    it.stop().await;
}

#[tokio::test]
async fn a_webhook_nobody_accepts_is_given_up() {
    let (it, mut receiver) = start_with_receiver(&[StatusCode::INTERNAL_SERVER_ERROR; 8]).await;
    it.paid("p").await;
    eventually(async || (delivery_states(&it).await == ["given_up"]).then_some(())).await;
    assert_eq!(receiver.wait_for(4).await.len(), 4);
    it.stop().await;
}

#[tokio::test]
async fn webhooks_wait_while_there_is_no_receiver() {
    let it = start().await;
    it.paid("p").await;
    assert_eq!(delivery_states(&it).await, ["pending"]);
    let mut receiver = receiver(&[]).await;
    it.sandbox
        .set_webhook_url(Some(receiver.url.clone()))
        .expect("a URL");
    receiver.wait_for(1).await;
    it.stop().await;
}

#[tokio::test]
async fn a_twice_delivered_event_is_the_same_event() {
    let (it, mut receiver) = start_with_receiver(&[]).await;
    it.fault(Operation::Webhook, FaultKind::DeliverTwice).await;
    it.paid("p").await;
    let received = receiver.wait_for(2).await;
    assert_eq!(received[0].json()["id"], received[1].json()["id"]);
    it.stop().await;
}

#[tokio::test]
async fn an_event_out_of_order_is_overtaken() {
    let (it, mut receiver) = start_with_receiver(&[]).await;
    it.fault(Operation::Webhook, FaultKind::OutOfOrder).await;
    let (_, intent) = it.paid("p").await;
    it.raw_post("/v1/refunds", &format!("payment_intent={intent}"), None)
        .await;
    let types: Vec<String> = receiver
        .wait_for(2)
        .await
        .iter()
        .map(|webhook| webhook.event_type())
        .collect();
    assert_eq!(types, ["charge.refunded", "checkout.session.completed"]);
    it.stop().await;
}

#[tokio::test]
async fn a_late_event_comes_after_a_punctual_one() {
    let (it, mut receiver) = start_with_receiver(&[]).await;
    it.fault(Operation::Webhook, FaultKind::DeliverLate { ms: 400 })
        .await;
    let (_, intent) = it.paid("p").await;
    it.raw_post("/v1/refunds", &format!("payment_intent={intent}"), None)
        .await;
    let received = receiver.wait_for(2).await;
    assert_eq!(received[0].event_type(), "charge.refunded");
    it.stop().await;
}

#[tokio::test]
async fn an_event_that_never_comes_is_dropped_and_the_payment_stands() {
    let (it, mut receiver) = start_with_receiver(&[]).await;
    it.fault(Operation::Webhook, FaultKind::Never).await;
    it.paid("lost").await;
    it.paid("kept").await;
    let received = receiver.wait_for(1).await;
    assert_eq!(
        received[0].json()["data"]["object"]["client_reference_id"],
        "kept"
    );
    assert_eq!(delivery_states(&it).await.last().expect("one"), "dropped");
    assert_eq!(it.ledger("lost").await, (1250, 0, 1));
    it.stop().await;
}

#[tokio::test]
async fn a_forged_attempt_comes_before_the_true_one() {
    let (it, mut receiver) = start_with_receiver(&[StatusCode::BAD_REQUEST]).await;
    it.fault(Operation::Webhook, FaultKind::BadSignature).await;
    it.paid("p").await;
    let received = receiver.wait_for(2).await;
    let check = |index: usize| {
        Webhook::construct_event(
            &received[index].body,
            &received[index].signature,
            WEBHOOK_SECRET,
        )
    };
    assert!(matches!(check(0), Err(WebhookError::BadSignature)));
    check(1).expect("a true event");
    it.stop().await;
}
