//! Refunds: once per key, and a payment that somebody has refunded already counts as refunded.

use std::collections::HashMap;

use picasso_commands::ports::{PaymentError, RefundRequest};
use picasso_domain::values::{PaymentId, RefundId};
use stripe::{ApiErrorsCode, Client, StripeError, StripeRequest};
use stripe_core::refund::{CreateRefund, ListRefund};
use stripe_shared::Refund;

use super::{checkout::idempotent, error::port_error};

/// Where our key stands in the metadata of refunds, transfers and reversals; Stripe forgets idempotency keys, metadata it keeps.
pub(super) const REQUEST_KEY: &str = "request_key";
/// More refunds than one payment of ours ever has.
const MAX_REFUNDS: i64 = 100;

pub(super) async fn refund(
    client: &Client,
    request: &RefundRequest,
) -> Result<RefundId, PaymentError> {
    let create = CreateRefund::new()
        .payment_intent(&request.payment_id.0)
        .amount(request.amount.amount_minor)
        .metadata(HashMap::from([(
            REQUEST_KEY.to_owned(),
            request.key.clone(),
        )]))
        .customize()
        .request_strategy(idempotent(&request.key)?);
    match create.send(client).await {
        Ok(refund) => given_back(&refund),
        Err(StripeError::Stripe(refusal, _))
            if refusal.code == Some(ApiErrorsCode::ChargeAlreadyRefunded) =>
        {
            earlier(client, request).await
        }
        Err(error) => Err(port_error(error)),
    }
}

/// Pending counts: Stripe has taken the money from our balance and is on its way with it.
fn given_back(refund: &Refund) -> Result<RefundId, PaymentError> {
    if has_failed(refund) {
        let reason = refund.failure_reason.clone();
        return Err(PaymentError::Refused {
            code: reason.unwrap_or_else(|| "refund_failed".into()),
        });
    }
    Ok(RefundId(refund.id.to_string()))
}

fn has_failed(refund: &Refund) -> bool {
    matches!(refund.status.as_deref(), Some("failed" | "canceled"))
}

/// The newest refund of a payment, if it has any.
pub(super) async fn latest(
    client: &Client,
    payment_id: &PaymentId,
) -> Result<Option<RefundId>, PaymentError> {
    let refunds = all(client, payment_id).await?;
    Ok(refunds
        .first()
        .map(|refund| RefundId(refund.id.to_string())))
}

/// The refunds of a payment that have not failed, newest first.
async fn all(client: &Client, payment_id: &PaymentId) -> Result<Vec<Refund>, PaymentError> {
    let list = ListRefund::new()
        .payment_intent(&payment_id.0)
        .limit(MAX_REFUNDS);
    let mut refunds = list.send(client).await.map_err(port_error)?.data;
    refunds.retain(|refund| !has_failed(refund));
    Ok(refunds)
}

/// The refund that has given the money back before: ours, or else anybody's, newest first.
async fn earlier(client: &Client, request: &RefundRequest) -> Result<RefundId, PaymentError> {
    let refunds = all(client, &request.payment_id).await?;
    let is_ours = |refund: &&Refund| {
        let metadata = refund.metadata.as_ref();
        metadata.and_then(|metadata| metadata.get(REQUEST_KEY)) == Some(&request.key)
    };
    match refunds.iter().find(is_ours).or(refunds.first()) {
        Some(refund) => Ok(RefundId(refund.id.to_string())),
        None => Err(PaymentError::Refused {
            code: ApiErrorsCode::ChargeAlreadyRefunded.as_str().to_owned(),
        }),
    }
}
