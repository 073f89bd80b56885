//! All payments of a purchase, found by the metadata that every payment of ours carries, and what has become of one.
//!
//! Stripe's search lags behind: "under normal operating conditions, data is searchable in less than a minute",
//! up to an hour in an outage (<https://docs.stripe.com/api/payment_intents/search>).

use picasso_commands::ports::{DisputeReport, DisputeStatus, PaymentError, PaymentReport};
use picasso_domain::values::{DisputeId, Money, PaymentId, PurchaseId};
use stripe::Client;
use stripe_core::{
    dispute::ListDispute,
    payment_intent::{RetrievePaymentIntent, SearchPaymentIntent},
};
use stripe_shared::{Charge, Dispute, PaymentIntent, PaymentIntentStatus};

use super::{
    checkout::{self, PURCHASE_ID, path_segment},
    error::{Unclear, port_error},
    money, refund,
};

/// The most that Stripe answers at once; a purchase has one payment, or two if something went wrong.
const LIMIT: i64 = 100;

pub(super) async fn of(
    client: &Client,
    purchase_id: &PurchaseId,
) -> Result<Vec<(PaymentId, Money)>, PaymentError> {
    let search = SearchPaymentIntent::new(query(purchase_id)).limit(LIMIT);
    let found = search.send(client).await.map_err(port_error)?.data;
    found
        .into_iter()
        // Stripe compares without regard to case; people are told apart by it.
        .filter(|intent| checkout::purchase_id(&intent.metadata).as_ref() == Some(purchase_id))
        .map(|intent| {
            let amount = money::from_stripe(intent.amount_received, &intent.currency)?;
            Ok((PaymentId(intent.id.to_string()), amount))
        })
        .collect()
}

/// What has become of one payment.
pub(super) async fn report(
    client: &Client,
    payment_id: &PaymentId,
) -> Result<PaymentReport, PaymentError> {
    let intent = retrieve(client, payment_id).await?;
    let charge = intent.latest_charge.as_ref();
    let charge = charge.and_then(|charge| charge.as_object());
    let received = match intent.status {
        PaymentIntentStatus::Succeeded => Some(money::from_stripe(
            intent.amount_received,
            &intent.currency,
        )?),
        _ => None,
    };
    let is_refunded = charge.is_some_and(|charge| charge.refunded);
    let refunded = match is_refunded {
        true => refund::latest(client, payment_id).await?,
        false => None,
    };
    // Whether a payment was ever disputed no field says: `disputed` is taken back with the dispute.
    let disputes = match charge {
        Some(_) => disputes(client, payment_id).await?,
        None => vec![],
    };
    report_part_refunds(payment_id, charge);
    Ok(PaymentReport {
        purchase_id: checkout::purchase_id(&intent.metadata),
        received,
        refunded,
        disputes,
    })
}

/// The payment with its charge.
pub(super) async fn retrieve(
    client: &Client,
    payment_id: &PaymentId,
) -> Result<PaymentIntent, PaymentError> {
    let retrieve = RetrievePaymentIntent::new(path_segment(&payment_id.0)?);
    let expand = vec!["latest_charge".to_owned()];
    let intent = retrieve.expand(expand).send(client).await;
    intent.map_err(port_error)
}

/// We never refund a part, so somebody has done it at the provider: our books do not know of it.
fn report_part_refunds(payment_id: &PaymentId, charge: Option<&Charge>) {
    if let Some(charge) = charge.filter(|it| it.amount_refunded > 0 && !it.refunded) {
        let amount_minor = charge.amount_refunded;
        tracing::error!(%payment_id, amount_minor, "a part of a payment was refunded at the provider");
    }
}

async fn disputes(
    client: &Client,
    payment_id: &PaymentId,
) -> Result<Vec<DisputeReport>, PaymentError> {
    let list = ListDispute::new()
        .payment_intent(&payment_id.0)
        .limit(LIMIT);
    let found = list.send(client).await.map_err(port_error)?.data;
    let reports = found
        .iter()
        .filter_map(|dispute| dispute_report(dispute).transpose());
    Ok(reports.collect::<Result<_, Unclear>>()?)
}

/// `None` for an inquiry, in which no money has moved
/// (<https://docs.stripe.com/disputes/how-disputes-work#inquiries>).
fn dispute_report(dispute: &Dispute) -> Result<Option<DisputeReport>, Unclear> {
    use stripe_shared::DisputeStatus as Theirs;
    let status = match &dispute.status {
        Theirs::NeedsResponse | Theirs::UnderReview => DisputeStatus::Open,
        Theirs::Won => DisputeStatus::Won,
        Theirs::Lost => DisputeStatus::Lost,
        Theirs::Prevented
        | Theirs::WarningClosed
        | Theirs::WarningNeedsResponse
        | Theirs::WarningUnderReview => return Ok(None),
        _ => {
            let field = "known dispute status";
            return Err(Unclear::Incomplete { field });
        }
    };
    Ok(Some(DisputeReport {
        dispute_id: DisputeId(dispute.id.to_string()),
        amount: money::from_stripe(dispute.amount, &dispute.currency)?,
        status,
    }))
}

/// <https://docs.stripe.com/search#search-query-language>
fn query(purchase_id: &PurchaseId) -> String {
    let value = purchase_id.to_string();
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("status:\"succeeded\" AND metadata[\"{PURCHASE_ID}\"]:\"{value}\"")
}

#[cfg(test)]
mod tests {
    use picasso_domain::values::{PictureId, UserId};

    use super::*;

    #[test]
    fn a_name_with_quotes_stays_one_value() {
        let buyer = UserId::parse("a\"b\\c").unwrap();
        let query = query(&PurchaseId::new(PictureId::nil(), buyer, 1));
        let id = "00000000-0000-0000-0000-000000000000.a\\\"b\\\\c.1";
        let expected = format!("status:\"succeeded\" AND metadata[\"purchase_id\"]:\"{id}\"");
        assert_eq!(query, expected);
    }
}
