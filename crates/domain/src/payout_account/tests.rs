//! Specifications of where a seller is paid.

use proptest::prelude::*;

use super::*;
use crate::{
    laws,
    samples::{ann, bob, payout_account, purchase_by},
    spec::{fold, given},
};

type Command = PayoutAccountCommand;
type Event = PayoutAccountEvent;

fn request() -> Command {
    Command::Request { user_id: ann() }
}

fn note_opened(id: &str) -> Command {
    Command::NoteOpened {
        account: payout_account(id),
    }
}

fn note(can_be_paid: bool) -> Command {
    Command::NoteStanding { can_be_paid }
}

fn wait(attempt: u32) -> Command {
    Command::Await {
        purchase_id: purchase_by(bob(), attempt),
    }
}

fn requested() -> Event {
    Event::PayoutAccountRequested {
        key: "payout-account-ann".to_owned(),
    }
}

fn opened() -> Event {
    Event::PayoutAccountOpened {
        account: payout_account("acct_1"),
    }
}

fn awaited(attempt: u32) -> Event {
    Event::PayoutAwaited {
        purchase_id: purchase_by(bob(), attempt),
    }
}

fn enabled(attempts: &[u32]) -> Event {
    let waiting = attempts
        .iter()
        .map(|attempt| purchase_by(bob(), *attempt))
        .collect();
    Event::PayoutsEnabled { waiting }
}

#[test]
fn the_key_of_an_account_is_stored_before_it_is_opened() {
    given::<PayoutAccount>([])
        .when(request())
        .then_events([requested()]);
}

#[test]
fn asking_for_an_account_twice_is_quiet() {
    given::<PayoutAccount>([requested()])
        .when(request())
        .then_quiet();
}

#[test]
fn an_account_that_was_asked_for_is_opened() {
    given::<PayoutAccount>([requested()])
        .when(note_opened("acct_1"))
        .then_events([opened()]);
}

#[test]
fn an_account_nobody_asked_for_is_refused() {
    given::<PayoutAccount>([])
        .when(note_opened("acct_1"))
        .then_refused(PayoutAccountError::NotRequested);
}

#[test]
fn a_seller_keeps_their_first_account() {
    for id in ["acct_1", "acct_2"] {
        given::<PayoutAccount>([requested(), opened()])
            .when(note_opened(id))
            .then_quiet();
    }
}

#[test]
fn an_account_that_can_be_paid_names_what_has_waited() {
    given::<PayoutAccount>([awaited(2), requested(), opened(), awaited(1)])
        .when(note(true))
        .then_events([enabled(&[1, 2])]);
}

#[test]
fn what_was_named_once_waits_no_more() {
    let paused = [
        requested(),
        opened(),
        awaited(1),
        enabled(&[1]),
        Event::PayoutsDisabled {},
    ];
    given::<PayoutAccount>(paused)
        .when(note(true))
        .then_events([enabled(&[])]);
}

#[test]
fn how_an_account_stands_that_is_not_open_nobody_can_say() {
    for history in [vec![], vec![requested()]] {
        given::<PayoutAccount>(history)
            .when(note(true))
            .then_refused(PayoutAccountError::NotOpened);
    }
}

#[test]
fn hearing_the_same_of_an_account_again_is_quiet() {
    let opened = [requested(), opened()];
    given::<PayoutAccount>(opened.clone())
        .when(note(false))
        .then_quiet();
    given::<PayoutAccount>(opened.into_iter().chain([enabled(&[])]))
        .when(note(true))
        .then_quiet();
}

#[test]
fn an_account_that_was_closed_cannot_be_paid() {
    given::<PayoutAccount>([requested(), opened(), enabled(&[])])
        .when(note(false))
        .then_events([Event::PayoutsDisabled {}]);
    let closed = [
        requested(),
        opened(),
        enabled(&[]),
        Event::PayoutsDisabled {},
    ];
    assert_eq!(fold::<PayoutAccount>(closed).ready(), None);
}

#[test]
fn a_purchase_waits_even_for_an_account_nobody_has_asked_for() {
    given::<PayoutAccount>([])
        .when(wait(1))
        .then_events([awaited(1)]);
}

#[test]
fn waiting_twice_or_for_an_account_that_can_be_paid_is_quiet() {
    given::<PayoutAccount>([awaited(1)])
        .when(wait(1))
        .then_quiet();
    given::<PayoutAccount>([requested(), opened(), enabled(&[])])
        .when(wait(1))
        .then_quiet();
}

#[test]
fn no_more_than_a_hundred_are_named() {
    let full = (0..MAX_WAITING).map(|attempt| awaited(u32::try_from(attempt).expect("small")));
    given::<PayoutAccount>(full).when(wait(1_000)).then_quiet();
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(request()),
        prop::sample::select(vec!["acct_1", "acct_2"]).prop_map(note_opened),
        any::<bool>().prop_map(note),
        (0..3_u32).prop_map(wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn only_one_account_of_a_seller_is_ever_paid(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        laws::hold::<PayoutAccount>(commands, |account, history| {
            let opened: Vec<_> = history.iter().filter_map(opened_account).collect();
            assert!(opened.len() <= 1);
            assert_eq!(account.account(), opened.first().copied());
            assert!(account.ready().is_none_or(|ready| opened == [ready]));
        });
    }
}

fn opened_account(event: &Event) -> Option<&PayoutAccountId> {
    match event {
        Event::PayoutAccountOpened { account } => Some(account),
        Event::PayoutAccountRequested { .. }
        | Event::PayoutAwaited { .. }
        | Event::PayoutsEnabled { .. }
        | Event::PayoutsDisabled {} => None,
    }
}
