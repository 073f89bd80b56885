//! The query of a span of days: every day of it per currency, and what sold best.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use picasso_domain::values::{Currency, PictureId, UserId};

use super::{DayFigures, PictureSales, SalesDocument, SalesQueries, days::day_key};
use crate::{
    gallery::{Artwork, find},
    query::QueryError,
};

/// How many of the best pictures are told.
pub const MAX_BEST: usize = 10;
/// The longest span of days.
pub const MAX_DAYS: u32 = 90;

/// A seller's days, both ends included.
#[derive(Debug, Clone, PartialEq)]
pub struct SalesSpan {
    pub since: Date,
    pub until: Date,
    /// Every day of the span, oldest first, for each currency that moved in it.
    pub currencies: BTreeMap<Currency, Vec<(Date, DayFigures)>>,
    /// Most sales first.
    pub best: Vec<BestPicture>,
}

/// A picture that sold well.
#[derive(Debug, Clone, PartialEq)]
pub struct BestPicture {
    pub picture_id: PictureId,
    pub artwork: Option<Artwork>,
    pub sales: PictureSales,
}

impl SalesQueries {
    /// The last so many days up to `until`, at most [`MAX_DAYS`].
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn days(
        &self,
        seller: &UserId,
        until: Date,
        days: u32,
    ) -> Result<SalesSpan, QueryError> {
        let back = i64::from(days.clamp(1, MAX_DAYS)) - 1;
        let dates = (0..=back)
            .rev()
            .map(|days| until.saturating_sub(days.days()));
        let dates: Vec<Date> = dates.collect();
        let keys: Vec<_> = dates.iter().map(|day| day_key(*day, seller)).collect();
        let mut found = self.sales.get_many(&keys).await?;
        let (mut currencies, mut pictures) = (BTreeMap::new(), BTreeMap::new());
        for (index, key) in keys.iter().enumerate() {
            let Some(SalesDocument::Day(day)) = found.remove(key) else {
                continue;
            };
            for (currency, figures) in day.figures {
                let days = currencies.entry(currency);
                let days: &mut Vec<_> = days.or_insert_with(|| empty(&dates));
                days[index].1 = figures;
            }
            for (picture, sales) in day.pictures {
                pictures
                    .entry(picture)
                    .or_insert_with(PictureSales::default)
                    .join(&sales);
            }
        }
        Ok(SalesSpan {
            since: until.saturating_sub(back.days()),
            until,
            currencies,
            best: self.best(pictures).await?,
        })
    }

    async fn best(
        &self,
        pictures: BTreeMap<PictureId, PictureSales>,
    ) -> Result<Vec<BestPicture>, QueryError> {
        let mut best: Vec<_> = pictures.into_iter().collect();
        // Of as many sales, the picture that was uploaded last.
        best.sort_by(|(id, sales), (other_id, others)| {
            (others.sales, other_id).cmp(&(sales.sales, id))
        });
        best.truncate(MAX_BEST);
        let artworks = find(&self.gallery, best.iter().map(|(id, _)| *id)).await?;
        let shown = |(picture_id, sales): (PictureId, PictureSales)| BestPicture {
            picture_id,
            artwork: artworks.get(&picture_id).map(|it| it.artwork.clone()),
            sales,
        };
        Ok(best.into_iter().map(shown).collect())
    }
}

fn empty(dates: &[Date]) -> Vec<(Date, DayFigures)> {
    let days = dates.iter().map(|day| (*day, DayFigures::default()));
    days.collect()
}

impl PictureSales {
    /// A day whose total is too large was refused; ninety days that are together stop at the largest number.
    fn join(&mut self, day: &Self) {
        self.sales = self.sales.saturating_add(day.sales);
        for (currency, gross_minor) in &day.gross_minor {
            let sum = self.gross_minor.entry(*currency).or_default();
            *sum = sum.saturating_add(*gross_minor);
        }
    }
}
