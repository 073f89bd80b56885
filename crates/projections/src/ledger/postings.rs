//! What each event moves from which account to which.

use picasso_domain::{
    DomainEvent,
    purchase::{HeldShare, PurchaseEvent, Terms},
    values::{Currency, Money, UserId},
};
use serde::{Deserialize, Serialize};

use super::Account;
use crate::Recorded;

/// One side of an entry; a debit is positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub account: Account,
    pub amount: Money,
}

/// What an event means to the ledger.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Each account once; they add up to zero.
    pub postings: Vec<Posting>,
    pub seller: Option<SellerNews>,
}

/// What a seller wants to know beside what they are owed.
#[derive(Debug)]
pub(super) struct SellerNews {
    pub account: Account,
    pub currency: Currency,
    pub pending_minor: i64,
    pub held_minor: i64,
    pub held_pending_minor: i64,
    pub paid_minor: i64,
}

pub(super) fn moved(event: &Recorded) -> Moved {
    match &event.data {
        DomainEvent::Purchase(happened) => of_purchase(happened),
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Reaction(_) => Moved::default(),
    }
}

fn of_purchase(event: &PurchaseEvent) -> Moved {
    use Account::{Buyers, Disputed, Provider};
    match event {
        PurchaseEvent::PaymentReceived { amount, .. } => from_to(Buyers, Provider, *amount),
        PurchaseEvent::PurchaseGranted { terms, .. } => granted(terms),
        PurchaseEvent::PurchaseRevoked {
            terms,
            released,
            held,
            ..
        } => revoked(terms, *released, *held),
        PurchaseEvent::PaymentRefunded { amount, .. } => from_to(Provider, Buyers, *amount),
        PurchaseEvent::PurchaseDisputed { amount, held, .. } => Moved {
            seller: held.as_ref().map(|held| hold(held, 1)),
            ..from_to(Provider, Disputed, *amount)
        },
        PurchaseEvent::DisputeWon { amount, held, .. } => Moved {
            seller: held.as_ref().map(|held| hold(held, -1)),
            ..from_to(Disputed, Provider, *amount)
        },
        PurchaseEvent::DisputeLost { amount, .. } => from_to(Disputed, Buyers, *amount),
        PurchaseEvent::EarningsReleased { seller, amount } => Moved {
            postings: vec![],
            seller: Some(news(seller, *amount).pending(-1)),
        },
        PurchaseEvent::SellerPaid { seller, amount, .. } => Moved {
            seller: Some(news(seller, *amount).paid(1)),
            ..from_to(Provider, Account::Seller(seller.clone()), *amount)
        },
        PurchaseEvent::TransferReversed { seller, amount, .. } => Moved {
            seller: Some(news(seller, *amount).paid(-1)),
            ..from_to(Account::Seller(seller.clone()), Provider, *amount)
        },
        PurchaseEvent::PurchaseStarted(_)
        | PurchaseEvent::CheckoutOpened { .. }
        | PurchaseEvent::PaymentDeclined { .. }
        | PurchaseEvent::PurchaseClosed { .. }
        | PurchaseEvent::RefundRequested { .. }
        | PurchaseEvent::TransferRequested { .. }
        | PurchaseEvent::TransferRefused { .. }
        | PurchaseEvent::ReversalRequested { .. } => Moved::default(),
    }
}

/// The price leaves the buyers' account: the fee is ours, the rest the seller's.
fn granted(terms: &Terms) -> Moved {
    let split = terms.split();
    Moved {
        postings: vec![
            debit(Account::Buyers, terms.price.money()),
            credit(Account::Fees, split.fee),
            credit(Account::Seller(terms.seller.clone()), split.share),
        ],
        seller: Some(news(&terms.seller, split.share).pending(1)),
    }
}

/// The other way round; a share that was released is pending no more, and none is held any more.
fn revoked(terms: &Terms, released: bool, held: bool) -> Moved {
    let split = terms.split();
    let gone_minor = -split.share.amount_minor;
    let if_so = |so: bool| if so { gone_minor } else { 0 };
    Moved {
        postings: vec![
            credit(Account::Buyers, terms.price.money()),
            debit(Account::Fees, split.fee),
            debit(Account::Seller(terms.seller.clone()), split.share),
        ],
        seller: Some(SellerNews {
            pending_minor: if_so(!released),
            held_minor: if_so(held),
            held_pending_minor: if_so(held && !released),
            ..news(&terms.seller, split.share).nothing()
        }),
    }
}

/// The account it comes from is credited, the one it goes to debited.
fn from_to(from: Account, to: Account, amount: Money) -> Moved {
    Moved {
        postings: vec![debit(to, amount), credit(from, amount)],
        seller: None,
    }
}

fn debit(account: Account, amount: Money) -> Posting {
    Posting { account, amount }
}

fn credit(account: Account, amount: Money) -> Posting {
    let amount = Money {
        // No event holds the one amount that has no opposite: prices have eight digits.
        amount_minor: amount.amount_minor.saturating_neg(),
        ..amount
    };
    Posting { account, amount }
}

struct News {
    seller: UserId,
    share: Money,
}

fn news(seller: &UserId, share: Money) -> News {
    News {
        seller: seller.clone(),
        share,
    }
}

fn hold(held: &HeldShare, sign: i64) -> SellerNews {
    let amount_minor = held.amount.amount_minor * sign;
    SellerNews {
        held_minor: amount_minor,
        held_pending_minor: if held.released { 0 } else { amount_minor },
        ..news(&held.seller, held.amount).nothing()
    }
}

impl News {
    fn nothing(self) -> SellerNews {
        SellerNews {
            pending_minor: 0,
            held_minor: 0,
            held_pending_minor: 0,
            paid_minor: 0,
            currency: self.share.currency,
            account: Account::Seller(self.seller),
        }
    }

    fn pending(self, sign: i64) -> SellerNews {
        SellerNews {
            pending_minor: self.share.amount_minor * sign,
            ..self.nothing()
        }
    }

    fn paid(self, sign: i64) -> SellerNews {
        SellerNews {
            paid_minor: self.share.amount_minor * sign,
            ..self.nothing()
        }
    }
}
