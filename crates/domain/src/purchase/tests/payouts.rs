//! Specifications of when the seller is paid, and of when the money comes back.

use jiff::SignedDuration;

use super::{bought, closed, disputes, opened, refunds, started};
use crate::{
    Timestamp,
    purchase::{
        Closure, Purchase, PurchaseCommand, PurchaseError, PurchaseEvent, RefundReason,
        RevocationCause, Stage,
    },
    samples::{ann, eur, payable_at, payment, payout_account, terms},
    spec::{fold, given},
    values::{ReversalId, TransferId},
};

const KEY: &str = "transfer-pi_1";

pub(super) fn release() -> PurchaseCommand {
    release_at(payable_at())
}

fn release_at(now: Timestamp) -> PurchaseCommand {
    PurchaseCommand::ReleaseEarnings { now }
}

pub(super) fn request() -> PurchaseCommand {
    PurchaseCommand::RequestTransfer {
        account: payout_account("acct_1"),
    }
}

pub(super) fn confirm(key: &str, id: &str) -> PurchaseCommand {
    PurchaseCommand::ConfirmTransfer {
        key: key.to_owned(),
        transfer_id: transfer(id),
    }
}

pub(super) fn refuse(key: &str) -> PurchaseCommand {
    PurchaseCommand::RefuseTransfer {
        key: key.to_owned(),
        code: "account_invalid".to_owned(),
    }
}

pub(super) fn confirm_reversal() -> PurchaseCommand {
    PurchaseCommand::ConfirmReversal {
        reversal_id: ReversalId("trr_1".to_owned()),
    }
}

fn transfer(id: &str) -> TransferId {
    TransferId(id.to_owned())
}

pub(super) fn released() -> PurchaseEvent {
    PurchaseEvent::EarningsReleased {
        seller: ann(),
        amount: eur(1080),
    }
}

fn requested(key: &str) -> PurchaseEvent {
    PurchaseEvent::TransferRequested {
        key: key.to_owned(),
        account: payout_account("acct_1"),
        seller: ann(),
        amount: eur(1080),
    }
}

fn refused(key: &str) -> PurchaseEvent {
    PurchaseEvent::TransferRefused {
        key: key.to_owned(),
        code: "account_invalid".to_owned(),
    }
}

fn paid() -> PurchaseEvent {
    PurchaseEvent::SellerPaid {
        transfer_id: transfer("tr_1"),
        seller: ann(),
        amount: eur(1080),
    }
}

fn back() -> PurchaseEvent {
    PurchaseEvent::ReversalRequested {
        transfer_id: transfer("tr_1"),
        key: "reversal-tr_1".to_owned(),
    }
}

fn reversed() -> PurchaseEvent {
    PurchaseEvent::TransferReversed {
        transfer_id: transfer("tr_1"),
        reversal_id: ReversalId("trr_1".to_owned()),
        seller: ann(),
        amount: eur(1080),
    }
}

fn refund_asked() -> PurchaseEvent {
    PurchaseEvent::RefundRequested {
        payment_id: payment("pi_1"),
        key: "refund-pi_1".to_owned(),
        reason: RefundReason::Requested,
    }
}

fn revoked_after_release() -> PurchaseEvent {
    PurchaseEvent::PurchaseRevoked {
        terms: Box::new(terms()),
        cause: RevocationCause::Refund,
        released: true,
        held: false,
    }
}

fn and(more: &[PurchaseEvent]) -> Vec<PurchaseEvent> {
    bought().into_iter().chain(more.iter().cloned()).collect()
}

pub(super) fn paid_out() -> Vec<PurchaseEvent> {
    and(&[released(), requested(KEY), paid()])
}

/// Refunded after the seller was paid, and not back yet.
fn owing() -> Vec<PurchaseEvent> {
    let refund = [refund_asked(), revoked_after_release(), back()];
    paid_out().into_iter().chain(refund).collect()
}

#[test]
fn the_share_is_released_when_the_holding_time_is_over() {
    given::<Purchase>(bought())
        .when(release())
        .then_events([released()]);
}

#[test]
fn the_share_is_not_released_before() {
    let early = payable_at() - SignedDuration::from_secs(1);
    given::<Purchase>(bought())
        .when(release_at(early))
        .then_refused(PurchaseError::HoldNotOver);
}

#[test]
fn the_share_is_not_released_while_the_payment_is_disputed() {
    given::<Purchase>(and(&[disputes::disputed("pi_1")]))
        .when(release())
        .then_refused(PurchaseError::Disputed);
    given::<Purchase>(and(&[disputes::disputed("pi_1"), disputes::won("pi_1")]))
        .when(release())
        .then_events([released()]);
}

#[test]
fn nothing_is_released_twice_or_after_a_refund() {
    for history in [
        and(&[released()]),
        paid_out(),
        and(&[refund_asked(), refunds::revoked()]),
    ] {
        given::<Purchase>(history).when(release()).then_quiet();
    }
}

#[test]
fn what_was_never_granted_pays_nobody() {
    for history in [
        vec![started(), opened()],
        vec![started(), closed(Closure::Expired)],
    ] {
        for command in [release(), request()] {
            given::<Purchase>(history.clone())
                .when(command)
                .then_refused(PurchaseError::NotGranted);
        }
    }
}

#[test]
fn a_released_share_is_transferred_under_a_key_stored_before() {
    given::<Purchase>(and(&[released()]))
        .when(request())
        .then_events([requested(KEY)]);
}

#[test]
fn a_share_that_is_held_is_not_transferred() {
    given::<Purchase>(bought())
        .when(request())
        .then_refused(PurchaseError::HoldNotOver);
}

#[test]
fn a_disputed_share_is_not_transferred() {
    given::<Purchase>(and(&[released(), disputes::disputed("pi_1")]))
        .when(request())
        .then_refused(PurchaseError::Disputed);
}

#[test]
fn a_share_is_transferred_once_and_never_after_a_refund() {
    for history in [
        and(&[released(), requested(KEY)]),
        paid_out(),
        and(&[released(), refund_asked(), revoked_after_release()]),
    ] {
        given::<Purchase>(history).when(request()).then_quiet();
    }
}

#[test]
fn a_transfer_that_was_made_is_recorded_once() {
    given::<Purchase>(and(&[released(), requested(KEY)]))
        .when(confirm(KEY, "tr_1"))
        .then_events([paid()]);
    given::<Purchase>(paid_out())
        .when(confirm(KEY, "tr_1"))
        .then_quiet();
}

#[test]
fn a_transfer_nobody_asked_for_is_refused() {
    given::<Purchase>(and(&[released()]))
        .when(confirm(KEY, "tr_1"))
        .then_refused(PurchaseError::NoTransferDue);
    given::<Purchase>(and(&[released(), requested(KEY)]))
        .when(confirm("transfer-pi_9", "tr_1"))
        .then_refused(PurchaseError::NoTransferDue);
    given::<Purchase>(paid_out())
        .when(confirm(KEY, "tr_2"))
        .then_refused(PurchaseError::NoTransferDue);
}

#[test]
fn a_refused_transfer_is_tried_again_under_another_key() {
    let asked = [released(), requested(KEY)];
    given::<Purchase>(and(&asked))
        .when(refuse(KEY))
        .then_events([refused(KEY)]);
    let history = and(&asked).into_iter().chain([refused(KEY)]);
    given::<Purchase>(history)
        .when(request())
        .then_events([requested("transfer-pi_1-2")]);
}

#[test]
fn an_old_refusal_is_quiet() {
    let later = [
        released(),
        requested(KEY),
        refused(KEY),
        requested("transfer-pi_1-2"),
    ];
    for history in [and(&later[..3]), and(&later), paid_out()] {
        given::<Purchase>(history).when(refuse(KEY)).then_quiet();
    }
}

#[test]
fn a_refund_takes_the_share_back_from_the_seller() {
    given::<Purchase>(paid_out())
        .when(PurchaseCommand::RequestRefund)
        .then_events([refund_asked(), revoked_after_release(), back()]);
}

#[test]
fn a_refund_before_the_transfer_takes_nothing_back() {
    given::<Purchase>(and(&[released()]))
        .when(PurchaseCommand::RequestRefund)
        .then_events([refund_asked(), revoked_after_release()]);
}

#[test]
fn a_transfer_that_turns_out_to_be_made_after_a_refund_comes_back() {
    let unknown = [
        released(),
        requested(KEY),
        refund_asked(),
        revoked_after_release(),
    ];
    given::<Purchase>(and(&unknown))
        .when(confirm(KEY, "tr_1"))
        .then_events([paid(), back()]);
}

#[test]
fn a_reversal_is_recorded_once() {
    given::<Purchase>(owing())
        .when(confirm_reversal())
        .then_events([reversed()]);
    given::<Purchase>(owing().into_iter().chain([reversed()]))
        .when(confirm_reversal())
        .then_quiet();
}

#[test]
fn a_reversal_nobody_owes_is_refused() {
    for history in [bought().to_vec(), paid_out()] {
        given::<Purchase>(history)
            .when(confirm_reversal())
            .then_refused(PurchaseError::NoReversalDue);
    }
}

#[test]
fn a_purchase_is_paid_out_once_nothing_is_left_to_move() {
    let is_paid_out = |history: Vec<PurchaseEvent>| fold::<Purchase>(history).is_paid_out();
    assert!(!is_paid_out(bought().to_vec()));
    assert!(!is_paid_out(and(&[released()])));
    assert!(!is_paid_out(and(&[released(), requested(KEY)])));
    assert!(is_paid_out(paid_out()));
    assert!(!is_paid_out(owing()));
    assert!(is_paid_out(
        owing().into_iter().chain([reversed()]).collect()
    ));
    let refunded = fold::<Purchase>(and(&[released(), refund_asked(), revoked_after_release()]));
    assert_eq!(refunded.stage, Stage::Refunded);
    assert!(refunded.is_paid_out());
}
