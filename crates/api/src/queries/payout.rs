//! `PayoutQueryService`: what the caller has earned, and whether they can be paid.

use picasso_domain::values::{Currency, Money};
use picasso_projections::{ledger, payouts};
use tonic::{Request, Response, Status};

use super::{Service, person};
use crate::{
    convert::{money, timestamp},
    proto::queries::v1::{
        Earnings, GetEarningsRequest, GetEarningsResponse, GetPayoutStatusRequest,
        GetPayoutStatusResponse, PayoutStatus, payout_query_service_server::PayoutQueryService,
    },
    status::Refusal,
};

#[tonic::async_trait]
impl PayoutQueryService for Service {
    async fn get_payout_status(
        &self,
        request: Request<GetPayoutStatusRequest>,
    ) -> Result<Response<GetPayoutStatusResponse>, Status> {
        let seller = person(request.extensions())?;
        let positions = &request.get_ref().min_position;
        self.seen(&request, positions, &["payouts"]).await?;
        let found = self.0.models.payouts.status(&seller).await;
        let found = found.map_err(Refusal::from)?;
        let status = found.map_or(PayoutStatus::None, |it| status(it.status));
        Ok(Response::new(GetPayoutStatusResponse {
            status: status.into(),
            changed_at: found.and_then(|it| timestamp(it.changed_at)),
        }))
    }

    async fn get_earnings(
        &self,
        request: Request<GetEarningsRequest>,
    ) -> Result<Response<GetEarningsResponse>, Status> {
        let seller = person(request.extensions())?;
        let positions = &request.get_ref().min_position;
        self.seen(&request, positions, &["ledger"]).await?;
        let earned = self.0.models.ledger.earnings(&seller).await;
        let earnings = earned
            .map_err(Refusal::from)?
            .into_iter()
            .map(|(currency, it)| earnings(currency, it))
            .collect();
        Ok(Response::new(GetEarningsResponse { earnings }))
    }
}

fn status(status: payouts::PayoutStatus) -> PayoutStatus {
    match status {
        payouts::PayoutStatus::Requested => PayoutStatus::Requested,
        payouts::PayoutStatus::Incomplete => PayoutStatus::Incomplete,
        payouts::PayoutStatus::Enabled => PayoutStatus::Enabled,
        payouts::PayoutStatus::Disabled => PayoutStatus::Disabled,
    }
}

fn earnings(currency: Currency, earned: ledger::Earnings) -> Earnings {
    let amount = |amount_minor| {
        money(Money {
            amount_minor,
            currency,
        })
    };
    Earnings {
        pending: amount(earned.pending_minor),
        held: amount(earned.held_minor),
        available: amount(earned.available_minor),
        paid: amount(earned.paid_minor),
    }
}
