//! `SalesQueryService`: what the caller has sold.

use picasso_domain::values::{Currency, Money};
use picasso_projections::sales::{self, Figures};
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view};
use crate::{
    convert::{edition, licence, money, timestamp},
    proto::queries::v1::{
        GetSalesSummaryRequest, GetSalesSummaryResponse, ListSalesRequest, ListSalesResponse, Sale,
        SalesFigures, sales_query_service_server::SalesQueryService,
    },
    status::Refusal,
};

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
}

impl Service {
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
    let amount = |amount_minor| {
        money(Money {
            amount_minor,
            currency,
        })
    };
    SalesFigures {
        sales: totals.sales,
        gross: amount(totals.gross_minor),
        refunds: totals.refunds,
        refunded: amount(totals.refunded_minor),
    }
}
