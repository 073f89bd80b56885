//! A seller tells the provider who they are, sells, is paid when the holding time is over, and owes nothing after a
//! refund: over gRPC-web, with the provider's pages pressed as people press them; also when the process is killed in
//! the middle of it.

use std::time::{Duration, Instant};

use picasso_api::proto::{
    commands::v1::{
        RefundPurchaseRequest, RefundPurchaseResponse, StartPayoutOnboardingRequest,
        StartPayoutOnboardingResponse,
    },
    queries::v1::{
        Earnings, GetEarningsRequest, GetEarningsResponse, GetLedgerAccountRequest,
        GetLedgerAccountResponse, GetPayoutStatusRequest, GetPayoutStatusResponse,
        ListLedgerEntriesRequest, ListLedgerEntriesResponse, PayoutStatus,
    },
    types::v1::{Edition, Money},
};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{FAST, granted};
use crate::support::{
    campaign,
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
        ..
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

/// Waits until exactly these events have moved money at the provider, in whichever order the last two came.
async fn posted_to_the_provider(operator: &Person, expected: &[&str]) {
    let method = "picasso.queries.v1.LedgerQueryService/ListLedgerEntries";
    let request = ListLedgerEntriesRequest {
        account: "provider".to_owned(),
        ..ListLedgerEntriesRequest::default()
    };
    let began = Instant::now();
    let found = loop {
        let page: ListLedgerEntriesResponse = operator.client.get(method, &request).await;
        if page.entries.len() >= expected.len() {
            break page.entries;
        }
        assert!(began.elapsed() < PATIENCE, "{:?}", page.entries);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let mut names: Vec<&str> = found.iter().map(|entry| entry.what.as_str()).collect();
    let mut expected = expected.to_vec();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for entry in &found {
        let amounts = entry.postings.iter().filter_map(|it| it.amount.as_ref());
        let sum: i64 = amounts.map(|amount| amount.amount_minor).sum();
        assert_eq!(sum, 0, "{entry:?}");
    }
}

async fn refund(seller: &Person, purchase_id: &str) {
    let refund = RefundPurchaseRequest {
        request_id: request_id(),
        purchase_id: purchase_id.to_owned(),
    };
    let method = "picasso.commands.v1.PurchaseCommandService/RefundPurchase";
    let _: RefundPurchaseResponse = seller.client.get(method, &refund).await;
}

async fn start() -> Market {
    let settings: Vec<_> = FAST.into_iter().chain([AT_ONCE]).collect();
    Market::start_with(&settings).await
}

#[tokio::test]
async fn a_seller_is_onboarded_paid_and_repaid() {
    let market = start().await;
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
    refund(&ann, &checkout.purchase_id).await;
    earns(&ann, [0, 0, 0]).await;

    // The books are the operators' business, and they add up.
    let method = "picasso.queries.v1.LedgerQueryService/ListLedgerEntries";
    let refusal = ann
        .client
        .refused(method, &ListLedgerEntriesRequest::default())
        .await;
    assert_eq!(refusal.reason, "ROLE_MISSING");
    let operator = Person::sign_up_as(&market, "opal", "operator").await;
    let expected = [
        "TransferReversed",
        "PaymentRefunded",
        "SellerPaid",
        "PaymentReceived",
    ];
    posted_to_the_provider(&operator, &expected).await;
    let method = "picasso.queries.v1.LedgerQueryService/GetLedgerAccount";
    let account = |name: &str| GetLedgerAccountRequest {
        account: name.to_owned(),
        min_position: vec![],
    };
    let balance: GetLedgerAccountResponse = operator.client.get(method, &account("provider")).await;
    assert_eq!(
        balance.balances,
        [Money {
            amount_minor: 0,
            currency: "EUR".to_owned()
        }]
    );
    let refusal = operator.client.refused(method, &account("till")).await;
    assert_eq!(refusal.reason, "INVALID_VALUE");
    let doctor = market.says(&["doctor"]);
    assert!(
        doctor.contains("ledger balance: 1 currencies, each adds up to zero"),
        "{doctor}"
    );
}

#[tokio::test]
async fn a_ledger_that_does_not_add_up_is_found() {
    // The read store is changed as a file.
    let mut market = Market::start_embedded(&FAST).await;
    let ann = Person::join(&market, "ann").await;
    let bob = Person::join(&market, "bob").await;
    let original = photograph("orientation-landscape-1.jpg");
    let published = ann.publish(&original, "Landscape", Edition::Open).await;
    let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
    bob.pay(&checkout.checkout_url).await;
    earns(&ann, [1_350, 0, 0]).await;
    market.terminate();
    let store = rusqlite::Connection::open(market.data().join("read.db")).expect("a store");
    let changed = store.execute(
        "UPDATE documents SET body = json_set(body, '$.account.balances.EUR.amount_minor', 1507)
         WHERE key = 'account/provider'",
        [],
    );
    assert_eq!(changed.expect("an update"), 1);
    drop(store);
    let doctor = market.command(&["doctor"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert_eq!(doctor.status.code(), Some(1), "{said}");
    let finding = "ledger balance: the accounts add up to 7 minor units of EUR";
    assert!(said.contains(finding), "{said}");
}

/// The purchases of which the provider's books do not say yet that the seller was paid once, or that all has gone back.
async fn unfinished(market: &Market, sold: usize) -> Vec<serde_json::Value> {
    let url = format!("{}/sandbox/ledger", market.sandbox_url());
    let answer = market.client().http().get(url).send().await;
    let mut ledger: serde_json::Value = answer.expect("an answer").json().await.expect("JSON");
    let entries = ledger["references"].take();
    let entries = entries.as_array().expect("a list").clone();
    assert_eq!(entries.len(), sold);
    let is_unfinished = |entry: &serde_json::Value| {
        let of = |field: &str| entry[field].as_i64().expect("a number");
        let handed = (of("transfers"), of("transferred"), of("reversed"));
        assert!(of("charged") == 1_500 && handed.0 <= 1, "{entry}");
        match of("refunded") {
            0 => handed != (1, 1_350, 0),
            refunded => refunded != 1_500 || handed.1 != handed.2,
        }
    };
    entries.into_iter().filter(is_unfinished).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaign_kill_nine_pays_each_seller_once() {
    let (rounds, seed) = (campaign::size(4, 100), campaign::seed());
    println!("campaign kill -9 of payouts: {rounds} rounds, PICASSO_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut market = start().await;
    let ann = Person::join(&market, "ann").await;
    let started = start_onboarding(&ann).await;
    press(&ann, &started.onboarding_url, "finish").await;
    let original = photograph("orientation-landscape-1.jpg");
    let published = ann.publish(&original, "Landscape", Edition::Open).await;
    let mut standing = 0;
    for round in 0..rounds {
        let bob = Person::join(&market, &format!("buyer{round}")).await;
        let checkout = bob.start_checkout(&published.picture_id, 1_500).await;
        bob.pay(&checkout.checkout_url).await;
        if round % 3 == 1 {
            granted(&bob, &checkout.purchase_id).await;
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..200))).await;
            refund(&ann, &checkout.purchase_id).await;
        } else {
            standing += 1;
        }
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..400))).await;
        market.kill();
        market.boot();
        market.ready().await;
    }
    let (sold, began) = (usize::try_from(rounds).expect("few"), Instant::now());
    while let [first, ..] = unfinished(&market, sold).await.as_slice() {
        assert!(began.elapsed() < PATIENCE, "{first}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    earns(&ann, [0, 0, 1_350 * standing]).await;
    println!("campaign kill -9 of payouts: {standing} paid once, the others given back");
}
