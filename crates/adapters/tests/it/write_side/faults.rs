//! Whatever the provider does to a purchase, and whatever its buyer does, it ends paid and granted, or unpaid (or
//! given back) and not granted; nobody is charged twice.

use std::time::Duration;

use futures::future::join_all;
use picasso_commands::{CheckoutStarted, CommandError};
use picasso_domain::{
    Purchase,
    picture::Edition,
    purchase::{PurchaseError, Stage},
    values::{PictureId, PurchaseId, UserId},
};
use picasso_sandbox::{FaultKind, FaultRequest, Operation};

use super::{
    fixture::{LIMIT, Market, open},
    stall::{at, by, eur},
};

const CALLS: [Operation; 7] = [
    Operation::CreateSession,
    Operation::RetrieveSession,
    Operation::ExpireSession,
    Operation::SearchPayments,
    Operation::RetrievePayment,
    Operation::Refund,
    Operation::Pay,
];

pub const CALL_FAULTS: [FaultKind; 5] = [
    FaultKind::TimeoutAfterEffect,
    FaultKind::TimeoutBeforeEffect,
    FaultKind::Error500,
    FaultKind::Error429,
    FaultKind::ConnectionReset,
];

pub const WEBHOOK_FAULTS: [FaultKind; 5] = [
    FaultKind::DeliverTwice,
    FaultKind::DeliverLate { ms: 400 },
    FaultKind::OutOfOrder,
    FaultKind::Never,
    FaultKind::BadSignature,
];

/// A call fails so often before it works; every webhook of a purchase is spoiled.
pub const TIMES: u32 = 3;
pub const EVERY_TIME: u32 = 1_000;

fn all_faults() -> Vec<(Operation, FaultKind)> {
    let calls = CALLS
        .iter()
        .flat_map(|on| CALL_FAULTS.iter().map(|kind| (*on, *kind)));
    let webhooks = WEBHOOK_FAULTS
        .iter()
        .map(|kind| (Operation::Webhook, *kind));
    calls
        .chain(webhooks)
        .chain([(Operation::Pay, FaultKind::DoubleCharge)])
        .collect()
}

/// What the buyer does, and the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Pays,
    /// Presses a button that charges twice.
    PaysTwice,
    DeclinedThenPays,
    /// Leaves after a declined card and never comes back.
    DeclinedAndLeaves,
    Cancels,
    CancelsThenPays,
    PaysThenCancels,
    /// Pays, and the seller gives it back.
    Refunded,
}

impl Story {
    const ALL: [Self; 8] = [
        Self::Pays,
        Self::PaysTwice,
        Self::DeclinedThenPays,
        Self::DeclinedAndLeaves,
        Self::Cancels,
        Self::CancelsThenPays,
        Self::PaysThenCancels,
        Self::Refunded,
    ];

    fn end(self) -> Stage {
        match self {
            Self::Pays | Self::PaysTwice | Self::DeclinedThenPays | Self::PaysThenCancels => {
                Stage::Granted
            }
            Self::DeclinedAndLeaves | Self::Cancels | Self::CancelsThenPays => Stage::Closed,
            Self::Refunded => Stage::Refunded,
        }
    }
}

/// One purchase under one fault.
struct Case {
    story: Story,
    fault: (Operation, FaultKind),
    seller: UserId,
    buyer: UserId,
    picture: PictureId,
    edition: Edition,
}

impl Case {
    fn id(&self) -> PurchaseId {
        PurchaseId::new(self.picture, self.buyer.clone(), 1)
    }

    fn name(&self) -> String {
        let (on, kind) = self.fault;
        format!(
            "{:?} under {kind:?} on {on:?}, {:?}",
            self.story, self.edition
        )
    }

    async fn order_fault(&self, market: &Market) {
        let (on, kind) = self.fault;
        let order = FaultRequest {
            on,
            kind,
            times: if on == Operation::Webhook {
                EVERY_TIME
            } else {
                TIMES
            },
            pattern: Some(self.id().to_string()),
        };
        market.sandbox.add_fault(order).await.expect("a fault");
    }

    async fn play(&self, market: &Market) {
        let page = self.start(market).await;
        match self.story {
            Story::Pays | Story::Refunded => press_until_answered(market, &page, "pay").await,
            Story::PaysTwice => press_until_answered(market, &page, "pay-twice").await,
            Story::DeclinedThenPays => {
                press_until_answered(market, &page, "decline").await;
                press_until_answered(market, &page, "pay").await;
            }
            Story::DeclinedAndLeaves => {
                press_until_answered(market, &page, "decline").await;
                press_until_answered(market, &page, "leave").await;
            }
            Story::Cancels => self.cancel(market).await.expect("cancels"),
            Story::CancelsThenPays => {
                self.cancel(market).await.expect("cancels");
                press_until_answered(market, &page, "pay").await;
            }
            Story::PaysThenCancels => {
                press_until_answered(market, &page, "pay").await;
                assert_eq!(self.cancel(market).await, Err(PurchaseError::AlreadyPaid));
            }
        }
    }

    /// As a client does it: the same request again until the provider answers.
    async fn start(&self, market: &Market) -> CheckoutStarted {
        let context = by(&self.buyer);
        let command = at(self.picture, eur(1_200));
        until(
            async || match market.purchases.start_checkout(&context, command).await {
                Ok(page) => Some(page),
                Err(CommandError::Payment(_)) => None,
                Err(error) => panic!("{}: {error}", self.name()),
            },
        )
        .await
    }

    async fn cancel(&self, market: &Market) -> Result<(), PurchaseError> {
        let (context, id) = (by(&self.buyer), self.id());
        until(
            async || match market.purchases.cancel_checkout(&context, &id).await {
                Ok(_) => Some(Ok(())),
                Err(CommandError::Purchase(error)) => Some(Err(error)),
                Err(CommandError::Payment(_)) => None,
                Err(error) => panic!("{}: {error}", self.name()),
            },
        )
        .await
    }

    /// What follows when everything has come to rest.
    async fn play_on(&self, market: &Market) {
        if self.story == Story::Refunded {
            let context = by(&self.seller);
            let refunded = market.purchases.refund(&context, &self.id(), false).await;
            refunded.unwrap_or_else(|error| panic!("{}: {error}", self.name()));
        }
    }

    async fn check(&self, market: &Market) {
        let (name, id) = (self.name(), self.id());
        let purchase = market.purchase(&id).await;
        assert!(purchase.is_settled(), "{name}: {purchase:?}");
        assert_eq!(purchase.stage, self.story.end(), "{name}");
        let is_granted = purchase.stage == Stage::Granted;
        let (charged, refunded) = market.charged(&id).await;
        let net = if is_granted { 1_200 } else { 0 };
        assert_eq!(charged - refunded, net, "{name}: {charged} - {refunded}");
        let names = market.names::<Purchase>(&id.to_string()).await;
        let grants = names.iter().filter(|name| **name == "PurchaseGranted");
        let was_granted = self.story.end() != Stage::Closed;
        assert_eq!(grants.count(), usize::from(was_granted), "{name}");
        let listing = market.listing(self.picture).await;
        assert_eq!(listing.reserved_for, None, "{name}");
        let is_the_buyers = is_granted && self.edition == Edition::Exclusive;
        assert_eq!(listing.owner == self.buyer, is_the_buyers, "{name}");
        let letters: &[&str] = match self.story.end() {
            Stage::Granted => &["receipt"],
            Stage::Refunded => &["receipt", "refund"],
            _ => &[],
        };
        assert_eq!(market.letters(&self.buyer).await, letters, "{name}");
    }
}

/// Tries until it works; people do.
pub async fn until<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let tries = async {
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        loop {
            beat.tick().await;
            if let Some(done) = attempt().await {
                return done;
            }
        }
    };
    let done = tokio::time::timeout(LIMIT, tries).await;
    done.expect("it works in time")
}

/// Presses a button as often as it takes to see the next page.
pub async fn press_until_answered(market: &Market, page: &CheckoutStarted, button: &str) {
    until(async || {
        let status = market.press(page, button).await?;
        (status.is_success() || status.is_redirection()).then_some(())
    })
    .await;
}

impl Market {
    pub async fn forget_faults(&self) {
        let url = format!("{}/sandbox/faults", self.sandbox_url);
        let answer = self.http.delete(url).send().await;
        assert!(answer.expect("an answer").status().is_success());
    }

    async fn cases(&self, seller: &UserId, open: PictureId, story: Story) -> Vec<Case> {
        let mut cases = vec![];
        for (number, fault) in all_faults().into_iter().enumerate() {
            let buyer = self
                .person(&format!("{story:?}{number}").to_lowercase())
                .await;
            // Every other one an exclusive picture, the rest one that is sold to all of them.
            let (edition, picture) = if number % 2 == 0 {
                let picture = self.picture(seller, Edition::Exclusive).await;
                (Edition::Exclusive, picture)
            } else {
                (Edition::Open, open)
            };
            cases.push(Case {
                story,
                fault,
                seller: seller.clone(),
                buyer,
                picture,
                edition,
            });
        }
        cases
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_provider_ends_well_campaign() {
    let market = open().await;
    let seller = market.person("seller").await;
    let open = market.picture(&seller, Edition::Open).await;
    let mut played = 0;
    for story in Story::ALL {
        let cases = market.cases(&seller, open, story).await;
        for case in &cases {
            case.order_fault(&market).await;
        }
        join_all(cases.iter().map(|case| case.play(&market))).await;
        market.settle().await;
        join_all(cases.iter().map(|case| case.play_on(&market))).await;
        market.settle().await;
        for case in &cases {
            case.check(&market).await;
        }
        market.forget_faults().await;
        played += cases.len();
    }
    println!("payments: {played} purchases under every fault, each granted or given back");
}
