//! A seller tells the provider who they are, sells, is paid when the holding time is over, and owes nothing after a
//! refund: over gRPC-web, with the provider's pages pressed as people press them.

use std::time::{Duration, Instant};

use picasso_api::proto::{
    commands::v1::{
        RefundPurchaseRequest, RefundPurchaseResponse, StartPayoutOnboardingRequest,
        StartPayoutOnboardingResponse,
    },
    queries::v1::{
        Earnings, GetEarningsRequest, GetEarningsResponse, GetPayoutStatusRequest,
        GetPayoutStatusResponse, ListLedgerEntriesRequest, PayoutStatus,
    },
    types::v1::Edition,
};

use super::{FAST, granted};
use crate::support::{
    market::Market,
    person::{Person, after, request_id},
    photograph,
};

const PATIENCE: Duration = Duration::from_secs(60);
/// Nobody waits a week in a test.
const AT_ONCE: (&str, &str) = ("PAYMENTS__PAYOUT_HOLD_S", "0");

async fn start_onboarding(person: &Person) -> StartPayoutOnboardingResponse {
    let method = "picasso.commands.v1.PayoutCommandService/StartPayoutOnboarding";
    let request = StartPayoutOnboardingRequest {
        request_id: request_id(),
    };
    person.client.get(method, &request).await
}

async fn status(person: &Person, request: &GetPayoutStatusRequest) -> PayoutStatus {
    let method = "picasso.queries.v1.PayoutQueryService/GetPayoutStatus";
    let answer: GetPayoutStatusResponse = person.client.get(method, request).await;
    answer.status()
}

async fn press(person: &Person, url: &str, button: &str) {
    let answer = person.client.http().post(format!("{url}/{button}"));
    let status = answer.send().await.expect("an answer").status();
    assert!(!status.is_server_error(), "{button}: {status}");
}

/// Pending, available and paid, in cents.
async fn earnings(person: &Person) -> [i64; 3] {
    let method = "picasso.queries.v1.PayoutQueryService/GetEarnings";
    let request = GetEarningsRequest::default();
    let answer: GetEarningsResponse = person.client.get(method, &request).await;
    let earned = answer.earnings.into_iter().next().unwrap_or_default();
    let Earnings {
        pending,
        available,
        paid,
    } = earned;
    [pending, available, paid].map(|money| money.map_or(0, |money| money.amount_minor))
}

/// Waits until a person has earned this.
async fn earns(person: &Person, expected: [i64; 3]) {
    let began = Instant::now();
    loop {
        let found = earnings(person).await;
        if found == expected {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "the earnings stay {found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_seller_is_onboarded_paid_and_repaid() {
    let settings: Vec<_> = FAST.into_iter().chain([AT_ONCE]).collect();
    let market = Market::start_with(&settings).await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let none = GetPayoutStatusRequest::default();
    assert_eq!(status(&ann, &none).await, PayoutStatus::None);

    // She asks to be paid, and is shown where to tell the provider who she is.
    let started = start_onboarding(&ann).await;
    let seen = GetPayoutStatusRequest {
        min_position: after(started.receipt.as_ref()),
    };
    assert_ne!(status(&ann, &seen).await, PayoutStatus::None);
    press(&ann, &started.onboarding_url, "finish").await;
    let back = start_onboarding(&ann).await;
    assert_eq!(back.onboarding_url, "", "nothing is left to be told");

    // He buys; she is paid the price less our fee.
    let original = photograph("phone-nokia.jpg");
    let published = ann.publish(&original, "Nokia street", Edition::Open).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    granted(&bob, &checkout.purchase_id).await;
    earns(&ann, [0, 0, 1_350]).await;

    // She gives the money back, and her share comes back from her.
    let refund = RefundPurchaseRequest {
        request_id: request_id(),
        purchase_id: checkout.purchase_id.clone(),
    };
    let method = "picasso.commands.v1.PurchaseCommandService/RefundPurchase";
    let _: RefundPurchaseResponse = ann.client.get(method, &refund).await;
    earns(&ann, [0, 0, 0]).await;

    // The books are the operators' business, and they add up.
    let method = "picasso.queries.v1.LedgerQueryService/ListLedgerEntries";
    let refusal = ann
        .client
        .refused(method, &ListLedgerEntriesRequest::default())
        .await;
    assert_eq!(refusal.reason, "ROLE_MISSING");
    let doctor = market.says(&["doctor"]);
    assert!(
        doctor.contains("ledger balance: 1 currencies, each adds up to zero"),
        "{doctor}"
    );
}
