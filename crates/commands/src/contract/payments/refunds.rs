//! Money is given back once, whatever happens on the way.

use picasso_domain::values::{Money, PaymentId};

use super::{
    Books, Call, PRICE, Provider, Trouble, checkout::assert_may_be_repeated, paid, purchase,
};
use crate::ports::{PaymentError, RefundRequest};

const GIVEN_BACK: Books = Books {
    payments: 1,
    charged: PRICE.amount_minor,
    refunded: PRICE.amount_minor,
};

fn request(key: &str, payment_id: &PaymentId) -> RefundRequest {
    RefundRequest {
        key: key.into(),
        payment_id: payment_id.clone(),
        amount: PRICE,
    }
}

pub async fn the_same_key_refunds_once(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let request = request("refund-1", &payment_id);
    let first = provider.payments().refund(&request).await;
    let again = provider.payments().refund(&request).await;
    assert_eq!(again.expect("again"), first.expect("a refund"));
    assert_eq!(provider.books(&purchase()).await, GIVEN_BACK);
}

/// The provider forgets keys after a while; what it has refunded it does not forget.
pub async fn a_payment_refunded_under_another_key_counts_as_refunded(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let first = request("refund-1", &payment_id);
    let first = provider.payments().refund(&first).await;
    let second = request("refund-2", &payment_id);
    let second = provider.payments().refund(&second).await;
    assert_eq!(second.expect("found"), first.expect("a refund"));
    assert_eq!(provider.books(&purchase()).await, GIVEN_BACK);
}

/// A part is given back, so that the provider's own "already refunded" does not hide a key that is not sent.
pub async fn a_refund_in_any_trouble_is_made_once(provider: &dyn Provider, trouble: Trouble) {
    let (_, payment_id) = paid(provider).await;
    let part = Money {
        amount_minor: PRICE.amount_minor / 5,
        ..PRICE
    };
    let request = RefundRequest {
        amount: part,
        ..request("refund-1", &payment_id)
    };
    provider.spoil(Call::Refund, trouble).await;
    let lost = provider.payments().refund(&request).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    for _ in 0..2 {
        let refund = provider.payments().refund(&request).await;
        refund.expect("a refund");
    }
    let books = provider.books(&purchase()).await;
    assert_eq!(books.refunded, part.amount_minor);
}

pub async fn more_than_was_paid_is_not_given_back(provider: &dyn Provider) {
    let (_, payment_id) = paid(provider).await;
    let mut request = request("refund-1", &payment_id);
    request.amount = Money {
        amount_minor: PRICE.amount_minor + 1,
        ..PRICE
    };
    let refused = provider.payments().refund(&request).await;
    assert!(matches!(refused, Err(PaymentError::Refused { .. })));
    assert_eq!(provider.books(&purchase()).await.refunded, 0);
}

pub async fn a_payment_nobody_made_is_not_refunded(provider: &dyn Provider) {
    let request = request("refund-1", &PaymentId("pi_unknown".into()));
    let refused = provider.payments().refund(&request).await;
    assert!(matches!(refused, Err(PaymentError::Refused { .. })));
}
