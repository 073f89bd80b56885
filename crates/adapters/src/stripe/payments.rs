//! All payments of a purchase, found by the metadata that every payment of ours carries.
//!
//! Stripe's search lags behind: "under normal operating conditions, data is searchable in less than a minute",
//! up to an hour in an outage (<https://docs.stripe.com/api/payment_intents/search>).

use picasso_commands::ports::PaymentError;
use picasso_domain::values::{Money, PaymentId, PurchaseId};
use stripe::Client;
use stripe_core::payment_intent::SearchPaymentIntent;

use super::{
    checkout::{self, PURCHASE_ID},
    error::port_error,
    money,
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
