//! Whatever the provider does, each granted purchase is paid to its seller exactly once, after the holding time; one
//! that was taken back before never is, one that was taken back after comes back exactly once; and the ledger adds up
//! to zero and to the provider's own books.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::SignedDuration;
use picasso_commands::{CheckoutStarted, CommandError};
use picasso_domain::{
    Purchase,
    picture::Edition,
    purchase::Stage,
    values::{PictureId, PurchaseId, UserId},
};
use picasso_projections::{
    Projection, Recorded,
    ledger::{Ledger, LedgerDocument},
};
use picasso_sandbox::{FaultKind, FaultRequest, Operation};

use super::{
    faults::{CALL_FAULTS, EVERY_TIME, TIMES, WEBHOOK_FAULTS, press_until_answered, until},
    fixture::{HOLD, Market, open},
    payouts::{Handed, SHARE},
    stall::by,
};

const CALLS: [Operation; 7] = [
    Operation::RetrievePayment,
    Operation::Refund,
    Operation::Transfer,
    Operation::Reverse,
    Operation::CreateAccount,
    Operation::CreateAccountLink,
    Operation::RetrieveAccount,
];

/// What happens to a purchase after it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Stands,
    /// Its seller can be paid only after the holding time.
    StandsAndOnboardsLate,
    RefundedBefore,
    RefundedAfter,
    RefundedInDashboardBefore,
    RefundedInDashboardAfter,
    DisputeWonBefore,
    DisputeWonAfter,
    DisputeLostBefore,
    DisputeLostAfter,
}

impl Story {
    const ALL: [Self; 10] = [
        Self::Stands,
        Self::StandsAndOnboardsLate,
        Self::RefundedBefore,
        Self::RefundedAfter,
        Self::RefundedInDashboardBefore,
        Self::RefundedInDashboardAfter,
        Self::DisputeWonBefore,
        Self::DisputeWonAfter,
        Self::DisputeLostBefore,
        Self::DisputeLostAfter,
    ];

    /// What the provider's books say of the seller in the end.
    fn handed(self) -> Handed {
        match self {
            Self::Stands
            | Self::StandsAndOnboardsLate
            | Self::DisputeWonBefore
            | Self::DisputeWonAfter => (1, SHARE, 0),
            Self::RefundedBefore | Self::RefundedInDashboardBefore | Self::DisputeLostBefore => {
                (0, 0, 0)
            }
            Self::RefundedAfter | Self::RefundedInDashboardAfter | Self::DisputeLostAfter => {
                (1, SHARE, SHARE)
            }
        }
    }

    fn stage(self) -> Stage {
        match self {
            Self::Stands
            | Self::StandsAndOnboardsLate
            | Self::DisputeWonBefore
            | Self::DisputeWonAfter => Stage::Granted,
            Self::RefundedBefore
            | Self::RefundedAfter
            | Self::RefundedInDashboardBefore
            | Self::RefundedInDashboardAfter
            | Self::DisputeLostBefore
            | Self::DisputeLostAfter => Stage::Refunded,
        }
    }
}

/// One purchase under one fault.
struct Case {
    story: Story,
    fault: (Operation, FaultKind),
    seller: UserId,
    page: CheckoutStarted,
}

impl Case {
    fn id(&self) -> &PurchaseId {
        &self.page.purchase_id
    }

    fn name(&self) -> String {
        let (on, kind) = self.fault;
        format!("{:?} under {kind:?} on {on:?}", self.story)
    }

    /// Spoils what is about the purchase, its payment or its seller: each call names one of them.
    async fn order_faults(&self, market: &Market) {
        let payment = market.purchase(self.id()).await.granted_by;
        let payment = payment.expect("it is granted").to_string();
        // In quotes, as accounts name their owner, so that one name is not found in another.
        let seller = format!("\"{}\"", self.seller);
        let (on, _) = self.fault;
        let patterns = match on {
            Operation::Webhook => vec![self.id().to_string(), payment, seller],
            Operation::CreateAccount
            | Operation::CreateAccountLink
            | Operation::RetrieveAccount => vec![seller],
            _ => vec![self.id().to_string()],
        };
        for pattern in patterns {
            self.order_fault(market, pattern).await;
        }
    }

    async fn order_fault(&self, market: &Market, pattern: String) {
        let (on, kind) = self.fault;
        let times = match on {
            Operation::Webhook => EVERY_TIME,
            _ => TIMES,
        };
        let order = FaultRequest {
            on,
            kind,
            times,
            pattern: Some(pattern),
        };
        market.sandbox.add_fault(order).await.expect("a fault");
    }

    /// Within the holding time.
    async fn before(&self, market: &Market) {
        match self.story {
            Story::RefundedBefore => self.refund(market).await,
            Story::RefundedInDashboardBefore => self.press(market, "refund").await,
            Story::DisputeWonBefore => self.press(market, "dispute").await,
            Story::DisputeLostBefore => {
                self.press(market, "dispute").await;
                self.press(market, "dispute-lost").await;
            }
            Story::Stands
            | Story::StandsAndOnboardsLate
            | Story::RefundedAfter
            | Story::RefundedInDashboardAfter
            | Story::DisputeWonAfter
            | Story::DisputeLostAfter => {}
        }
    }

    /// After it.
    async fn after(&self, market: &Market) {
        match self.story {
            Story::StandsAndOnboardsLate => self.onboard(market).await,
            Story::RefundedAfter => self.refund(market).await,
            Story::RefundedInDashboardAfter => self.press(market, "refund").await,
            Story::DisputeWonBefore => self.press(market, "dispute-won").await,
            Story::DisputeWonAfter => {
                self.press(market, "dispute").await;
                self.press(market, "dispute-won").await;
            }
            Story::DisputeLostAfter => {
                self.press(market, "dispute").await;
                self.press(market, "dispute-lost").await;
            }
            Story::Stands
            | Story::RefundedBefore
            | Story::RefundedInDashboardBefore
            | Story::DisputeLostBefore => {}
        }
    }

    async fn press(&self, market: &Market, button: &str) {
        press_until_answered(market, &self.page, button).await;
    }

    async fn refund(&self, market: &Market) {
        let refunded = market.refund(&self.seller, self.id()).await;
        refunded.unwrap_or_else(|error| panic!("{}: {error}", self.name()));
    }

    /// As a client does it: the same request again until the provider answers.
    async fn onboard(&self, market: &Market) {
        let context = by(&self.seller);
        let url = until(async || match market.onboarding.start(&context).await {
            Ok(started) => Some(started.url),
            Err(CommandError::Payment(_)) => None,
            Err(error) => panic!("{}: {error}", self.name()),
        });
        let url = url.await.expect("something to tell");
        market.press_at(&url, "finish").await;
    }

    async fn check_held(&self, market: &Market) {
        assert_eq!(
            market.handed_on(self.id()).await,
            (0, 0, 0),
            "{}",
            self.name()
        );
    }

    async fn check(&self, market: &Market) {
        let name = self.name();
        let purchase = market.purchase(self.id()).await;
        assert_eq!(purchase.stage, self.story.stage(), "{name}");
        assert!(purchase.is_paid_out(), "{name}: {purchase:?}");
        let handed = market.handed_on(self.id()).await;
        assert_eq!(handed, self.story.handed(), "{name}");
        let names = market.names::<Purchase>(&self.id().to_string()).await;
        let count = |event| names.iter().filter(|name| **name == event).count();
        let (transfers, _, reversed) = self.story.handed();
        assert_eq!(count("SellerPaid") as u64, transfers, "{name}: {names:?}");
        let is_reversed = usize::from(reversed > 0);
        assert_eq!(count("TransferReversed"), is_reversed, "{name}: {names:?}");
    }
}

fn all_faults() -> impl Iterator<Item = (Operation, FaultKind)> {
    let calls = CALLS
        .into_iter()
        .flat_map(|on| CALL_FAULTS.map(|kind| (on, kind)));
    let webhooks = WEBHOOK_FAULTS.map(|kind| (Operation::Webhook, kind));
    calls.chain(webhooks)
}

/// Whether a fault can meet a story at all.
fn can_meet(story: Story, on: Operation) -> bool {
    match on {
        Operation::CreateAccount | Operation::CreateAccountLink | Operation::RetrieveAccount => {
            story == Story::StandsAndOnboardsLate
        }
        Operation::Transfer => story.handed().0 > 0,
        Operation::Reverse => story.handed().2 > 0,
        Operation::Refund => matches!(story, Story::RefundedBefore | Story::RefundedAfter),
        _ => true,
    }
}

impl Market {
    /// Everyone buys the same picture of a seller who can be paid; who onboards late has one of their own.
    async fn payout_cases(&self, seller: &UserId, picture: PictureId, story: Story) -> Vec<Case> {
        let faults = all_faults().filter(|(on, _)| can_meet(story, *on));
        let mut cases = vec![];
        for (number, fault) in faults.enumerate() {
            let name = format!("{story:?}{number}").to_lowercase();
            let (seller, picture) = match story {
                Story::StandsAndOnboardsLate => {
                    let late = self.person(&format!("late{}", cases.len())).await;
                    let picture = self.picture(&late, Edition::Exclusive).await;
                    (late, picture)
                }
                _ => (seller.clone(), picture),
            };
            let buyer = self.person(&name).await;
            let page = self.buy(&buyer, picture).await;
            press_until_answered(self, &page, "pay").await;
            cases.push(Case {
                story,
                fault,
                seller,
                page,
            });
        }
        cases
    }

    /// The ledger as everything that has happened makes it: what all accounts come to, and what the provider's does.
    async fn ledger(&self) -> (i64, i64) {
        let mut documents = BTreeMap::<String, LedgerDocument>::new();
        for event in self.events().await {
            let event = Recorded::decode(event.into()).expect("decodes");
            for key in Ledger.keys(&event) {
                let document = documents.entry(key.clone()).or_default();
                Ledger.fold(&key, document, &event).expect("it fits");
            }
        }
        let accounts = documents.values().filter_map(|document| match document {
            LedgerDocument::Account { name, balances } => Some((name.as_str(), balances)),
            LedgerDocument::Entry(_) | LedgerDocument::Absent => None,
        });
        let (mut all, mut provider) = (0, 0);
        for (name, balances) in accounts {
            let sum: i64 = balances.values().map(|balance| balance.amount_minor).sum();
            all += sum;
            if name == "provider" {
                provider = sum;
            }
        }
        (all, provider)
    }

    /// What the provider holds for us, by its own books.
    async fn provider_holds(&self) -> i64 {
        let ledger = self.sandbox.ledger(None).await.expect("a ledger");
        assert!(!ledger.is_truncated);
        let entries = ledger.references.iter();
        let held = entries.map(|it| it.net - it.withdrawn - it.transferred + it.reversed);
        held.sum()
    }

    /// Each call went wrong once at least (a transfer that is found again is not asked for again), so no case was
    /// easier than it says.
    async fn check_faults(&self, when: &str) {
        let url = format!("{}/sandbox/faults", self.sandbox_url);
        let answer = self.http.get(url).send().await.expect("an answer");
        let found: serde_json::Value = answer.json().await.expect("JSON");
        let waiting = found["faults"].as_array().expect("a list").iter();
        let untouched: Vec<_> = waiting.filter(|it| it["times"] == TIMES).collect();
        assert!(untouched.is_empty(), "{when}: {untouched:?}");
    }

    async fn check_books(&self, when: &str) {
        let (all, provider) = self.ledger().await;
        assert_eq!(all, 0, "{when}");
        assert_eq!(provider, self.provider_holds().await, "{when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_leaves_sellers_paid_once_campaign() {
    let market = open().await;
    let seller = market.person("seller").await;
    market.onboard(&seller).await;
    let picture = market.picture(&seller, Edition::Open).await;
    let mut played = 0;
    for story in Story::ALL {
        let cases = market.payout_cases(&seller, picture, story).await;
        market.settle().await;
        for case in &cases {
            case.order_faults(&market).await;
        }
        join_all(cases.iter().map(|case| case.before(&market))).await;
        market.pass(HOLD - SignedDuration::from_hours(26)).await;
        join_all(cases.iter().map(|case| case.check_held(&market))).await;
        market.pass(SignedDuration::from_hours(27)).await;
        join_all(cases.iter().map(|case| case.after(&market))).await;
        market.settle().await;
        // Long enough to find what nobody has told us of.
        market.pass(SignedDuration::from_hours(31 * 24)).await;
        for case in &cases {
            case.check(&market).await;
        }
        market.check_books(&format!("{story:?}")).await;
        market.check_faults(&format!("{story:?}")).await;
        market.forget_faults().await;
        played += cases.len();
    }
    println!("payouts: {played} purchases under every fault, each paid once, or taken back");
}
