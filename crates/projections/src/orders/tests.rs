//! The fold of orders: one status at every point of an attempt's life.

use OrderStatus::*;

use super::*;
use crate::samples::*;

survives_any_history!(Orders);

fn order(history: &[Recorded]) -> OrderDocument {
    let key = purchase_id(1).to_string();
    fold(&Orders, &key, history)
        .unwrap()
        .expect("there is an order")
}

fn closed(offset: u64, closure: Closure) -> Recorded {
    purchase(offset, 1, PurchaseEvent::PurchaseClosed { closure })
}

#[test]
fn the_status_follows_a_purchase_to_its_refund() {
    let life = [
        (started(1, 1), Started),
        (opened(2, 1), Open),
        (paid(3, 1, "pi_1"), Open),
        (granted(4, 1), Granted),
        (
            refund_requested(5, 1, "pi_1", RefundReason::Requested),
            Granted,
        ),
        (revoked(6, 1), RefundDue),
        (refunded(7, 1, "pi_1"), Refunded),
    ];
    let (history, expected): (Vec<_>, Vec<_>) = life.into_iter().unzip();
    for (length, status) in (1..).zip(expected) {
        let order = order(&history[..length]);
        assert_eq!(order.status, status, "after {length} events");
        assert_eq!(order.timeline.len(), length);
        assert_eq!(order.version, u64::try_from(length).unwrap());
        assert_eq!(order.position, history[length - 1].event.position());
    }
}

#[test]
fn the_checkout_page_is_offered_only_while_it_is_open() {
    let mut history = vec![started(1, 1), opened(2, 1)];
    assert!(order(&history).checkout_url.is_some());
    history.push(closed(3, Closure::Expired));
    let order = order(&history);
    assert_eq!(order.checkout_url, None);
    assert_eq!(
        (order.status, order.closure),
        (Closed, Some(Closure::Expired))
    );
}

#[test]
fn a_decline_is_noted_and_the_order_stays_open() {
    let code = "card_declined".to_owned();
    let declined = purchase(3, 1, PurchaseEvent::PaymentDeclined { code });
    let order = order(&[started(1, 1), opened(2, 1), declined]);
    assert_eq!(order.declined.as_deref(), Some("card_declined"));
    assert_eq!(order.status, Open);
}

#[test]
fn a_second_payment_goes_back_and_the_grant_stays() {
    let order = order(&[
        started(1, 1),
        paid(2, 1, "pi_1"),
        granted(3, 1),
        paid(4, 1, "pi_2"),
        refund_requested(5, 1, "pi_2", RefundReason::PaidTwice),
        refunded(6, 1, "pi_2"),
    ]);
    assert_eq!(order.status, Granted);
    assert_eq!(order.payments[0].refund, None);
    let refund = order.payments[1].refund.as_ref().expect("it goes back");
    assert_eq!(refund.reason, Some(RefundReason::PaidTwice));
    assert_eq!(refund.refunded_at, Some(at(6)));
}

#[test]
fn an_order_is_refunded_once_its_own_payment_is_back() {
    let mut history = vec![
        started(1, 1),
        paid(2, 1, "pi_1"),
        granted(3, 1),
        paid(4, 1, "pi_2"),
        refund_requested(5, 1, "pi_2", RefundReason::PaidTwice),
        refund_requested(6, 1, "pi_1", RefundReason::Requested),
        revoked(7, 1),
        refunded(8, 1, "pi_2"),
    ];
    assert_eq!(order(&history).status, RefundDue);
    history.push(refunded(9, 1, "pi_1"));
    assert_eq!(order(&history).status, Refunded);
}

#[test]
fn what_goes_back_at_the_provider_is_seen_though_nobody_asked_here() {
    let order = order(&[
        started(1, 1),
        paid(2, 1, "pi_1"),
        granted(3, 1),
        revoked(4, 1),
        refunded(5, 1, "pi_1"),
    ]);
    let refund = order.payments[0].refund.as_ref().expect("it went back");
    assert_eq!((refund.reason, refund.refunded_at), (None, Some(at(5))));
}

#[test]
fn what_the_seller_gets_is_not_shown_to_the_buyer() {
    let released = PurchaseEvent::EarningsReleased {
        seller: terms().seller,
        amount: terms().split().share,
    };
    let order = order(&[
        started(1, 1),
        paid(2, 1, "pi_1"),
        granted(3, 1),
        purchase(4, 1, released),
    ]);
    let seen = |side| {
        let timeline = order.clone().seen_from(side).timeline;
        timeline.last().map(|moment| moment.what.clone())
    };
    assert_eq!(seen(Side::Buyer).as_deref(), Some("PurchaseGranted"));
    assert_eq!(seen(Side::Seller).as_deref(), Some("EarningsReleased"));
}

#[test]
fn a_late_payment_of_a_closed_order_goes_back_and_it_stays_closed() {
    let order = order(&[
        started(1, 1),
        closed(2, Closure::Expired),
        paid(3, 1, "pi_1"),
        refund_requested(4, 1, "pi_1", RefundReason::PaidTooLate),
    ]);
    assert_eq!(order.status, Closed);
    let refund = order.payments[0].refund.as_ref().expect("it goes back");
    assert_eq!(refund.refunded_at, None);
}

#[test]
fn any_number_of_payments_and_moments_is_bounded() {
    let mut history = vec![started(1, 1)];
    history.extend((2..300).map(|n| paid(n, 1, &format!("pi_{n}"))));
    let order = order(&history);
    assert_eq!(order.payments.len(), crate::fold::MAX_HISTORY);
    assert_eq!(order.payments[0].payment_id, payment_id("pi_2"));
    assert_eq!(order.timeline.len(), crate::fold::MAX_HISTORY);
    assert_eq!(order.timeline[0].what, "PurchaseStarted");
}

#[test]
fn buyer_and_seller_both_find_it() {
    let document = Some(order(&[started(1, 1)]));
    let places = Orders.index(&purchase_id(1).to_string(), &document);
    let prefixes: Vec<_> = places
        .iter()
        .map(|it| (it.index, it.prefix.as_str()))
        .collect();
    assert_eq!(prefixes, [(BUYER, "bob"), (SELLER, "ann")]);
}

#[test]
fn what_cannot_have_happened_parks_the_order() {
    let key = purchase_id(1).to_string();
    assert!(fold(&Orders, &key, &[opened(1, 1)]).is_err());
    assert!(fold(&Orders, &key, &[started(1, 1), started(2, 1)]).is_err());
    assert!(fold(&Orders, &key, &[started(1, 1), revoked(2, 1)]).is_err());
}
