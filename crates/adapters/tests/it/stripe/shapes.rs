//! Every request we make against stripe-mock, which checks it by Stripe's own OpenAPI description and answers with
//! fixtures: what it takes has the shape Stripe takes, and what it answers we can read.

use std::time::Duration;

use picasso_adapters::stripe::{StripeConfig, StripePayments};
use picasso_commands::ports::{
    CheckoutRequest, OnboardingUrls, PaymentError, Payments, Payouts, RefundRequest,
    ReversalRequest, TransferRequest,
};
use picasso_domain::{
    Timestamp,
    values::{
        Currency, Money, PaymentId, PayoutAccountId, PictureId, PurchaseId, SessionId, TransferId,
        UserId,
    },
};

const AMOUNT: Money = Money {
    amount_minor: 1_250,
    currency: Currency::Eur,
};

fn server() -> String {
    std::env::var("PICASSO_TEST_STRIPE_URL").expect(
        "PICASSO_TEST_STRIPE_URL is not set: run `make test`, or \
         `scripts/servers up stripe && source <(scripts/servers env)` first",
    )
}

fn mock() -> StripePayments {
    crate::local_sandbox::install_crypto();
    let url = server();
    let config = StripeConfig {
        secret_key: "sk_test_123".into(),
        api_base: Some(url),
        webhook_secret: "whsec_it".into(),
        connect_webhook_secret: None,
        timeout: Duration::from_secs(20),
    };
    StripePayments::new(config).expect("a client")
}

fn purchase() -> PurchaseId {
    let buyer = UserId::parse("Bob.the-buyer").expect("a user id");
    PurchaseId::new(PictureId::nil(), buyer, 1)
}

/// stripe-mock's fixtures say little of what was asked, so an answer we cannot use is as good; a refusal is not.
fn taken<T: std::fmt::Debug>(answer: Result<T, PaymentError>) {
    match answer {
        Ok(_) => {}
        Err(PaymentError::Unknown(source)) if source.to_string().contains("the answer has no") => {}
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn stripe_takes_what_checkout_asks() {
    let stripe = mock();
    let request = CheckoutRequest {
        key: format!("checkout-{}", uuid::Uuid::now_v7()),
        purchase_id: purchase(),
        title: "Harbour at dawn".into(),
        amount: AMOUNT,
        success_url: "http://127.0.0.1/orders?checkout=success".into(),
        cancel_url: "http://127.0.0.1/orders?checkout=cancelled".into(),
        expires_at: Timestamp::now() + jiff::SignedDuration::from_hours(1),
    };
    taken(stripe.open_checkout(&request).await);
    let session_id = SessionId("cs_test_1".into());
    taken(stripe.checkout(&session_id).await);
    taken(stripe.close_checkout(&session_id).await);
}

#[tokio::test]
async fn stripe_takes_what_is_asked_of_payments() {
    let stripe = mock();
    let payment_id = PaymentId("pi_1".into());
    taken(stripe.payments_of(&purchase()).await);
    taken(stripe.payment(&payment_id).await);
    let request = RefundRequest {
        key: format!("refund-{}", uuid::Uuid::now_v7()),
        payment_id,
        amount: AMOUNT,
    };
    taken(stripe.refund(&request).await);
}

#[tokio::test]
async fn stripe_takes_what_onboarding_asks() {
    let stripe = mock();
    let seller = UserId::parse("ann").expect("a user id");
    let key = format!("payout-account-{}", uuid::Uuid::now_v7());
    taken(stripe.open_account(&key, &seller).await);
    let account = PayoutAccountId("acct_1".into());
    let urls = OnboardingUrls {
        return_url: "http://127.0.0.1/payouts?onboarding=returned".into(),
        refresh_url: "http://127.0.0.1/payouts?onboarding=again".into(),
    };
    taken(stripe.onboarding_link(&account, &urls).await);
    taken(stripe.can_be_paid(&account).await);
}

#[tokio::test]
async fn stripe_takes_what_payouts_ask() {
    let stripe = mock();
    let transfer = TransferRequest {
        key: format!("transfer-{}", uuid::Uuid::now_v7()),
        purchase_id: purchase(),
        payment_id: PaymentId("pi_1".into()),
        account: PayoutAccountId("acct_1".into()),
        amount: AMOUNT,
    };
    taken(stripe.transfer(&transfer).await);
    let reversal = ReversalRequest {
        key: format!("reversal-{}", uuid::Uuid::now_v7()),
        transfer_id: TransferId("tr_1".into()),
        amount: AMOUNT,
    };
    taken(stripe.reverse(&reversal).await);
}

/// That a wrong shape is noticed at all.
#[tokio::test]
async fn a_wrong_shape_is_refused() {
    let stripe = mock();
    let request = RefundRequest {
        key: format!("refund-{}", uuid::Uuid::now_v7()),
        payment_id: PaymentId("pi_1".into()),
        amount: AMOUNT,
    };
    let url = server();
    let answer = reqwest::Client::new()
        .post(format!("{url}/v1/refunds"))
        .bearer_auth("sk_test_123")
        .form(&[("payment", "pi_1")])
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status(), 400);
    taken(stripe.refund(&request).await);
}
