//! `OrderQueryService`: purchases the caller takes part in.

use futures::stream::BoxStream;
use picasso_domain::{
    purchase::{Closure, RefundReason},
    values::PurchaseId,
};
use picasso_projections::orders::{self, OrderStatus, Side};
use tonic::{Request, Response, Status};

use super::{Service, paging, person, view, watch::Watching};
use crate::{
    convert::{edition, licence, money, position, timestamp},
    proto::queries::v1::{
        GetOrderRequest, GetOrderResponse, ListOrdersRequest, ListOrdersResponse, Order,
        OrderMoment, OrderPayment, OrderRefund, OrderSide, OrderStatus as WireStatus,
        WatchOrderRequest, WatchOrderResponse, order_query_service_server::OrderQueryService,
    },
    status::Refusal,
};

const MODELS: [&str; 3] = ["orders", "gallery", "profiles"];

#[tonic::async_trait]
impl OrderQueryService for Service {
    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        let caller = person(request.extensions())?;
        self.seen(&request, &request.get_ref().min_position, &MODELS)
            .await?;
        let message = request.into_inner();
        let side = parse_side(message.side)?;
        let paging = paging(message.page_size, message.page_token)?;
        let page = self
            .0
            .models
            .orders
            .list(&caller, side, &paging)
            .await
            .map_err(Refusal::from)?;
        let orders = page
            .items
            .into_iter()
            .map(|order| self.order(order))
            .collect();
        let next_page_token = page.next.unwrap_or_default();
        Ok(Response::new(ListOrdersResponse {
            orders,
            next_page_token,
        }))
    }

    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let caller = person(request.extensions())?;
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &MODELS).await?;
        let id = PurchaseId::parse(&message.purchase_id).map_err(Refusal::from)?;
        let found = self
            .0
            .models
            .orders
            .get(&caller, &id)
            .await
            .map_err(Refusal::from)?;
        Ok(Response::new(GetOrderResponse {
            order: Some(self.order(found)),
        }))
    }

    type WatchOrderStream = BoxStream<'static, Result<WatchOrderResponse, Status>>;

    async fn watch_order(
        &self,
        request: Request<WatchOrderRequest>,
    ) -> Result<Response<Self::WatchOrderStream>, Status> {
        let caller = person(request.extensions())?;
        let message = request.get_ref();
        self.seen(&request, &message.min_position, &MODELS).await?;
        let id = PurchaseId::parse(&message.purchase_id).map_err(Refusal::from)?;
        let _place = self.0.watches.enter(&caller)?;
        let watching = Watching {
            service: self.clone(),
            viewer: caller,
            id,
            _place,
        };
        Ok(Response::new(watching.start(request.extensions()).await?))
    }
}

impl Service {
    pub(super) fn order(&self, found: orders::Order) -> Order {
        let orders::Order {
            order,
            side,
            buyer,
            seller,
            artwork,
        } = found;
        Order {
            purchase_id: order.purchase_id.to_string(),
            picture_id: order.picture_id.to_string(),
            side: show_side(side).into(),
            buyer: Some(view::person(buyer)),
            seller: Some(view::person(seller)),
            price: money(order.price.money()),
            edition: edition(order.edition).into(),
            licence: licence(order.licence).into(),
            status: status(order.status).into(),
            checkout_url: order.checkout_url.unwrap_or_default(),
            expires_at: timestamp(order.expires_at),
            decline_code: order.declined.unwrap_or_default(),
            closure: order.closure.map(closure).unwrap_or_default().to_owned(),
            payments: order.payments.into_iter().map(payment).collect(),
            timeline: order.timeline.into_iter().map(moment).collect(),
            started_at: timestamp(order.started_at),
            changed_at: timestamp(order.changed_at),
            picture: artwork.map(|artwork| view::picture(&*self.0.blobs, &artwork)),
            etag: order.version.to_string(),
            position: Some(position(order.position)),
        }
    }
}

fn parse_side(side: i32) -> Result<Side, Refusal> {
    match OrderSide::try_from(side) {
        Ok(OrderSide::Unspecified | OrderSide::Buyer) => Ok(Side::Buyer),
        Ok(OrderSide::Seller) => Ok(Side::Seller),
        Err(_) => Err(Refusal::invalid(
            "side",
            "UNKNOWN",
            "is not one of buyer, seller",
        )),
    }
}

fn show_side(side: Side) -> OrderSide {
    match side {
        Side::Buyer => OrderSide::Buyer,
        Side::Seller => OrderSide::Seller,
    }
}

fn status(status: OrderStatus) -> WireStatus {
    match status {
        OrderStatus::Started => WireStatus::Started,
        OrderStatus::Open => WireStatus::Open,
        OrderStatus::Granted => WireStatus::Granted,
        OrderStatus::Closed => WireStatus::Closed,
        OrderStatus::RefundDue => WireStatus::RefundDue,
        OrderStatus::Refunded => WireStatus::Refunded,
    }
}

fn closure(closure: Closure) -> &'static str {
    match closure {
        Closure::CancelledByBuyer => "cancelled_by_buyer",
        Closure::Expired => "expired",
        Closure::CheckoutRefused => "checkout_refused",
        Closure::PaymentUnusable => "payment_unusable",
    }
}

fn payment(payment: orders::OrderPayment) -> OrderPayment {
    let refund = payment.refund.map(|refund| OrderRefund {
        reason: refund
            .reason
            .map(refund_reason)
            .unwrap_or_default()
            .to_owned(),
        requested_at: timestamp(refund.requested_at),
        refunded_at: refund.refunded_at.and_then(timestamp),
    });
    OrderPayment {
        amount: money(payment.amount),
        received_at: timestamp(payment.received_at),
        refund,
    }
}

fn refund_reason(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Requested => "requested",
        RefundReason::PaidTwice => "paid_twice",
        RefundReason::PaidTooLate => "paid_too_late",
        RefundReason::WrongAmount => "wrong_amount",
        RefundReason::PictureUnavailable => "picture_unavailable",
    }
}

fn moment(moment: orders::Moment) -> OrderMoment {
    OrderMoment {
        what: moment.what,
        at: timestamp(moment.at),
    }
}
