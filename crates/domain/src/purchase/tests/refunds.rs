//! Specifications of which payments go back, and of the right that goes with them.

use super::{bought, closed, opened, pay, received, started};
use crate::{
    purchase::{
        Closure, Purchase, PurchaseCommand, PurchaseError, PurchaseEvent, RefundReason,
        RevocationCause, Stage,
    },
    samples::{eur, payable_at, payment, refund, terms},
    spec::{fold, given},
    values::{Currency, Money},
};

pub(super) fn confirm(payment_id: &str, refund_id: &str) -> PurchaseCommand {
    PurchaseCommand::ConfirmRefund {
        payment_id: payment(payment_id),
        refund_id: refund(refund_id),
    }
}

pub(super) fn note(payment_id: &str, refund_id: &str) -> PurchaseCommand {
    PurchaseCommand::NoteRefund {
        payment_id: payment(payment_id),
        refund_id: refund(refund_id),
    }
}

fn requested(id: &str, reason: RefundReason) -> PurchaseEvent {
    PurchaseEvent::RefundRequested {
        payment_id: payment(id),
        key: format!("refund-{id}"),
        reason,
    }
}

pub(super) fn revoked() -> PurchaseEvent {
    PurchaseEvent::PurchaseRevoked {
        terms: Box::new(terms()),
        cause: RevocationCause::Refund,
        released: false,
        held: false,
    }
}

fn refunded(id: &str) -> PurchaseEvent {
    refunded_of(id, 1200)
}

fn refunded_of(id: &str, amount_minor: i64) -> PurchaseEvent {
    PurchaseEvent::PaymentRefunded {
        payment_id: payment(id),
        refund_id: refund("re_1"),
        amount: eur(amount_minor),
    }
}

fn revoked_history() -> Vec<PurchaseEvent> {
    let end = [requested("pi_1", RefundReason::Requested), revoked()];
    bought().into_iter().chain(end).collect()
}

#[test]
fn a_second_payment_goes_back() {
    given::<Purchase>(bought())
        .when(pay("pi_2", eur(1200)))
        .then_events([
            received("pi_2", 1200),
            requested("pi_2", RefundReason::PaidTwice),
        ]);
}

#[test]
fn a_payment_after_the_end_goes_back() {
    given::<Purchase>([started(), opened(), closed(Closure::Expired)])
        .when(pay("pi_1", eur(1200)))
        .then_events([
            received("pi_1", 1200),
            requested("pi_1", RefundReason::PaidTooLate),
        ]);
}

#[test]
fn a_payment_after_a_refund_goes_back() {
    given::<Purchase>(revoked_history())
        .when(pay("pi_2", eur(1200)))
        .then_events([
            received("pi_2", 1200),
            requested("pi_2", RefundReason::PaidTwice),
        ]);
}

#[test]
fn a_wrong_amount_goes_back_and_ends_the_purchase() {
    for amount_minor in [1199, 1201] {
        given::<Purchase>([started(), opened()])
            .when(pay("pi_1", eur(amount_minor)))
            .then_events([
                received("pi_1", amount_minor),
                requested("pi_1", RefundReason::WrongAmount),
                closed(Closure::PaymentUnusable),
            ]);
    }
}

#[test]
fn the_right_number_in_the_wrong_currency_goes_back() {
    let yen = Money {
        amount_minor: 1200,
        currency: Currency::Jpy,
    };
    let events = given::<Purchase>([started(), opened()])
        .when(pay("pi_1", yen))
        .then(&["PaymentReceived", "RefundRequested", "PurchaseClosed"]);
    assert_eq!(events[1], requested("pi_1", RefundReason::WrongAmount));
}

#[test]
fn a_payment_for_a_picture_that_is_gone_goes_back() {
    let command = PurchaseCommand::ConfirmPayment {
        payment_id: payment("pi_1"),
        amount: eur(1200),
        picture_is_deliverable: false,
        payable_at: payable_at(),
    };
    given::<Purchase>([started(), opened()])
        .when(command)
        .then_events([
            received("pi_1", 1200),
            requested("pi_1", RefundReason::PictureUnavailable),
            closed(Closure::PaymentUnusable),
        ]);
}

#[test]
fn a_refund_revokes_the_right_to_download_at_once() {
    given::<Purchase>(bought())
        .when(PurchaseCommand::RequestRefund)
        .then_events([requested("pi_1", RefundReason::Requested), revoked()]);
    assert_eq!(fold::<Purchase>(revoked_history()).stage, Stage::Refunded);
}

#[test]
fn what_was_never_granted_cannot_be_refunded() {
    for history in [
        vec![started()],
        vec![started(), opened()],
        vec![started(), opened(), closed(Closure::Expired)],
    ] {
        given::<Purchase>(history)
            .when(PurchaseCommand::RequestRefund)
            .then_refused(PurchaseError::NotGranted);
    }
}

#[test]
fn asking_for_a_refund_twice_is_quiet() {
    given::<Purchase>(revoked_history())
        .when(PurchaseCommand::RequestRefund)
        .then_quiet();
}

#[test]
fn a_due_refund_is_recorded_when_it_is_done() {
    given::<Purchase>(revoked_history())
        .when(confirm("pi_1", "re_1"))
        .then_events([refunded("pi_1")]);
}

#[test]
fn a_refund_that_is_not_due_is_refused() {
    given::<Purchase>(bought())
        .when(confirm("pi_1", "re_1"))
        .then_refused(PurchaseError::NoRefundDue);
    given::<Purchase>(bought())
        .when(confirm("pi_9", "re_1"))
        .then_refused(PurchaseError::NoRefundDue);
}

#[test]
fn hearing_of_the_same_refund_again_is_quiet() {
    given::<Purchase>(revoked_history().into_iter().chain([refunded("pi_1")]))
        .when(confirm("pi_1", "re_1"))
        .then_quiet();
}

#[test]
fn a_purchase_is_not_settled_while_a_refund_is_due() {
    let history = revoked_history();
    assert!(!fold::<Purchase>(history.clone()).is_settled());
    let done = history.into_iter().chain([refunded("pi_1")]);
    assert!(fold::<Purchase>(done).is_settled());
}

#[test]
fn a_due_refund_names_its_payment_its_key_and_its_amount() {
    let second = [
        received("pi_2", 700),
        requested("pi_2", RefundReason::PaidTwice),
    ];
    let purchase = fold::<Purchase>(bought().into_iter().chain(second));
    let due: Vec<_> = purchase.refunds_due().collect();
    assert_eq!(due, [(&payment("pi_2"), "refund-pi_2", eur(700))]);
}

#[test]
fn the_refund_of_a_second_payment_leaves_the_grant_alone() {
    let second = [
        received("pi_2", 1200),
        requested("pi_2", RefundReason::PaidTwice),
        refunded("pi_2"),
    ];
    let purchase = fold::<Purchase>(bought().into_iter().chain(second));
    assert_eq!(purchase.stage, Stage::Granted);
    assert_eq!(purchase.granted_by, Some(payment("pi_1")));
}

#[test]
fn a_refund_made_at_the_provider_revokes_the_grant() {
    given::<Purchase>(bought())
        .when(note("pi_1", "re_1"))
        .then_events([revoked(), refunded("pi_1")]);
}

#[test]
fn a_due_refund_that_somebody_else_made_is_done() {
    given::<Purchase>(revoked_history())
        .when(note("pi_1", "re_1"))
        .then_events([refunded("pi_1")]);
}

#[test]
fn a_refund_of_another_payment_at_the_provider_leaves_the_grant_alone() {
    let second = [
        received("pi_2", 700),
        requested("pi_2", RefundReason::PaidTwice),
    ];
    given::<Purchase>(bought().into_iter().chain(second))
        .when(note("pi_2", "re_1"))
        .then_events([refunded_of("pi_2", 700)]);
}

#[test]
fn hearing_of_the_same_refund_at_the_provider_again_is_quiet() {
    let history = [revoked(), refunded("pi_1")];
    given::<Purchase>(bought().into_iter().chain(history))
        .when(note("pi_1", "re_1"))
        .then_quiet();
}

#[test]
fn a_refund_of_a_payment_nobody_made_is_refused() {
    given::<Purchase>(bought())
        .when(note("pi_9", "re_1"))
        .then_refused(PurchaseError::UnknownPayment);
}
