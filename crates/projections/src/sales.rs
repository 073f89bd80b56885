//! Sales: the seller's ledger, one document per sale so that it may grow without end, one document of figures per
//! seller, and one per day. Amounts of different currencies are never added.

mod days;
mod query;
mod span;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent,
    picture::{Edition, Licence},
    purchase::{PurchaseEvent, Terms},
    values::{Currency, PictureId, Price, PurchaseId, UserId},
};
use serde::{Deserialize, Serialize};

use self::days::{DAY_PREFIX, day_key, fold_day};
pub use self::{
    days::{Day, DayFigures, PictureSales, day_of},
    query::{Sale, SalesQueries},
    span::{BestPicture, MAX_DAYS, SalesSpan},
};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit, sortable},
};

pub(crate) const SELLER: &str = "seller";

/// One line of a seller's ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub purchase_id: PurchaseId,
    pub picture_id: PictureId,
    pub seller: UserId,
    pub buyer: UserId,
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
    pub sold_at: Timestamp,
    /// When the sale was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// A seller's totals in one currency, in minor units. What is earned is `gross - refunded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    pub gross_minor: i64,
    pub refunded_minor: i64,
    pub sales: u64,
    pub refunds: u64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesDocument {
    #[default]
    Absent,
    Sale(LedgerEntry),
    Totals(BTreeMap<Currency, Figures>),
    Day(Day),
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Sales;

enum News<'a> {
    Sold(&'a Terms),
    Revoked(&'a Terms),
}

fn news(event: &Recorded) -> Option<News<'_>> {
    match &event.data {
        DomainEvent::Purchase(happened) => match happened {
            PurchaseEvent::PurchaseGranted { terms, .. } => Some(News::Sold(terms)),
            PurchaseEvent::PurchaseRevoked { terms, .. } => Some(News::Revoked(terms)),
            PurchaseEvent::PurchaseStarted(_)
            | PurchaseEvent::CheckoutOpened { .. }
            | PurchaseEvent::PaymentDeclined { .. }
            | PurchaseEvent::PaymentReceived { .. }
            | PurchaseEvent::PurchaseClosed { .. }
            | PurchaseEvent::RefundRequested { .. }
            | PurchaseEvent::PaymentRefunded { .. }
            | PurchaseEvent::PurchaseDisputed { .. }
            | PurchaseEvent::DisputeWon { .. }
            | PurchaseEvent::DisputeLost { .. }
            | PurchaseEvent::EarningsReleased { .. }
            | PurchaseEvent::TransferRequested { .. }
            | PurchaseEvent::TransferRefused { .. }
            | PurchaseEvent::SellerPaid { .. }
            | PurchaseEvent::ReversalRequested { .. }
            | PurchaseEvent::TransferReversed { .. } => None,
        },
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Reaction(_) => None,
    }
}

const SALE_PREFIX: &str = "sale/";

fn sale_key(purchase_id: &str) -> String {
    format!("{SALE_PREFIX}{purchase_id}")
}

pub(crate) fn totals_key(seller: &UserId) -> String {
    format!("totals/{seller}")
}

impl Projection for Sales {
    type Document = SalesDocument;
    const NAME: &'static str = "sales";
    const VERSION: u32 = 2;
    const INDEXES: &'static [Index] = &[Index {
        name: SELLER,
        order: Order::Descending,
    }];

    fn keys(&self, event: &Recorded) -> Keys {
        match news(event) {
            Some(News::Sold(terms) | News::Revoked(terms)) => vec![
                sale_key(&event.event.aggregate_id),
                totals_key(&terms.seller),
                day_key(day_of(event.event.recorded_at), &terms.seller),
            ],
            None => vec![],
        }
    }

    fn fold(
        &self,
        key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some(news) = news(event) else {
            return Ok(Effect::Keep);
        };
        if key.starts_with(SALE_PREFIX) {
            fold_sale(document, &news, event)?;
        } else if key.starts_with(DAY_PREFIX) {
            fold_day(document, &news, event)?;
        } else {
            fold_totals(document, &news, event)?;
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        match document {
            SalesDocument::Sale(sale) => {
                vec![entry(SELLER, sale.seller.as_str(), sortable(sale.sold_at))]
            }
            SalesDocument::Totals(_) | SalesDocument::Day(_) | SalesDocument::Absent => vec![],
        }
    }
}

fn fold_sale(
    document: &mut SalesDocument,
    news: &News<'_>,
    event: &Recorded,
) -> Result<(), FoldError> {
    match (news, &mut *document) {
        (News::Sold(terms), SalesDocument::Absent) => {
            *document = SalesDocument::Sale(sold(terms, event)?);
            Ok(())
        }
        (News::Revoked(_), SalesDocument::Sale(sale)) if sale.revoked_at.is_none() => {
            sale.revoked_at = Some(event.event.recorded_at);
            Ok(())
        }
        (News::Sold(_), _) => Err(misfit(event, "the purchase was granted before")),
        (News::Revoked(_), _) => Err(misfit(event, "the purchase is not granted")),
    }
}

fn sold(terms: &Terms, event: &Recorded) -> Result<LedgerEntry, FoldError> {
    let purchase_id = PurchaseId::parse(&event.event.aggregate_id)
        .map_err(|_| misfit(event, "its aggregate id is not a purchase's"))?;
    Ok(LedgerEntry {
        purchase_id,
        picture_id: terms.picture_id,
        seller: terms.seller.clone(),
        buyer: terms.buyer.clone(),
        price: terms.price,
        edition: terms.edition,
        licence: terms.licence,
        sold_at: event.event.recorded_at,
        revoked_at: None,
    })
}

fn fold_totals(
    document: &mut SalesDocument,
    news: &News<'_>,
    event: &Recorded,
) -> Result<(), FoldError> {
    if *document == SalesDocument::Absent {
        *document = SalesDocument::Totals(BTreeMap::new());
    }
    let SalesDocument::Totals(totals) = document else {
        return Err(misfit(event, "a sale stands in the place of the totals"));
    };
    let (News::Sold(terms) | News::Revoked(terms)) = news;
    let price = terms.price.money();
    let figures = totals.entry(price.currency).or_default();
    let (sum, count) = match news {
        News::Sold(_) => (&mut figures.gross_minor, &mut figures.sales),
        News::Revoked(_) => (&mut figures.refunded_minor, &mut figures.refunds),
    };
    let raised = sum
        .checked_add(price.amount_minor)
        .zip(count.checked_add(1));
    (*sum, *count) = raised.ok_or_else(|| misfit(event, "the total is too large"))?;
    Ok(())
}
