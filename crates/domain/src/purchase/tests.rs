//! Specifications of a purchase.

mod disputes;
mod history;
mod payouts;
mod refunds;

use super::*;
use crate::{
    samples::{eur, payable_at, payment, price, session, terms},
    spec::{fold, given},
};

fn started() -> PurchaseEvent {
    PurchaseEvent::PurchaseStarted(Box::new(terms()))
}

fn opened() -> PurchaseEvent {
    PurchaseEvent::CheckoutOpened {
        session_id: session("cs_1"),
        url: "http://127.0.0.1/pay/cs_1".to_owned(),
    }
}

fn received(id: &str, amount_minor: i64) -> PurchaseEvent {
    PurchaseEvent::PaymentReceived {
        payment_id: payment(id),
        amount: eur(amount_minor),
    }
}

fn granted() -> PurchaseEvent {
    PurchaseEvent::PurchaseGranted {
        payment_id: payment("pi_1"),
        terms: Box::new(terms()),
        payable_at: payable_at(),
    }
}

fn closed(closure: Closure) -> PurchaseEvent {
    PurchaseEvent::PurchaseClosed { closure }
}

fn declined(code: &str) -> PurchaseEvent {
    PurchaseEvent::PaymentDeclined {
        code: code.to_owned(),
    }
}

/// A history up to the grant.
fn bought() -> [PurchaseEvent; 4] {
    [started(), opened(), received("pi_1", 1200), granted()]
}

fn start(terms: Terms) -> PurchaseCommand {
    PurchaseCommand::Start(Box::new(terms))
}

fn open(session_id: &str) -> PurchaseCommand {
    PurchaseCommand::OpenCheckout {
        session_id: session(session_id),
        url: format!("http://127.0.0.1/pay/{session_id}"),
    }
}

fn note_decline(code: &str) -> PurchaseCommand {
    PurchaseCommand::NoteDecline {
        code: code.to_owned(),
    }
}

fn pay(id: &str, amount: Money) -> PurchaseCommand {
    PurchaseCommand::ConfirmPayment {
        payment_id: payment(id),
        amount,
        picture_is_deliverable: true,
        payable_at: payable_at(),
    }
}

fn close(closure: Closure) -> PurchaseCommand {
    PurchaseCommand::Close { closure }
}

#[test]
fn a_purchase_starts_on_frozen_terms() {
    given::<Purchase>([])
        .when(start(terms()))
        .then_events([started()]);
}

#[test]
fn the_terms_of_a_purchase_do_not_change() {
    let dearer = Terms {
        price: price(1300),
        ..terms()
    };
    given::<Purchase>([started()])
        .when(start(dearer))
        .then_refused(PurchaseError::AlreadyStarted);
}

#[test]
fn starting_twice_on_the_same_terms_is_quiet() {
    given::<Purchase>([started()])
        .when(start(terms()))
        .then_quiet();
}

#[test]
fn what_was_never_started_has_nothing_to_settle() {
    for command in [
        open("cs_1"),
        note_decline("card_declined"),
        pay("pi_1", eur(1200)),
        close(Closure::Expired),
        PurchaseCommand::RequestRefund,
        refunds::confirm("pi_1", "re_1"),
        refunds::note("pi_1", "re_1"),
        disputes::note("pi_1", "dp_1"),
        disputes::close("dp_1", true),
        payouts::release(),
        payouts::request(),
        payouts::confirm("transfer-pi_1", "tr_1"),
        payouts::refuse("transfer-pi_1"),
        payouts::confirm_reversal(),
    ] {
        given::<Purchase>([])
            .when(command)
            .then_refused(PurchaseError::Unknown);
    }
}

#[test]
fn a_started_purchase_gets_its_checkout_page() {
    given::<Purchase>([started()])
        .when(open("cs_1"))
        .then_events([opened()]);
}

#[test]
fn opening_the_same_checkout_page_again_is_quiet() {
    given::<Purchase>([started(), opened()])
        .when(open("cs_1"))
        .then_quiet();
}

#[test]
fn a_purchase_keeps_its_first_checkout_page() {
    given::<Purchase>([started(), opened()])
        .when(open("cs_2"))
        .then_quiet();
}

#[test]
fn a_checkout_page_that_opens_after_the_end_changes_nothing() {
    given::<Purchase>([started(), closed(Closure::Expired)])
        .when(open("cs_1"))
        .then_quiet();
    given::<Purchase>([started(), received("pi_1", 1200), granted()])
        .when(open("cs_1"))
        .then_quiet();
}

#[test]
fn a_decline_is_noted_and_the_page_stays_open() {
    given::<Purchase>([started(), opened()])
        .when(note_decline("card_declined"))
        .then_events([declined("card_declined")]);
    let purchase = fold::<Purchase>([started(), opened(), declined("card_declined")]);
    assert_eq!(purchase.stage, Stage::Open);
}

#[test]
fn the_same_decline_again_is_quiet() {
    given::<Purchase>([started(), opened(), declined("card_declined")])
        .when(note_decline("card_declined"))
        .then_quiet();
}

#[test]
fn a_decline_after_the_end_is_quiet() {
    given::<Purchase>(bought())
        .when(note_decline("card_declined"))
        .then_quiet();
}

#[test]
fn a_payment_of_the_price_grants_the_purchase() {
    given::<Purchase>([started(), opened()])
        .when(pay("pi_1", eur(1200)))
        .then_events([received("pi_1", 1200), granted()]);
}

#[test]
fn a_payment_after_a_decline_grants_the_purchase() {
    given::<Purchase>([started(), opened(), declined("card_declined")])
        .when(pay("pi_1", eur(1200)))
        .then(&["PaymentReceived", "PurchaseGranted"]);
}

#[test]
fn a_payment_may_be_heard_of_before_its_checkout_page() {
    given::<Purchase>([started()])
        .when(pay("pi_1", eur(1200)))
        .then(&["PaymentReceived", "PurchaseGranted"]);
}

#[test]
fn hearing_of_the_same_payment_again_is_quiet() {
    given::<Purchase>(bought())
        .when(pay("pi_1", eur(1200)))
        .then_quiet();
}

#[test]
fn a_purchase_can_be_closed_before_it_is_paid() {
    for history in [vec![started()], vec![started(), opened()]] {
        given::<Purchase>(history)
            .when(close(Closure::CancelledByBuyer))
            .then_events([closed(Closure::CancelledByBuyer)]);
    }
}

#[test]
fn a_paid_purchase_cannot_be_closed() {
    given::<Purchase>(bought())
        .when(close(Closure::Expired))
        .then_refused(PurchaseError::AlreadyPaid);
}

#[test]
fn closing_twice_is_quiet() {
    given::<Purchase>([started(), closed(Closure::CancelledByBuyer)])
        .when(close(Closure::Expired))
        .then_quiet();
}

#[test]
fn a_purchase_is_settled_once_nothing_is_left_to_do_at_the_provider() {
    let is_settled = |history: &[PurchaseEvent]| fold::<Purchase>(history.to_vec()).is_settled();
    assert!(!is_settled(&[started()]));
    assert!(!is_settled(&[started(), opened()]));
    assert!(is_settled(&[started(), closed(Closure::Expired)]));
    assert!(is_settled(&bought()));
}
