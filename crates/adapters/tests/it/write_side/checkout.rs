//! Buying, from the frozen terms to a grant or to nothing: no money without a picture, no picture without money.

use jiff::SignedDuration;
use picasso_commands::{CheckoutStarted, CommandError};
use picasso_domain::{
    DomainEvent, Picture, Purchase,
    picture::{self, Edition, PictureError},
    purchase::{Closure, PurchaseError, PurchaseEvent, Stage},
    values::{PictureId, PurchaseId, UserId},
};
use picasso_sandbox::{FaultKind, FaultRequest, Operation};
use reqwest::StatusCode;

use super::{
    fixture::{CHECKOUT_TTL, Market, open},
    stall::{at, by, details, eur},
};

/// Ann, who sells; Bob, who buys; and a published picture.
async fn stall(edition: Edition) -> (Market, UserId, UserId, PictureId) {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, edition).await;
    (market, ann, bob, picture)
}

impl Market {
    async fn closure(&self, id: &PurchaseId) -> Option<Closure> {
        let history = self.history::<Purchase>(&id.to_string()).await;
        history.iter().find_map(|event| match event {
            DomainEvent::Purchase(PurchaseEvent::PurchaseClosed { closure }) => Some(*closure),
            _ => None,
        })
    }

    async fn stage(&self, page: &CheckoutStarted) -> Stage {
        self.purchase(&page.purchase_id).await.stage
    }

    /// Spoils all calls of a kind that are about a purchase.
    async fn spoil(&self, on: Operation, kind: FaultKind, id: &PurchaseId) {
        let order = FaultRequest {
            on,
            kind,
            times: 100,
            pattern: Some(id.to_string()),
        };
        self.sandbox.add_fault(order).await.expect("a fault");
    }
}

fn refused_by_picture<T>(result: Result<T, CommandError>, expected: PictureError) {
    match result {
        Err(CommandError::Picture(error)) => assert_eq!(error, expected),
        Err(error) => panic!("refused for another reason: {error}"),
        Ok(_) => panic!("accepted"),
    }
}

fn refused_by_purchase<T>(result: Result<T, CommandError>, expected: PurchaseError) {
    match result {
        Err(CommandError::Purchase(error)) => assert_eq!(error, expected),
        Err(error) => panic!("refused for another reason: {error}"),
        Ok(_) => panic!("accepted"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_gets_the_picture_once_and_both_get_a_letter() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    let names = market
        .names::<Purchase>(&page.purchase_id.to_string())
        .await;
    let expected = [
        "PurchaseStarted",
        "CheckoutOpened",
        "PaymentReceived",
        "PurchaseGranted",
    ];
    assert_eq!(names, expected);
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 0));
    assert_eq!(market.letters(&bob).await, ["receipt"]);
    assert_eq!(market.letters(&ann).await, ["sale"]);
    assert_eq!(market.listing(picture).await.owner, ann);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_follows_from_a_request_names_it_and_its_cause() {
    let (market, _, bob, picture) = stall(Edition::Open).await;
    let request = by(&bob);
    let terms = at(picture, eur(1_200));
    let page = market.purchases.start_checkout(&request, terms).await;
    market.pay(&page.expect("a page")).await;
    let events = market.events().await;
    let of_purchase = events
        .iter()
        .filter(|event| event.aggregate_type == "purchase");
    let mut positions = vec![];
    for event in of_purchase {
        let metadata = &event.metadata;
        assert_eq!(
            metadata.correlation_id,
            Some(request.request_id),
            "{event:?}"
        );
        match &metadata.causation {
            None => assert_eq!(metadata.actor, bob.as_str()),
            Some(cause) => assert!(positions.contains(cause), "{event:?}"),
        }
        positions.push(event.position().to_string());
    }
    assert!(positions.len() >= 4, "started, opened, paid, granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_asked_for_again_after_it_was_paid_is_answered_alike() {
    let (market, _, bob, picture) = stall(Edition::Exclusive).await;
    let (context, command) = (by(&bob), at(picture, eur(1_200)));
    let first = market.purchases.start_checkout(&context, command).await;
    let first = first.expect("starts");
    market.pay(&first).await;
    let again = market.purchases.start_checkout(&context, command).await;
    let again = again.expect("the first answer");
    assert_eq!(again.checkout_url, first.checkout_url);
    assert_eq!(again.receipt, first.receipt);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_leaves_the_page_open_for_another() {
    let (market, _, bob, picture) = stall(Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    market.press(&page, "decline").await;
    // The same page again, which also brings the purchase up to date.
    let again = market.buy(&bob, picture).await;
    assert_eq!(again.checkout_url, page.checkout_url);
    let purchase = market.purchase(&page.purchase_id).await;
    assert_eq!(purchase.declined.as_deref(), Some("generic_decline"));
    market.pay(&page).await;
    assert_eq!(market.stage(&page).await, Stage::Granted);
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_page_can_never_be_paid() {
    let (market, _, bob, picture) = stall(Edition::Exclusive).await;
    let page = market.buy(&bob, picture).await;
    market.press(&page, "leave").await;
    let id = &page.purchase_id;
    let cancelled = market.purchases.cancel_checkout(&by(&bob), id).await;
    cancelled.expect("cancels");
    assert_eq!(market.closure(id).await, Some(Closure::CancelledByBuyer));
    assert_eq!(market.listing(picture).await.reserved_for, None);
    market.press(&page, "pay").await;
    market.settle().await;
    assert_eq!(market.stage(&page).await, Stage::Closed);
    assert_eq!(market.charged(id).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_paid_cannot_be_cancelled() {
    let (market, _, bob, picture) = stall(Edition::Exclusive).await;
    let page = market.buy(&bob, picture).await;
    market.sandbox.set_webhook_url(None).expect("nowhere");
    market.press(&page, "pay").await;
    let cancelled = market
        .purchases
        .cancel_checkout(&by(&bob), &page.purchase_id)
        .await;
    refused_by_purchase(cancelled, PurchaseError::AlreadyPaid);
    assert_eq!(market.stage(&page).await, Stage::Granted);
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_checkout_cannot_be_cancelled() {
    let (market, ann, bob, picture) = stall(Edition::Exclusive).await;
    let page = market.buy(&bob, picture).await;
    let refused = market
        .purchases
        .cancel_checkout(&by(&ann), &page.purchase_id)
        .await;
    assert!(matches!(refused, Err(CommandError::NotParty)));
    assert_eq!(market.stage(&page).await, Stage::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_left_alone_expires_and_lets_go_of_the_picture() {
    let (market, _, bob, picture) = stall(Edition::Exclusive).await;
    let page = market.buy(&bob, picture).await;
    let reserved_for = market.listing(picture).await.reserved_for;
    assert_eq!(reserved_for.as_ref(), Some(&page.purchase_id));
    market.settle().await;
    assert_eq!(
        market.closure(&page.purchase_id).await,
        Some(Closure::Expired)
    );
    let listing = market.listing(picture).await;
    assert_eq!(
        (listing.reserved_for, listing.stage),
        (None, picture::Stage::Published)
    );
    assert!(market.letters(&bob).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risen_price_needs_new_consent_and_a_fallen_one_is_passed_on() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    let repriced = market
        .pictures
        .reprice(&by(&ann), picture, eur(1_500))
        .await;
    repriced.expect("reprices");
    let events = market.events().await.len();
    match market.try_to_buy(&bob, picture).await {
        Err(CommandError::PriceRisen { current }) => assert_eq!(current, eur(1_500)),
        other => panic!("{other:?}"),
    }
    assert_eq!(market.events().await.len(), events);
    let repriced = market.pictures.reprice(&by(&ann), picture, eur(700)).await;
    repriced.expect("reprices");
    let page = market.buy(&bob, picture).await;
    assert_eq!(page.price, eur(700));
    market.pay(&page).await;
    assert_eq!(market.charged(&page.purchase_id).await, (700, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terms_are_frozen_when_checkout_starts() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    let repriced = market
        .pictures
        .reprice(&by(&ann), picture, eur(2_000))
        .await;
    repriced.expect("reprices");
    market
        .pictures
        .withdraw(&by(&ann), picture)
        .await
        .expect("withdraws");
    market.pay(&page).await;
    assert_eq!(market.stage(&page).await, Stage::Granted);
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_back_to_a_page_that_costs_more_than_they_were_shown() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    let dear = market.buy(&bob, picture).await;
    let repriced = market.pictures.reprice(&by(&ann), picture, eur(700)).await;
    repriced.expect("reprices");
    let command = at(picture, eur(700));
    let cheap = market.purchases.start_checkout(&by(&bob), command).await;
    let cheap = cheap.expect("starts");
    assert_eq!(cheap.price, eur(700));
    assert_ne!(cheap.purchase_id, dear.purchase_id);
    market.press(&dear, "pay").await;
    market.pay(&cheap).await;
    assert_eq!(market.charged(&dear.purchase_id).await, (0, 0));
    assert_eq!(market.charged(&cheap.purchase_id).await, (700, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_made_unheard_is_found_again_though_the_title_has_changed() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    let id = PurchaseId::new(picture, bob.clone(), 1);
    market
        .spoil(Operation::CreateSession, FaultKind::TimeoutAfterEffect, &id)
        .await;
    let context = by(&bob);
    let command = at(picture, eur(1_200));
    let unheard = market.purchases.start_checkout(&context, command).await;
    assert!(matches!(unheard, Err(CommandError::Payment(_))));
    let changed = market
        .pictures
        .change_details(&by(&ann), picture, details("Harbour at dusk"))
        .await;
    changed.expect("changes");
    market.forget_faults().await;
    let page = market.purchases.start_checkout(&context, command).await;
    market.pay(&page.expect("the page is found")).await;
    assert_eq!(market.charged(&id).await, (1_200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_purchase_is_resumed_and_an_expired_one_begun_anew() {
    let (market, _, bob, picture) = stall(Edition::Exclusive).await;
    let first = market.buy(&bob, picture).await;
    let resumed = market.buy(&bob, picture).await;
    assert_eq!(resumed.purchase_id, first.purchase_id);
    assert_eq!(resumed.checkout_url, first.checkout_url);
    // Nobody has noticed yet that the page has closed: no sweeper has come by.
    market.advance(CHECKOUT_TTL + SignedDuration::from_secs(1));
    let anew = market.buy(&bob, picture).await;
    assert_eq!(anew.purchase_id.attempt(), 2);
    market.pay(&anew).await;
    assert_eq!(market.stage(&anew).await, Stage::Granted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_owns_cannot_be_bought() {
    let (market, ann, bob, picture) = stall(Edition::Open).await;
    refused_by_picture(
        market.try_to_buy(&ann, picture).await,
        PictureError::OwnPicture,
    );
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    let again = market.try_to_buy(&bob, picture).await;
    assert!(matches!(again, Err(CommandError::AlreadyOwned)));
    let bought = market.purchases.has_bought(&bob, picture).await;
    assert!(bought.expect("reads"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_sale_cannot_be_bought() {
    let (market, ann, bob, picture) = stall(Edition::Exclusive).await;
    let draft = market.draft(&ann, Edition::Open).await;
    refused_by_picture(
        market.try_to_buy(&bob, draft).await,
        PictureError::NotPublished,
    );
    let cleo = market.person("cleo").await;
    let page = market.buy(&cleo, picture).await;
    refused_by_picture(
        market.try_to_buy(&bob, picture).await,
        PictureError::Reserved,
    );
    refused_by_picture(
        market.reactions.like(&by(&bob), picture).await,
        PictureError::Reserved,
    );
    market.pay(&page).await;
    refused_by_picture(market.try_to_buy(&bob, picture).await, PictureError::Sold);
    refused_by_picture(
        market.reactions.like(&by(&bob), picture).await,
        PictureError::Sold,
    );
    let withdrawn = market.picture(&ann, Edition::Open).await;
    market
        .pictures
        .withdraw(&by(&ann), withdrawn)
        .await
        .expect("withdraws");
    refused_by_picture(
        market.try_to_buy(&bob, withdrawn).await,
        PictureError::Withdrawn,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusive_picture_changes_hands_and_a_refund_returns_it() {
    let (market, ann, bob, picture) = stall(Edition::Exclusive).await;
    let page = market.buy(&bob, picture).await;
    market.pay(&page).await;
    let listing = market.listing(picture).await;
    assert_eq!(
        (listing.owner, listing.stage),
        (bob.clone(), picture::Stage::Sold)
    );
    let refunded = market
        .purchases
        .refund(&by(&ann), &page.purchase_id, false)
        .await;
    refunded.expect("refunds");
    let listing = market.listing(picture).await;
    assert_eq!(
        (listing.owner, listing.stage),
        (ann, picture::Stage::Withdrawn)
    );
    market.settle().await;
    assert_eq!(market.stage(&page).await, Stage::Refunded);
    assert_eq!(market.charged(&page.purchase_id).await, (1_200, 1_200));
    assert_eq!(market.letters(&bob).await, ["receipt", "refund"]);
    let names = market.names::<Picture>(&picture.to_string()).await;
    assert_eq!(
        names[2..],
        ["PictureReserved", "PictureSold", "PictureReturned"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_for_the_seller_and_operators_only() {
    let (market, _, bob, picture) = stall(Edition::Open).await;
    let cleo = market.person("cleo").await;
    let page = market.buy(&bob, picture).await;
    let id = &page.purchase_id;
    let early = market.purchases.refund(&by(&cleo), id, true).await;
    refused_by_purchase(early, PurchaseError::NotGranted);
    market.pay(&page).await;
    for stranger in [&bob, &cleo] {
        let refused = market.purchases.refund(&by(stranger), id, false).await;
        assert!(matches!(refused, Err(CommandError::NotParty)));
    }
    assert_eq!(market.charged(id).await, (1_200, 0));
    let refunded = market.purchases.refund(&by(&cleo), id, true).await;
    refunded.expect("an operator may");
    let again = market.purchases.refund(&by(&cleo), id, true).await;
    again.expect("again is quiet");
    market.settle().await;
    assert_eq!(market.charged(id).await, (1_200, 1_200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_paid_twice_is_refunded_once_though_no_webhook_ever_comes() {
    let (market, _, bob, picture) = stall(Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    let id = &page.purchase_id;
    market.spoil(Operation::Webhook, FaultKind::Never, id).await;
    let pressed = market.press(&page, "pay-twice").await;
    assert_eq!(pressed, Some(StatusCode::SEE_OTHER));
    assert_eq!(market.charged(id).await, (2_400, 0));
    market.settle().await;
    assert_eq!(market.charged(id).await, (2_400, 1_200));
    assert_eq!(market.stage(&page).await, Stage::Granted);
    assert_eq!(market.letters(&bob).await, ["receipt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_in_anothers_name_changes_nothing() {
    let (market, _, bob, picture) = stall(Edition::Open).await;
    let page = market.buy(&bob, picture).await;
    let events = market.events().await.len();
    let body = format!(
        r#"{{"type":"checkout.session.completed","data":{{"object":{{"client_reference_id":"{}"}}}}}}"#,
        page.purchase_id
    );
    let now = picasso_domain::Timestamp::now();
    let signature = format!("t={},v1={}", now.as_second(), "0".repeat(64));
    let stored = market.inbox.store(now, &signature, body.as_bytes()).await;
    stored.expect("stores");
    let handled = async {
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(10));
        while !market.inbox.unhandled(1).await.expect("reads").is_empty() {
            beat.tick().await;
        }
    };
    let handled = tokio::time::timeout(super::fixture::LIMIT, handled).await;
    handled.expect("it is looked at");
    assert_eq!(market.events().await.len(), events);
}
