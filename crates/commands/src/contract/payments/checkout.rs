//! Pages are made once per key, tell the truth, and can be closed so that nobody pays them any more.

use std::time::Duration;

use picasso_domain::values::{Money, SessionId};

use super::{Books, Call, PRICE, Provider, Trouble, closing_in, open, paid, purchase, status};
use crate::ports::{CheckoutRequest, CheckoutStatus, PaymentError};

const ONCE: Books = Books {
    payments: 1,
    charged: PRICE.amount_minor,
    refunded: 0,
};

/// Trouble is never reported as a refusal, which would end a purchase for good.
pub(in crate::contract) fn assert_may_be_repeated(error: &PaymentError, trouble: Trouble) {
    match (trouble, error) {
        (Trouble::TooManyRequests, PaymentError::Busy) => {}
        (
            Trouble::TimeoutAfterEffect
            | Trouble::TimeoutBeforeEffect
            | Trouble::ServerError
            | Trouble::ConnectionReset,
            PaymentError::Unknown(_),
        ) => {}
        _ => panic!("{trouble:?} was reported as {error:?}"),
    }
}

fn code(error: PaymentError) -> String {
    match error {
        PaymentError::Refused { code } => code,
        other => panic!("not refused, but {other:?}"),
    }
}

pub async fn the_same_key_answers_with_the_same_page(provider: &dyn Provider) {
    let request = closing_in(60);
    let first = provider.payments().open_checkout(&request).await;
    let again = provider.payments().open_checkout(&request).await;
    let first = first.expect("a page");
    assert_eq!(again.expect("the same page"), first);
    assert!(first.url.starts_with("http"), "{}", first.url);
    assert_eq!(provider.open_pages().await, 1);
}

pub async fn a_page_made_in_any_trouble_is_found_again_and_paid_once(
    provider: &dyn Provider,
    trouble: Trouble,
) {
    let request = closing_in(60);
    provider.spoil(Call::Open, trouble).await;
    let lost = provider.payments().open_checkout(&request).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    let found = provider.payments().open_checkout(&request).await;
    let found = found.expect("a page");
    assert_eq!(provider.open_pages().await, 1);
    provider.pay(&found.session_id).await;
    assert_eq!(provider.books(&purchase()).await, ONCE);
}

pub async fn a_key_belongs_to_one_request(provider: &dyn Provider) {
    open(provider).await;
    let dearer = Money {
        amount_minor: PRICE.amount_minor + 1,
        ..PRICE
    };
    let other = CheckoutRequest {
        amount: dearer,
        ..closing_in(60)
    };
    let refused = provider.payments().open_checkout(&other).await;
    code(refused.expect_err("refused"));
    assert_eq!(provider.open_pages().await, 1);
}

/// A purchase that ends sooner than any page may still gets its page, and by the same key only one.
pub async fn a_page_that_closes_very_soon_is_made_once_too(provider: &dyn Provider) {
    let request = closing_in(5);
    let first = provider.payments().open_checkout(&request).await;
    provider.pass(Duration::from_secs(60)).await;
    let again = provider.payments().open_checkout(&request).await;
    assert_eq!(again.expect("the same page"), first.expect("a page"));
    assert_eq!(provider.open_pages().await, 1);
}

pub async fn a_page_is_open_until_it_is_paid(provider: &dyn Provider) {
    let session = open(provider).await;
    let expected = CheckoutStatus::Open {
        url: Some(session.url),
        declined: None,
    };
    assert_eq!(status(provider, &session.session_id).await, expected);
    provider.pay(&session.session_id).await;
    let now = status(provider, &session.session_id).await;
    assert!(
        matches!(now, CheckoutStatus::Paid { amount: PRICE, .. }),
        "{now:?}"
    );
    assert_eq!(provider.books(&purchase()).await, ONCE);
}

pub async fn a_declined_card_is_told_and_another_may_pay(provider: &dyn Provider) {
    let session_id = open(provider).await.session_id;
    provider.decline(&session_id).await;
    let now = status(provider, &session_id).await;
    assert!(
        matches!(&now, CheckoutStatus::Open { declined: Some(code), .. } if code.contains("decline")),
        "{now:?}"
    );
    provider.pay(&session_id).await;
    let now = status(provider, &session_id).await;
    assert!(matches!(now, CheckoutStatus::Paid { .. }), "{now:?}");
}

pub async fn a_page_expires_by_itself(provider: &dyn Provider) {
    let session_id = open(provider).await.session_id;
    provider.pass(Duration::from_secs(61 * 60)).await;
    assert_eq!(status(provider, &session_id).await, CheckoutStatus::Expired);
}

pub async fn a_closed_page_cannot_be_paid_and_may_be_closed_twice(provider: &dyn Provider) {
    let session_id = open(provider).await.session_id;
    for _ in 0..2 {
        let closed = provider.payments().close_checkout(&session_id).await;
        assert_eq!(closed.expect("closed"), CheckoutStatus::Expired);
    }
    provider.pay(&session_id).await;
    assert_eq!(provider.books(&purchase()).await, Books::default());
    assert_eq!(status(provider, &session_id).await, CheckoutStatus::Expired);
}

pub async fn closing_a_page_that_was_paid_first_says_so(provider: &dyn Provider) {
    let (session_id, payment_id) = paid(provider).await;
    let closed = provider.payments().close_checkout(&session_id).await;
    let expected = CheckoutStatus::Paid {
        payment_id,
        amount: PRICE,
    };
    assert_eq!(closed.expect("the truth"), expected);
}

pub async fn a_page_is_closed_in_any_trouble(provider: &dyn Provider, trouble: Trouble) {
    let session_id = open(provider).await.session_id;
    provider.spoil(Call::Close, trouble).await;
    let lost = provider.payments().close_checkout(&session_id).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    let closed = provider.payments().close_checkout(&session_id).await;
    assert_eq!(closed.expect("closed"), CheckoutStatus::Expired);
}

pub async fn reading_a_page_in_trouble_claims_nothing(provider: &dyn Provider, trouble: Trouble) {
    let (session_id, _) = paid(provider).await;
    provider.spoil(Call::Read, trouble).await;
    let lost = provider.payments().checkout(&session_id).await;
    assert_may_be_repeated(&lost.expect_err("trouble"), trouble);
    let now = status(provider, &session_id).await;
    assert!(matches!(now, CheckoutStatus::Paid { .. }), "{now:?}");
}

pub async fn a_page_nobody_made_is_refused(provider: &dyn Provider) {
    for id in ["cs_test_unknown", "../refunds", "a?b", ""] {
        let session_id = SessionId(id.into());
        let read = provider.payments().checkout(&session_id).await;
        code(read.expect_err("refused"));
        let closed = provider.payments().close_checkout(&session_id).await;
        code(closed.expect_err("refused"));
    }
}
