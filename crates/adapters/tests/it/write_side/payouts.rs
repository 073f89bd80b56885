//! Paying sellers, from the page on which the provider asks who they are to the money coming back.

use jiff::SignedDuration;
use picasso_commands::{CheckoutStarted, CommandError, Receipt};
use picasso_domain::{
    PayoutAccount, Purchase,
    picture::Edition,
    purchase::{PurchaseError, Stage},
    values::{PurchaseId, UserId},
};
use picasso_sandbox::{FaultKind, FaultRequest, Operation};
use reqwest::StatusCode;

use super::{
    fixture::{HOLD, Market, open},
    stall::{by, user},
};

/// 12.00 EUR less ten percent.
pub const SHARE: i64 = 1_080;
const DAY: SignedDuration = SignedDuration::from_hours(26);

/// What the sellers of a purchase have, by the provider's own books: transfers, handed on, taken back.
pub type Handed = (u64, i64, i64);

impl Market {
    /// Tells the provider everything about a seller; answers when they can be paid.
    pub async fn onboard(&self, seller: &UserId) {
        let started = self.onboarding.start(&by(seller)).await;
        let url = started.expect("a page").url.expect("something to tell");
        self.press_at(&url, "finish").await;
        self.settle().await;
        let account: PayoutAccount = self.load(seller.as_str()).await;
        assert!(account.ready().is_some(), "{account:?}");
    }

    pub async fn press_at(&self, url: &str, button: &str) {
        let answer = self.http.post(format!("{url}/{button}")).send().await;
        let status = answer.expect("an answer").status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{button}");
    }

    pub async fn handed_on(&self, id: &PurchaseId) -> Handed {
        let ledger = self.sandbox.ledger(Some(&id.to_string())).await;
        let ledger = ledger.expect("a ledger").references;
        ledger.first().map_or((0, 0, 0), |entry| {
            (entry.transfers, entry.transferred, entry.reversed)
        })
    }

    pub async fn refund(&self, seller: &UserId, id: &PurchaseId) -> Result<Receipt, CommandError> {
        let context = by(seller);
        self.purchases.refund(&context, id, false).await
    }

    async fn happens_at(&self, page: &CheckoutStarted, button: &str) {
        let status = self.press(page, button).await;
        assert_eq!(status, Some(StatusCode::SEE_OTHER));
        self.settle().await;
    }

    async fn no_webhook_of(&self, pattern: &str) {
        let order = FaultRequest {
            on: Operation::Webhook,
            kind: FaultKind::Never,
            times: 100,
            pattern: Some(pattern.to_owned()),
        };
        self.sandbox.add_fault(order).await.expect("a fault");
    }
}

/// Ann, who sells and can be paid, and a picture of hers that Bob has paid for.
async fn sold(edition: Edition) -> (Market, UserId, CheckoutStarted) {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    market.onboard(&ann).await;
    let picture = market.picture(&ann, edition).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    (market, ann, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_is_paid_once_when_the_holding_time_is_over() {
    let (market, _, page) = sold(Edition::Open).await;
    let id = &page.purchase_id;
    market.pass(HOLD - DAY).await;
    assert_eq!(market.handed_on(id).await, (0, 0, 0), "held");
    market.pass(DAY).await;
    assert_eq!(market.handed_on(id).await, (1, SHARE, 0));
    market.pass(HOLD * 8).await;
    assert_eq!(market.handed_on(id).await, (1, SHARE, 0), "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refunds_in_time_pays_nobody() {
    let (market, ann, page) = sold(Edition::Open).await;
    let refunded = market.refund(&ann, &page.purchase_id).await;
    refunded.expect("refunds");
    market.pass(HOLD * 2).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_after_the_transfer_takes_the_share_back() {
    let (market, ann, page) = sold(Edition::Open).await;
    market.pass(HOLD).await;
    let refunded = market.refund(&ann, &page.purchase_id).await;
    refunded.expect("refunds");
    market.settle().await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (1, SHARE, SHARE));
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 1_200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_in_the_dashboard_revokes_the_purchase_and_returns_the_picture() {
    let (market, ann, page) = sold(Edition::Exclusive).await;
    market.happens_at(&page, "refund").await;
    let purchase = market.purchase(&page.purchase_id).await;
    assert_eq!(purchase.stage, Stage::Refunded);
    let listing = market.listing(page.purchase_id.picture()).await;
    assert_eq!(listing.owner, ann);
    let names = market
        .names::<Purchase>(&page.purchase_id.to_string())
        .await;
    assert_eq!(names[4..], ["PurchaseRevoked", "PaymentRefunded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_in_the_dashboard_is_found_before_the_seller_is_paid_without_a_webhook() {
    let (market, _, page) = sold(Edition::Open).await;
    market.no_webhook_of(&page.purchase_id.to_string()).await;
    market.happens_at(&page, "refund").await;
    let purchase = market.purchase(&page.purchase_id).await;
    assert_eq!(purchase.stage, Stage::Granted, "nobody has told us");
    market.pass(HOLD).await;
    let purchase = market.purchase(&page.purchase_id).await;
    assert_eq!(purchase.stage, Stage::Refunded);
    assert_eq!(market.handed_on(&page.purchase_id).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disputed_share_is_held_until_the_dispute_is_won() {
    let (market, ann, page) = sold(Edition::Open).await;
    market.happens_at(&page, "dispute").await;
    market.pass(HOLD * 2).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (0, 0, 0));
    let refused = market.refund(&ann, &page.purchase_id).await;
    let refused = refused.expect_err("the bank has the money");
    assert!(
        matches!(refused, CommandError::Purchase(PurchaseError::Disputed)),
        "{refused}"
    );
    market.happens_at(&page, "dispute-won").await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (1, SHARE, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_dispute_revokes_the_purchase_and_takes_the_share_back() {
    let (market, ann, page) = sold(Edition::Exclusive).await;
    market.pass(HOLD).await;
    market.happens_at(&page, "dispute").await;
    let bob = page.purchase_id.buyer().clone();
    let picture = page.purchase_id.picture();
    assert_eq!(market.listing(picture).await.owner, bob, "not decided yet");
    market.happens_at(&page, "dispute-lost").await;
    assert_eq!(market.listing(picture).await.owner, ann);
    let purchase = market.purchase(&page.purchase_id).await;
    assert_eq!(purchase.stage, Stage::Refunded);
    assert_eq!(market.handed_on(&page.purchase_id).await, (1, SHARE, SHARE));
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_waits_for_its_seller_and_is_paid_as_soon_as_they_can_be() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    market.pass(HOLD * 2).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (0, 0, 0));
    market.onboard(&ann).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (1, SHARE, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_whose_account_was_shut_is_paid_once_it_is_open_again() {
    let (market, ann, page) = sold(Edition::Open).await;
    let account: PayoutAccount = market.load(ann.as_str()).await;
    let account = account.account().expect("an account").clone();
    // Nobody tells us, so the provider refuses the transfer first.
    market.no_webhook_of(&account.to_string()).await;
    let url = format!("{}/sandbox/accounts/{account}", market.sandbox_url);
    let shut = market.http.post(format!("{url}/restrict")).send().await;
    assert!(shut.expect("an answer").status().is_success());
    market.pass(HOLD).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (0, 0, 0));
    let id = page.purchase_id.to_string();
    let refused = market.names::<Purchase>(&id).await;
    assert_eq!(refused.last(), Some(&"TransferRefused"));
    let account: PayoutAccount = market.load(ann.as_str()).await;
    assert_eq!(account.ready(), None, "the provider was asked at once");
    market.forget_faults().await;
    market.onboard(&ann).await;
    assert_eq!(market.handed_on(&page.purchase_id).await, (1, SHARE, 0));
    assert_eq!(
        market.names::<Purchase>(&id).await.last(),
        Some(&"SellerPaid")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_to_onboard_opens_one_account_and_gets_a_new_page() {
    let market = open().await;
    let context = by(&market.person("ann").await);
    let first = market.onboarding.start(&context).await.expect("a page");
    let again = market.onboarding.start(&context).await.expect("a page");
    assert_eq!(again.receipt, first.receipt);
    assert_ne!(again.url, first.url, "a page is good once");
    let accounts = market.sandbox.connected_accounts().await;
    assert_eq!(accounts.expect("a number"), 1);
    let names = market.names::<PayoutAccount>("ann").await;
    assert_eq!(names, ["PayoutAccountRequested", "PayoutAccountOpened"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_told_everything_is_asked_nothing_more() {
    let market = open().await;
    let ann = market.person("ann").await;
    market.onboard(&ann).await;
    let started = market.onboarding.start(&by(&ann)).await;
    assert_eq!(started.expect("an answer").url, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_be_paid() {
    let market = open().await;
    let refused = market.onboarding.start(&by(&user("stranger"))).await;
    assert!(matches!(refused, Err(CommandError::NotRegistered)));
}
