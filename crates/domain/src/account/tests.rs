//! Specifications of an account.

use proptest::prelude::*;

use super::*;
use crate::{
    laws,
    samples::{handle, profile},
    spec::given,
};

fn registered() -> AccountEvent {
    AccountEvent::AccountRegistered {
        handle: handle("ann"),
        profile: profile("Ann"),
    }
}

fn register(as_handle: &str) -> AccountCommand {
    AccountCommand::Register {
        handle: handle(as_handle),
        profile: profile("Ann"),
    }
}

fn change(display_name: &str) -> AccountCommand {
    AccountCommand::ChangeProfile {
        profile: profile(display_name),
    }
}

fn choose(sales: bool, likes: bool) -> AccountCommand {
    let notifications = Notifications { sales, likes };
    AccountCommand::ChooseNotifications { notifications }
}

fn chosen(sales: bool, likes: bool) -> AccountEvent {
    let notifications = Notifications { sales, likes };
    AccountEvent::NotificationsChosen { notifications }
}

#[test]
fn a_newcomer_can_register() {
    given::<Account>([])
        .when(register("ann"))
        .then_events([registered()]);
}

#[test]
fn a_registered_person_cannot_take_another_handle() {
    given::<Account>([registered()])
        .when(register("annie"))
        .then_refused(AccountError::AlreadyRegistered);
}

#[test]
fn registering_again_under_the_same_handle_is_quiet() {
    given::<Account>([registered()])
        .when(register("ann"))
        .then_quiet();
}

#[test]
fn a_profile_can_be_changed() {
    let changed = AccountEvent::ProfileChanged {
        profile: profile("Ann B."),
    };
    given::<Account>([registered()])
        .when(change("Ann B."))
        .then_events([changed]);
}

#[test]
fn a_stranger_has_no_profile_to_change() {
    given::<Account>([])
        .when(change("Ann"))
        .then_refused(AccountError::NotRegistered);
}

#[test]
fn the_same_profile_again_is_quiet() {
    given::<Account>([registered()])
        .when(change("Ann"))
        .then_quiet();
}

#[test]
fn a_person_chooses_what_they_are_written_about() {
    given::<Account>([registered()])
        .when(choose(true, false))
        .then_events([chosen(true, false)]);
}

#[test]
fn a_stranger_has_no_notifications_to_choose() {
    given::<Account>([])
        .when(choose(false, false))
        .then_refused(AccountError::NotRegistered);
}

#[test]
fn the_same_choice_again_is_quiet() {
    given::<Account>([registered()])
        .when(choose(true, true))
        .then_quiet();
    given::<Account>([registered(), chosen(false, true)])
        .when(choose(false, true))
        .then_quiet();
}

#[test]
fn a_person_is_written_about_everything_until_they_choose() {
    let topics = [Topic::Sales, Topic::Likes];
    let wants = |account: &Account| topics.map(|topic| account.notifications().about(topic));
    let account = crate::spec::fold::<Account>([registered()]);
    assert_eq!(wants(&account), [true, true]);
    let account = crate::spec::fold::<Account>([registered(), chosen(false, true)]);
    assert_eq!(wants(&account), [false, true]);
    assert_eq!(
        account.notifications().without(Topic::Likes),
        Notifications {
            sales: false,
            likes: false
        }
    );
}

#[test]
fn only_a_registered_person_takes_part() {
    assert!(!Account::default().is_registered());
    assert!(crate::spec::fold::<Account>([registered()]).is_registered());
}

fn any_command() -> impl Strategy<Value = AccountCommand> {
    prop_oneof![
        prop::sample::select(vec!["ann", "bob"]).prop_map(register),
        prop::sample::select(vec!["Ann", "Bob", "Cleo"]).prop_map(change),
        any::<[bool; 2]>().prop_map(|[sales, likes]| choose(sales, likes)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn an_account_keeps_its_first_handle(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        laws::hold::<Account>(commands, |account, history| {
            let handles: Vec<_> = history.iter().filter_map(registered_handle).collect();
            assert!(handles.len() <= 1);
            assert_eq!(account.registered_as.as_ref(), handles.first().copied());
        });
    }
}

fn registered_handle(event: &AccountEvent) -> Option<&Handle> {
    match event {
        AccountEvent::AccountRegistered { handle, .. } => Some(handle),
        AccountEvent::ProfileChanged { .. } | AccountEvent::NotificationsChosen { .. } => None,
    }
}
