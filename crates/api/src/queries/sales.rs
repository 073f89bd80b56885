//! `SalesQueryService`: what the caller has sold.

use picasso_domain::values::{Currency, Money};
use picasso_projections::sales::{self, BestPicture, DayFigures, Figures, MAX_DAYS, day_of};
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view};
use crate::{
    convert::{edition, licence, money, timestamp},
    proto::{
        queries::v1::{
            BestSeller, GetSalesByDayRequest, GetSalesByDayResponse, GetSalesSummaryRequest,
            GetSalesSummaryResponse, ListSalesRequest, ListSalesResponse, Sale, SalesDay,
            SalesFigures, SalesOfCurrency, sales_query_service_server::SalesQueryService,
        },
        types::v1 as types,
    },
    status::Refusal,
};

/// The fewest days that are a span, and how many there are when nothing is asked for.
const MIN_DAYS: u32 = 7;
const DEFAULT_DAYS: u32 = 30;
const MODELS: [&str; 3] = ["sales", "gallery", "profiles"];

#[tonic::async_trait]
impl SalesQueryService for Service {
    async fn list_sales(
        &self,
        request: Request<ListSalesRequest>,
    ) -> Result<Response<ListSalesResponse>, Status> {
        let seller = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .sales
            .list(&seller, &paging)
            .await
            .map_err(Refusal::from)?;
        let sales = page.items.into_iter().map(|sale| self.sale(sale)).collect();
        let next_page_token = page.next.unwrap_or_default();
        Ok(Response::new(ListSalesResponse {
            sales,
            next_page_token,
        }))
    }

    async fn get_sales_summary(
        &self,
        request: Request<GetSalesSummaryRequest>,
    ) -> Result<Response<GetSalesSummaryResponse>, Status> {
        let seller = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let totals = self
            .0
            .models
            .sales
            .figures(&seller)
            .await
            .map_err(Refusal::from)?;
        let figures = totals
            .into_iter()
            .map(|(currency, it)| figures(currency, it))
            .collect();
        Ok(Response::new(GetSalesSummaryResponse { figures }))
    }

    async fn get_sales_by_day(
        &self,
        request: Request<GetSalesByDayRequest>,
    ) -> Result<Response<GetSalesByDayResponse>, Status> {
        let seller = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let days = parse_days(request.get_ref().days)?;
        let until = day_of(self.0.clock.now());
        let sales = &self.0.models.sales;
        let span = sales.days(&seller, until, days).await;
        let span = span.map_err(Refusal::from)?;
        let currencies = span.currencies.into_iter().map(|(currency, days)| {
            let days = days.into_iter();
            SalesOfCurrency {
                currency: currency.code().to_owned(),
                days: days
                    .map(|(day, it)| sales_day(day.to_string(), currency, it))
                    .collect(),
            }
        });
        Ok(Response::new(GetSalesByDayResponse {
            since: span.since.to_string(),
            until: span.until.to_string(),
            currencies: currencies.collect(),
            best_sellers: span
                .best
                .into_iter()
                .map(|it| self.best_seller(it))
                .collect(),
        }))
    }
}

impl Service {
    fn best_seller(&self, best: BestPicture) -> BestSeller {
        let gross = best.sales.gross_minor.into_iter();
        let gross = gross.filter_map(|(currency, amount_minor)| amount(amount_minor, currency));
        BestSeller {
            picture_id: best.picture_id.to_string(),
            sales: best.sales.sales,
            gross: gross.collect(),
            picture: best
                .artwork
                .map(|artwork| view::picture(&*self.0.blobs, &artwork)),
        }
    }

    fn sale(&self, sale: sales::Sale) -> Sale {
        let sales::Sale {
            entry,
            buyer,
            artwork,
        } = sale;
        Sale {
            purchase_id: entry.purchase_id.to_string(),
            picture_id: entry.picture_id.to_string(),
            buyer: Some(view::person(buyer)),
            price: money(entry.price.money()),
            edition: edition(entry.edition).into(),
            licence: licence(entry.licence).into(),
            sold_at: timestamp(entry.sold_at),
            revoked_at: entry.revoked_at.and_then(timestamp),
            picture: artwork.map(|artwork| view::picture(&*self.0.blobs, &artwork)),
        }
    }
}

fn figures(currency: Currency, totals: Figures) -> SalesFigures {
    let amount = |amount_minor| amount(amount_minor, currency);
    SalesFigures {
        sales: totals.sales,
        gross: amount(totals.gross_minor),
        refunds: totals.refunds,
        refunded: amount(totals.refunded_minor),
    }
}

fn amount(amount_minor: i64, currency: Currency) -> Option<types::Money> {
    money(Money {
        amount_minor,
        currency,
    })
}

/// # Errors
/// `INVALID_VALUE` for a span that is too short or too long.
fn parse_days(days: i32) -> Result<u32, Refusal> {
    match u32::try_from(days) {
        Ok(0) => Ok(DEFAULT_DAYS),
        Ok(days @ MIN_DAYS..=MAX_DAYS) => Ok(days),
        Ok(_) | Err(_) => Err(Refusal::invalid(
            "days",
            "OUT_OF_RANGE",
            "is not between 7 and 90",
        )),
    }
}

fn sales_day(day: String, currency: Currency, it: DayFigures) -> SalesDay {
    let amount = |amount_minor| amount(amount_minor, currency);
    SalesDay {
        day,
        sales: it.sales,
        gross: amount(it.gross_minor),
        fees: amount(it.fees_minor),
        refunds: it.refunds,
        refunded: amount(it.refunded_minor),
        fees_refunded: amount(it.fees_refunded_minor),
    }
}
