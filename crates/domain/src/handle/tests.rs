//! Specifications of a handle.

use proptest::prelude::*;

use super::*;
use crate::{
    laws,
    samples::{ann, bob, cleo},
    spec::given,
};

fn claimed_by(user_id: UserId) -> HandleEvent {
    HandleEvent::HandleClaimed { user_id }
}

fn claim_for(user_id: UserId) -> HandleCommand {
    HandleCommand::Claim { user_id }
}

#[test]
fn a_free_handle_can_be_claimed() {
    given::<HandleClaim>([])
        .when(claim_for(ann()))
        .then_events([claimed_by(ann())]);
}

#[test]
fn a_handle_of_somebody_else_cannot_be_claimed() {
    given::<HandleClaim>([claimed_by(ann())])
        .when(claim_for(bob()))
        .then_refused(HandleError::HandleTaken);
}

#[test]
fn claiming_ones_own_handle_again_is_quiet() {
    given::<HandleClaim>([claimed_by(ann())])
        .when(claim_for(ann()))
        .then_quiet();
}

fn any_command() -> impl Strategy<Value = HandleCommand> {
    prop::sample::select(vec![ann(), bob(), cleo()]).prop_map(claim_for)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn a_handle_belongs_to_whoever_came_first(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        let first = commands.first().map(|HandleCommand::Claim { user_id }| user_id.clone());
        laws::hold::<HandleClaim>(commands, |claim, history| {
            assert_eq!(history.len(), 1);
            assert_eq!(claim.owner, first);
        });
    }
}
