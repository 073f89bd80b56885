//! The fold of how sellers' accounts stand.

use picasso_domain::{payout_account::PayoutAccountEvent as E, values::PayoutAccountId};

use super::*;
use crate::samples::*;

survives_any_history!(Payouts);

fn status(events: &[E]) -> Option<PayoutStatus> {
    let history: Vec<Recorded> = (1..)
        .zip(events)
        .map(|(offset, event)| payout_account(offset, event.clone()))
        .collect();
    let document = fold(&Payouts, "ann", &history).expect("it fits");
    document.map(|it| it.status)
}

#[test]
fn an_account_is_followed_from_the_request_to_the_first_payout_and_beyond() {
    let waiting = || [purchase_id(1)].into();
    let story = [
        E::PayoutAccountRequested {
            key: "payout-account-ann".to_owned(),
        },
        E::PayoutAccountOpened {
            account: PayoutAccountId("acct_1".to_owned()),
        },
        E::PayoutsEnabled { waiting: waiting() },
        E::PayoutsDisabled {},
        E::PayoutsEnabled { waiting: waiting() },
    ];
    let seen: Vec<_> = (0..=story.len()).map(|end| status(&story[..end])).collect();
    let expected = [
        None,
        Some(PayoutStatus::Requested),
        Some(PayoutStatus::Incomplete),
        Some(PayoutStatus::Enabled),
        Some(PayoutStatus::Disabled),
        Some(PayoutStatus::Enabled),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_purchase_that_waits_says_nothing_of_the_account() {
    let waits = E::PayoutAwaited {
        purchase_id: purchase_id(1),
    };
    assert_eq!(status(&[waits]), None);
}
