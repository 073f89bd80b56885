//! Specifications of payments that the buyer's bank wants back.

use super::{bought, payouts, received, refunds};
use crate::{
    purchase::{
        HeldShare, Purchase, PurchaseCommand, PurchaseError, PurchaseEvent, RefundReason,
        RevocationCause, Stage,
    },
    samples::{ann, eur, payment, terms},
    spec::{fold, given},
    values::DisputeId,
};

pub(super) fn dispute(id: &str) -> DisputeId {
    DisputeId(id.to_owned())
}

pub(super) fn note(payment_id: &str, dispute_id: &str) -> PurchaseCommand {
    PurchaseCommand::NoteDispute {
        payment_id: payment(payment_id),
        dispute_id: dispute(dispute_id),
        amount: eur(1200),
    }
}

pub(super) fn close(dispute_id: &str, won: bool) -> PurchaseCommand {
    PurchaseCommand::CloseDispute {
        dispute_id: dispute(dispute_id),
        won,
    }
}

pub(super) fn disputed(payment_id: &str) -> PurchaseEvent {
    PurchaseEvent::PurchaseDisputed {
        dispute_id: dispute("dp_1"),
        payment_id: payment(payment_id),
        amount: eur(1200),
        held: held(payment_id),
    }
}

/// Ann's share, for the payment that bob's grant rests on.
fn held(payment_id: &str) -> Option<HeldShare> {
    (payment_id == "pi_1").then(|| HeldShare {
        seller: ann(),
        amount: eur(1080),
        released: false,
    })
}

pub(super) fn won(payment_id: &str) -> PurchaseEvent {
    PurchaseEvent::DisputeWon {
        dispute_id: dispute("dp_1"),
        payment_id: payment(payment_id),
        amount: eur(1200),
        held: held(payment_id),
    }
}

fn lost(payment_id: &str) -> PurchaseEvent {
    PurchaseEvent::DisputeLost {
        dispute_id: dispute("dp_1"),
        payment_id: payment(payment_id),
        amount: eur(1200),
    }
}

fn revoked_while_held() -> PurchaseEvent {
    PurchaseEvent::PurchaseRevoked {
        terms: Box::new(terms()),
        cause: RevocationCause::Dispute,
        released: false,
        held: true,
    }
}

fn bought_and(more: &[PurchaseEvent]) -> Vec<PurchaseEvent> {
    bought().into_iter().chain(more.iter().cloned()).collect()
}

#[test]
fn a_dispute_is_noted_and_the_buyer_keeps_the_picture() {
    given::<Purchase>(bought())
        .when(note("pi_1", "dp_1"))
        .then_events([disputed("pi_1")]);
    let purchase = fold::<Purchase>(bought_and(&[disputed("pi_1")]));
    assert_eq!(purchase.stage, Stage::Granted);
    assert!(purchase.grant_is_disputed());
}

#[test]
fn hearing_of_the_same_dispute_again_is_quiet() {
    for more in [
        vec![disputed("pi_1")],
        vec![disputed("pi_1"), won("pi_1")],
        vec![disputed("pi_1"), revoked_while_held(), lost("pi_1")],
    ] {
        given::<Purchase>(bought_and(&more))
            .when(note("pi_1", "dp_1"))
            .then_quiet();
    }
}

#[test]
fn a_dispute_of_a_payment_nobody_made_is_refused() {
    given::<Purchase>(bought())
        .when(note("pi_9", "dp_1"))
        .then_refused(PurchaseError::UnknownPayment);
}

#[test]
fn a_lost_dispute_revokes_the_right_to_download() {
    given::<Purchase>(bought_and(&[disputed("pi_1")]))
        .when(close("dp_1", false))
        .then_events([revoked_while_held(), lost("pi_1")]);
}

#[test]
fn a_dispute_that_was_won_changes_nothing_else() {
    given::<Purchase>(bought_and(&[disputed("pi_1")]))
        .when(close("dp_1", true))
        .then_events([won("pi_1")]);
    let purchase = fold::<Purchase>(bought_and(&[disputed("pi_1"), won("pi_1")]));
    assert_eq!(purchase.stage, Stage::Granted);
    assert!(!purchase.grant_is_disputed());
}

#[test]
fn a_dispute_ends_once() {
    for end in [true, false] {
        given::<Purchase>(bought_and(&[disputed("pi_1"), won("pi_1")]))
            .when(close("dp_1", end))
            .then_quiet();
    }
}

#[test]
fn a_dispute_nobody_has_begun_cannot_end() {
    given::<Purchase>(bought())
        .when(close("dp_1", true))
        .then_refused(PurchaseError::UnknownDispute);
}

#[test]
fn what_is_disputed_cannot_be_refunded() {
    given::<Purchase>(bought_and(&[disputed("pi_1")]))
        .when(PurchaseCommand::RequestRefund)
        .then_refused(PurchaseError::Disputed);
    given::<Purchase>(bought_and(&[disputed("pi_1"), won("pi_1")]))
        .when(PurchaseCommand::RequestRefund)
        .then(&["RefundRequested", "PurchaseRevoked"]);
}

#[test]
fn a_second_dispute_counts_after_the_first_was_won() {
    given::<Purchase>(bought_and(&[disputed("pi_1"), won("pi_1")]))
        .when(note("pi_1", "dp_2"))
        .then(&["PurchaseDisputed"]);
}

#[test]
fn a_disputed_refund_is_not_due_until_the_dispute_is_won() {
    let twice = [
        received("pi_2", 1200),
        PurchaseEvent::RefundRequested {
            payment_id: payment("pi_2"),
            key: "refund-pi_2".to_owned(),
            reason: RefundReason::PaidTwice,
        },
        disputed("pi_2"),
    ];
    let due = |more: &[PurchaseEvent]| {
        let history = bought_and(&twice).into_iter().chain(more.iter().cloned());
        fold::<Purchase>(history).refunds_due().count()
    };
    assert_eq!(due(&[]), 0);
    assert_eq!(due(&[won("pi_2")]), 1);
    assert_eq!(due(&[lost("pi_2")]), 0, "the bank has given it back");
}

#[test]
fn a_lost_dispute_of_another_payment_leaves_the_grant_alone() {
    let second = [received("pi_2", 1200), disputed("pi_2")];
    given::<Purchase>(bought_and(&second))
        .when(close("dp_1", false))
        .then_events([lost("pi_2")]);
}

#[test]
fn a_lost_dispute_takes_the_share_back_from_the_seller() {
    let history = payouts::paid_out().into_iter().chain([disputed("pi_1")]);
    given::<Purchase>(history)
        .when(close("dp_1", false))
        .then(&["PurchaseRevoked", "ReversalRequested", "DisputeLost"]);
}

fn share_held(events: &[PurchaseEvent]) -> Option<HeldShare> {
    match events {
        [PurchaseEvent::PurchaseDisputed { held, .. }] => held.clone(),
        other => panic!("expected a dispute, found {other:?}"),
    }
}

#[test]
fn a_dispute_holds_the_share_that_is_still_with_us() {
    let dispute = |more: &[PurchaseEvent]| {
        let history = bought_and(more);
        let when = given::<Purchase>(history).when(note("pi_1", "dp_9"));
        share_held(&when.then(&["PurchaseDisputed"]))
    };
    let unreleased = held("pi_1");
    assert_eq!(dispute(&[]), unreleased);
    let released = unreleased.map(|share| HeldShare {
        released: true,
        ..share
    });
    assert_eq!(dispute(&[payouts::released()]), released);
    assert_eq!(dispute(&[disputed("pi_1")]), None, "it is held already");
    let when = given::<Purchase>(payouts::paid_out()).when(note("pi_1", "dp_9"));
    let paid = share_held(&when.then(&["PurchaseDisputed"]));
    assert_eq!(paid, None, "it is the seller's");
}

#[test]
fn a_refund_lets_go_of_what_a_dispute_held() {
    given::<Purchase>(bought_and(&[disputed("pi_1")]))
        .when(refunds::note("pi_1", "re_1"))
        .then(&["PurchaseRevoked", "PaymentRefunded"]);
    let gone = [disputed("pi_1"), revoked_while_held()];
    given::<Purchase>(bought_and(&gone))
        .when(close("dp_1", true))
        .then_events([PurchaseEvent::DisputeWon {
            dispute_id: dispute("dp_1"),
            payment_id: payment("pi_1"),
            amount: eur(1200),
            held: None,
        }]);
}
