//! A seller's sales day by day: one small document for each day on which something was sold or taken back, so that a
//! span of days is read at once. Its figures are those of the double-entry ledger, parted by day.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use picasso_domain::{
    purchase::Terms,
    values::{Currency, PictureId, UserId},
};
use serde::{Deserialize, Serialize};

use super::{News, SalesDocument};
use crate::{FoldError, Recorded, fold::misfit};

/// What one seller sold on one day, and what was taken back on it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Day {
    pub figures: BTreeMap<Currency, DayFigures>,
    /// As many as were sold on that day.
    pub pictures: BTreeMap<PictureId, PictureSales>,
}

/// One currency, in minor units. What the seller has earned is `gross - fees - refunded + fees_refunded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayFigures {
    pub sales: u64,
    pub gross_minor: i64,
    /// What Picasso kept of the gross.
    pub fees_minor: i64,
    /// Sales that were taken back on this day, whenever they were made.
    pub refunds: u64,
    pub refunded_minor: i64,
    /// What Picasso gave back of its fees.
    pub fees_refunded_minor: i64,
}

/// One picture's sales, refunded ones included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PictureSales {
    pub sales: u64,
    pub gross_minor: BTreeMap<Currency, i64>,
}

/// The day of a moment, everywhere on earth the same one.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

pub(super) const DAY_PREFIX: &str = "day/";

pub(super) fn day_key(day: Date, seller: &UserId) -> String {
    format!("{DAY_PREFIX}{day}/{seller}")
}

pub(super) fn fold_day(
    document: &mut SalesDocument,
    news: &News<'_>,
    event: &Recorded,
) -> Result<(), FoldError> {
    let mut day = match document {
        SalesDocument::Absent => Day::default(),
        SalesDocument::Day(day) => day.clone(),
        SalesDocument::Sale(_) | SalesDocument::Totals(_) => {
            return Err(misfit(
                event,
                "something else stands in the place of the day",
            ));
        }
    };
    let noted = match news {
        News::Sold(terms) => day.sold(terms),
        News::Revoked(terms) => day.revoked(terms),
    };
    noted.ok_or_else(|| misfit(event, "the total is too large"))?;
    *document = SalesDocument::Day(day);
    Ok(())
}

impl Day {
    /// `None` when a total is too large.
    fn sold(&mut self, terms: &Terms) -> Option<()> {
        let (price, fee) = (terms.price.money(), terms.split().fee);
        let figures = self.figures.entry(price.currency).or_default();
        figures.sales = figures.sales.checked_add(1)?;
        add(&mut figures.gross_minor, price.amount_minor)?;
        add(&mut figures.fees_minor, fee.amount_minor)?;
        let picture = self.pictures.entry(terms.picture_id).or_default();
        picture.sales = picture.sales.checked_add(1)?;
        add(
            picture.gross_minor.entry(price.currency).or_default(),
            price.amount_minor,
        )
    }

    fn revoked(&mut self, terms: &Terms) -> Option<()> {
        let (price, fee) = (terms.price.money(), terms.split().fee);
        let figures = self.figures.entry(price.currency).or_default();
        figures.refunds = figures.refunds.checked_add(1)?;
        add(&mut figures.refunded_minor, price.amount_minor)?;
        add(&mut figures.fees_refunded_minor, fee.amount_minor)
    }
}

fn add(sum: &mut i64, amount_minor: i64) -> Option<()> {
    *sum = sum.checked_add(amount_minor)?;
    Some(())
}
