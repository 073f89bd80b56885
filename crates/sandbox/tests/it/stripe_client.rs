//! The real async-stripe client drives the whole life of a payment.

use stripe::{IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{ExpireCheckoutSession, RetrieveCheckoutSession};
use stripe_core::payment_intent::{RetrievePaymentIntent, SearchPaymentIntent};
use stripe_core::refund::{CreateRefund, ListRefund, RetrieveRefund};
use stripe_shared::{
    ApiErrorsType, CheckoutSessionPaymentStatus, CheckoutSessionStatus, PaymentIntentStatus,
};

use super::support::{create, start};

#[tokio::test]
async fn a_created_session_carries_everything_it_was_given() {
    let it = start().await;
    let session = it.session("purchase-1").await;
    assert_eq!(session.status, Some(CheckoutSessionStatus::Open));
    assert_eq!(session.payment_status, CheckoutSessionPaymentStatus::Unpaid);
    assert_eq!(session.amount_total, Some(1250));
    assert_eq!(session.client_reference_id.as_deref(), Some("purchase-1"));
    assert_eq!(
        session.metadata.expect("metadata")["purchase_id"],
        "purchase-1"
    );
    assert_eq!(
        session.url,
        Some(format!("{}/checkout/{}", it.base, session.id))
    );
    it.stop().await;
}

#[tokio::test]
async fn a_paid_session_is_complete_and_its_intent_succeeded() {
    let it = start().await;
    let (id, intent) = it.paid("purchase-2").await;
    let session = RetrieveCheckoutSession::new(&*id)
        .expand(vec!["payment_intent".to_owned()])
        .send(&it.stripe)
        .await
        .expect("a session");
    assert_eq!(session.status, Some(CheckoutSessionStatus::Complete));
    assert_eq!(session.payment_status, CheckoutSessionPaymentStatus::Paid);
    let expanded = session
        .payment_intent
        .expect("an intent")
        .into_object()
        .expect("expanded");
    assert_eq!(expanded.status, PaymentIntentStatus::Succeeded);
    assert_eq!(expanded.amount_received, 1250);
    assert_eq!(expanded.metadata["purchase_id"], "purchase-2");
    let alone = RetrievePaymentIntent::new(&*intent)
        .send(&it.stripe)
        .await
        .expect("an intent");
    assert_eq!(alone.id, expanded.id);
    it.stop().await;
}

#[tokio::test]
async fn a_search_finds_every_payment_of_an_order() {
    let it = start().await;
    let (id, intent) = it.paid("purchase-3").await;
    it.press(&id, "pay-twice").await;
    it.paid("purchase-4").await;
    let query = r#"status:"succeeded" AND metadata["purchase_id"]:"purchase-3""#;
    let found = SearchPaymentIntent::new(query).limit(100);
    let found = found.send(&it.stripe).await.expect("an answer").data;
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].id.as_str(), intent);
    it.stop().await;
}

#[tokio::test]
async fn an_open_session_can_be_expired() {
    let it = start().await;
    let session = it.session("purchase-3").await;
    let expired = ExpireCheckoutSession::new(session.id)
        .send(&it.stripe)
        .await
        .expect("expired");
    assert_eq!(expired.status, Some(CheckoutSessionStatus::Expired));
    assert_eq!(expired.url, None);
    it.stop().await;
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts() {
    let it = start().await;
    let (_, intent) = it.paid("purchase-4").await;
    let first = CreateRefund::new()
        .payment_intent(&*intent)
        .amount(250)
        .send(&it.stripe)
        .await
        .expect("a refund");
    assert_eq!(
        (first.amount, first.status.as_deref()),
        (250, Some("succeeded"))
    );
    let rest = CreateRefund::new()
        .payment_intent(&*intent)
        .send(&it.stripe)
        .await
        .expect("a refund");
    assert_eq!(rest.amount, 1000);
    let found = RetrieveRefund::new(first.id.clone())
        .send(&it.stripe)
        .await
        .expect("a refund");
    assert_eq!(found.id, first.id);
    assert_eq!(it.ledger("purchase-4").await, (1250, 1250, 1));
    it.stop().await;
}

#[tokio::test]
async fn the_same_idempotency_key_gives_the_same_session() {
    let it = start().await;
    let key = RequestStrategy::Idempotent(IdempotencyKey::new("purchase-5").expect("a key"));
    let request = || {
        create("purchase-5")
            .customize()
            .request_strategy(key.clone())
    };
    let first = request().send(&it.stripe).await.expect("a session");
    let second = request().send(&it.stripe).await.expect("a session");
    assert_eq!(first.id, second.id);
    it.stop().await;
}

#[tokio::test]
async fn the_same_idempotency_key_with_another_request_is_refused() {
    let it = start().await;
    let key = RequestStrategy::Idempotent(IdempotencyKey::new("shared").expect("a key"));
    let send = |reference| create(reference).customize().request_strategy(key.clone());
    send("purchase-6")
        .send(&it.stripe)
        .await
        .expect("a session");
    let refused = send("purchase-7")
        .send(&it.stripe)
        .await
        .expect_err("refused");
    let StripeError::Stripe(error, status) = refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (error.type_, status),
        (ApiErrorsType::IdempotencyError, 400)
    );
    it.stop().await;
}

#[tokio::test]
async fn the_refunds_of_a_payment_are_listed_newest_first() {
    let it = start().await;
    let (_, intent) = it.paid("purchase-1").await;
    let (_, other) = it.paid("purchase-2").await;
    let mut refunds = Vec::new();
    for (payment, amount) in [(&intent, 250), (&other, 1), (&intent, 1000)] {
        let create = CreateRefund::new().payment_intent(payment).amount(amount);
        let refund = create.send(&it.stripe).await.expect("a refund");
        refunds.push(refund.id.to_string());
    }
    let list = ListRefund::new().payment_intent(&intent).limit(10);
    let listed = list.send(&it.stripe).await.expect("a list").data;
    let listed: Vec<_> = listed.iter().map(|refund| refund.id.to_string()).collect();
    assert_eq!(listed, [refunds[2].clone(), refunds[0].clone()]);
    it.stop().await;
}
