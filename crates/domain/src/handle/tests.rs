//! Specifications of a handle.

use proptest::prelude::*;

use super::*;
use crate::{
    laws,
    samples::{ann, bob, cleo},
    spec::given,
};

/// So many minutes into the story.
fn minute(number: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(number)
}

fn claimed(user_id: UserId, number: i64) -> HandleEvent {
    let at = minute(number);
    HandleEvent::HandleClaimed { user_id, at }
}

/// A claim while the holder is not registered.
fn claim(user_id: UserId, number: i64) -> HandleCommand {
    HandleCommand::Claim {
        user_id,
        at: minute(number),
        unused: true,
    }
}

fn claim_of_used(user_id: UserId, number: i64) -> HandleCommand {
    HandleCommand::Claim {
        user_id,
        at: minute(number),
        unused: false,
    }
}

#[test]
fn a_free_handle_can_be_claimed() {
    given::<HandleClaim>([])
        .when(claim(ann(), 0))
        .then_events([claimed(ann(), 0)]);
}

#[test]
fn a_handle_that_somebody_is_registering_under_cannot_be_claimed() {
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim(bob(), 9))
        .then_refused(HandleError::HandleTaken);
}

#[test]
fn a_claim_that_came_to_nothing_lapses() {
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim(bob(), 10))
        .then_events([claimed(bob(), 10)]);
}

#[test]
fn the_handle_of_a_registered_person_is_theirs_for_good() {
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim_of_used(bob(), 1_000_000))
        .then_refused(HandleError::HandleTaken);
}

#[test]
fn claiming_ones_own_handle_again_is_quiet() {
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim(ann(), 4))
        .then_quiet();
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim_of_used(ann(), 1_000))
        .then_quiet();
}

#[test]
fn who_goes_on_with_an_old_claim_renews_it_first() {
    given::<HandleClaim>([claimed(ann(), 0)])
        .when(claim(ann(), 5))
        .then_events([claimed(ann(), 5)]);
}

fn any_command() -> impl Strategy<Value = HandleCommand> {
    let people = prop::sample::select(vec![ann(), bob(), cleo()]);
    (people, 0..40_i64, any::<bool>()).prop_map(|(user_id, number, unused)| HandleCommand::Claim {
        user_id,
        at: minute(number),
        unused,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn a_handle_changes_hands_only_after_its_term(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        laws::hold::<HandleClaim>(commands, |_, history| {
            for pair in history.windows(2) {
                let [HandleEvent::HandleClaimed { user_id, at }, HandleEvent::HandleClaimed { user_id: next, at: then }] = pair else {
                    panic!("a window of two");
                };
                let least = if user_id == next { RENEWED_AFTER } else { CLAIM_TERM };
                assert!(then.duration_since(*at) >= least);
            }
        });
    }
}
