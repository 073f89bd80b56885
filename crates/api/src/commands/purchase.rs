//! `PurchaseCommandService`: buying, leaving a checkout, giving money back.

use picasso_commands::{
    Purchases, StartCheckout,
    ports::{Identity, Role},
};
use picasso_domain::values::{PictureId, PurchaseId};
use tonic::{Request, Response, Status};

use crate::{
    convert::{caller, context, money, parse_price, receipt, timestamp},
    proto::commands::v1::{
        CancelCheckoutRequest, CancelCheckoutResponse, RefundPurchaseRequest,
        RefundPurchaseResponse, StartCheckoutRequest, StartCheckoutResponse,
        purchase_command_service_server::PurchaseCommandService,
    },
    status::Refusal,
};

pub(super) struct Service {
    pub purchases: Purchases,
}

#[tonic::async_trait]
impl PurchaseCommandService for Service {
    async fn start_checkout(
        &self,
        request: Request<StartCheckoutRequest>,
    ) -> Result<Response<StartCheckoutResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let command = StartCheckout {
            picture_id: PictureId::parse(&message.picture_id).map_err(Refusal::from)?,
            shown_price: parse_price("shown_price", message.shown_price.as_ref())?,
        };
        let started = self.purchases.start_checkout(&context, command).await;
        let started = started.map_err(Refusal::from)?;
        Ok(Response::new(StartCheckoutResponse {
            receipt: receipt(started.receipt),
            purchase_id: started.purchase_id.to_string(),
            checkout_url: started.checkout_url,
            price: money(started.price.money()),
            expires_at: timestamp(started.expires_at),
        }))
    }

    async fn cancel_checkout(
        &self,
        request: Request<CancelCheckoutRequest>,
    ) -> Result<Response<CancelCheckoutResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let id = PurchaseId::parse(&message.purchase_id).map_err(Refusal::from)?;
        let done = self
            .purchases
            .cancel_checkout(&context, &id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(CancelCheckoutResponse {
            receipt: receipt(done),
        }))
    }

    async fn refund_purchase(
        &self,
        request: Request<RefundPurchaseRequest>,
    ) -> Result<Response<RefundPurchaseResponse>, Status> {
        let message = request.get_ref();
        let context = context(&request, &message.request_id, None)?;
        let id = PurchaseId::parse(&message.purchase_id).map_err(Refusal::from)?;
        let as_operator = is_operator(caller(request.extensions())?);
        let done = self.purchases.refund(&context, &id, as_operator).await;
        let done = done.map_err(Refusal::from)?;
        Ok(Response::new(RefundPurchaseResponse {
            receipt: receipt(done),
        }))
    }
}

fn is_operator(caller: &Identity) -> bool {
    caller.roles.contains(&Role::Operator)
}
