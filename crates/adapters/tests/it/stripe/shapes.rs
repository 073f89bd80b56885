//! Every request we send has the shape that Stripe documents: stripe-mock checks each against Stripe's own OpenAPI
//! description, and what it answers are Stripe's own examples.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use picasso_adapters::stripe::{StripeConfig, StripePayments};
use picasso_commands::ports::{
    CheckoutRequest, OnboardingUrls, Payments, Payouts, RefundRequest, ReversalRequest,
    TransferRequest,
};
use picasso_domain::{
    Timestamp,
    values::{
        Currency, Money, PaymentId, PayoutAccountId, PictureId, PurchaseId, SessionId, TransferId,
        UserId,
    },
};

use super::super::local_sandbox::{self, WEBHOOK_SECRET};

/// stripe-mock takes a moment for its first answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const PRICE: Money = Money {
    amount_minor: 1_500,
    currency: Currency::Eur,
};

fn stripe_mock() -> String {
    picasso_testing::variable("PICASSO_TEST_STRIPE_URL")
}

/// One request and how stripe-mock found it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    request: String,
    has_key: bool,
    status: StatusCode,
    /// Of what was not accepted.
    complaint: String,
}

/// Stands before stripe-mock, notes what passes, and answers once with an error of Stripe's if told to.
#[derive(Clone, Default)]
struct Relay {
    seen: Arc<Mutex<Vec<Seen>>>,
    refusal: Arc<Mutex<Option<&'static str>>>,
}

impl Relay {
    async fn start(&self) -> StripePayments {
        local_sandbox::install_crypto();
        let (listener, url) = local_sandbox::listen().await;
        let app = Router::new().fallback(pass).with_state(self.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        let config = StripeConfig {
            secret_key: "sk_test_shapes".into(),
            api_base: Some(url),
            webhook_secret: WEBHOOK_SECRET.into(),
            connect_webhook_secret: None,
            timeout: TIMEOUT,
        };
        StripePayments::new(config).expect("a client")
    }

    fn refuse_next(&self, code: &'static str) {
        *self.refusal.lock().expect("no panic") = Some(code);
    }

    /// What passed since the last look; all of it must have been accepted.
    fn accepted(&self) -> Vec<(String, bool)> {
        let seen = std::mem::take(&mut *self.seen.lock().expect("no panic"));
        for request in &seen {
            assert_eq!(request.status, StatusCode::OK, "{request:?}");
        }
        let told = seen.into_iter().map(|seen| (seen.request, seen.has_key));
        told.collect()
    }
}

async fn pass(
    State(relay): State<Relay>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Bytes) {
    if let Some(code) = relay.refusal.lock().expect("no panic").take() {
        let error = serde_json::json!({"error": {"type": "invalid_request_error", "code": code,
            "param": code, "message": "refused by the test"}});
        return (StatusCode::BAD_REQUEST, error.to_string().into());
    }
    let url = format!("{}{uri}", stripe_mock());
    let mut request = reqwest::Client::new().request(method.clone(), url);
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "stripe-version",
    ] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request
        .body(body)
        .send()
        .await
        .expect("stripe-mock answers");
    let status = answer.status();
    let body = answer.bytes().await.expect("a body");
    let complaint = if status.is_success() {
        String::new()
    } else {
        String::from_utf8_lossy(&body).into_owned()
    };
    relay.seen.lock().expect("no panic").push(Seen {
        request: format!("{method} {}", uri.path()),
        has_key: headers.contains_key("idempotency-key"),
        status,
        complaint,
    });
    (status, body)
}

fn purchase() -> PurchaseId {
    let buyer = UserId::parse("bob\"the\\buyer\"").expect("a user id");
    PurchaseId::new(PictureId::nil(), buyer, 1)
}

fn checkout() -> CheckoutRequest {
    CheckoutRequest {
        key: "checkout-1".into(),
        purchase_id: purchase(),
        title: "Harbour at dawn & <night>".into(),
        amount: PRICE,
        success_url: "http://127.0.0.1/orders?checkout=success".into(),
        cancel_url: "http://127.0.0.1/orders?checkout=cancelled".into(),
        expires_at: Timestamp::now() + jiff::SignedDuration::from_mins(60),
    }
}

fn refund() -> RefundRequest {
    RefundRequest {
        key: "refund-1".into(),
        payment_id: PaymentId("pi_1".into()),
        amount: PRICE,
    }
}

fn told(requests: &[(&str, bool)]) -> Vec<(String, bool)> {
    let owned = requests
        .iter()
        .map(|(name, key)| ((*name).to_owned(), *key));
    owned.collect()
}

#[tokio::test]
async fn opening_a_page_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let opened = payments.open_checkout(&checkout()).await;
    let create = [("POST /v1/checkout/sessions", true)];
    assert_eq!(relay.accepted(), told(&create), "{opened:?}");
    // Stripe says that the page would close too soon: a later time, under a key of its own.
    relay.refuse_next("expires_at");
    let opened = payments.open_checkout(&checkout()).await;
    assert_eq!(relay.accepted(), told(&create), "{opened:?}");
}

#[tokio::test]
async fn reading_a_page_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let page = SessionId("cs_test_1".into());
    let read = payments.checkout(&page).await;
    let retrieve = told(&[("GET /v1/checkout/sessions/cs_test_1", false)]);
    assert_eq!(relay.accepted(), retrieve, "{read:?}");
}

#[tokio::test]
async fn closing_a_page_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let page = SessionId("cs_test_1".into());
    let closed = payments.close_checkout(&page).await;
    let expire = told(&[("POST /v1/checkout/sessions/cs_test_1/expire", false)]);
    assert_eq!(relay.accepted(), expire, "{closed:?}");
    // It has ended already: then it is read.
    relay.refuse_next("resource_missing");
    let closed = payments.close_checkout(&page).await;
    let retrieve = told(&[("GET /v1/checkout/sessions/cs_test_1", false)]);
    assert_eq!(relay.accepted(), retrieve, "{closed:?}");
}

#[tokio::test]
async fn looking_for_payments_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let found = payments.payments_of(&purchase()).await;
    let found = found.expect("the example has payments of somebody else");
    assert_eq!(found, []);
    let search = told(&[("GET /v1/payment_intents/search", false)]);
    assert_eq!(relay.accepted(), search);
}

#[tokio::test]
async fn refunding_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let refunded = payments.refund(&refund()).await;
    let create = told(&[("POST /v1/refunds", true)]);
    assert_eq!(relay.accepted(), create);
    assert!(refunded.expect("refunded").0.starts_with("re_"));
    // Somebody has refunded it before: then the earlier refund is looked for.
    relay.refuse_next("charge_already_refunded");
    let refunded = payments.refund(&refund()).await;
    let list = told(&[("GET /v1/refunds", false)]);
    assert_eq!(relay.accepted(), list);
    assert!(refunded.expect("refunded").0.starts_with("re_"));
}

#[tokio::test]
async fn asking_for_a_payment_is_a_request_that_stripe_documents() {
    let relay = Relay::default();
    let payments = relay.start().await;
    let payment = payments.payment(&PaymentId("pi_1".into())).await;
    let asked = relay.accepted();
    assert!(!asked.is_empty(), "{payment:?}");
}

#[tokio::test]
async fn onboarding_is_requests_that_stripe_documents() {
    let relay = Relay::default();
    let payouts = relay.start().await;
    let seller = UserId::parse("ann").expect("a user id");
    let opened = payouts.open_account("payout-account-1", &seller).await;
    let create = told(&[("POST /v1/accounts", true)]);
    assert_eq!(relay.accepted(), create, "{opened:?}");
    let account = PayoutAccountId("acct_1".into());
    let urls = OnboardingUrls {
        return_url: "http://127.0.0.1/payouts?onboarding=returned".into(),
        refresh_url: "http://127.0.0.1/payouts?onboarding=again".into(),
    };
    let link = payouts.onboarding_link(&account, &urls).await;
    let create = told(&[("POST /v1/account_links", false)]);
    assert_eq!(relay.accepted(), create, "{link:?}");
    let stands = payouts.can_be_paid(&account).await;
    let retrieve = told(&[("GET /v1/accounts/acct_1", false)]);
    assert_eq!(relay.accepted(), retrieve, "{stands:?}");
}

#[tokio::test]
async fn paying_a_seller_and_taking_it_back_are_requests_that_stripe_documents() {
    let relay = Relay::default();
    let payouts = relay.start().await;
    let transfer = TransferRequest {
        key: "transfer-1".into(),
        purchase_id: purchase(),
        payment_id: PaymentId("pi_1".into()),
        account: PayoutAccountId("acct_1".into()),
        amount: PRICE,
    };
    let paid = payouts.transfer(&transfer).await;
    assert!(!relay.accepted().is_empty(), "{paid:?}");
    let reversal = ReversalRequest {
        key: "reversal-1".into(),
        transfer_id: TransferId("tr_1".into()),
        amount: PRICE,
    };
    let reversed = payouts.reverse(&reversal).await;
    // Stripe forgets keys after a day, so earlier reversals are looked through first.
    let reverse = told(&[
        ("GET /v1/transfers/tr_1/reversals", false),
        ("POST /v1/transfers/tr_1/reversals", true),
    ]);
    assert_eq!(relay.accepted(), reverse, "{reversed:?}");
}

/// The test of the test: what Stripe does not document does not pass.
#[tokio::test]
async fn a_parameter_that_stripe_does_not_know_is_noticed() {
    local_sandbox::install_crypto();
    let url = format!("{}/v1/refunds", stripe_mock());
    let request = reqwest::Client::new().post(url).bearer_auth("sk_test_1");
    let answer = request.form(&[("payment_intend", "pi_1")]).send().await;
    let status = answer.expect("an answer").status();
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
