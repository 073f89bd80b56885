//! Specifications of a reaction.

use proptest::prelude::*;

use super::*;
use crate::{
    laws,
    samples::{bob, picture_id, user},
    spec::given,
};

fn liked() -> ReactionEvent {
    ReactionEvent::PictureLiked {
        picture_id: picture_id(),
        user_id: bob(),
    }
}

fn unliked() -> ReactionEvent {
    ReactionEvent::PictureUnliked {
        picture_id: picture_id(),
        user_id: bob(),
    }
}

fn like(picture_is_listed: bool) -> ReactionCommand {
    ReactionCommand::Like {
        picture_id: picture_id(),
        user_id: bob(),
        picture_is_listed,
    }
}

fn unlike() -> ReactionCommand {
    ReactionCommand::Unlike {
        picture_id: picture_id(),
        user_id: bob(),
    }
}

#[test]
fn a_listed_picture_can_be_liked() {
    given::<Reaction>([])
        .when(like(true))
        .then_events([liked()]);
}

#[test]
fn a_picture_can_be_liked_again_after_an_unlike() {
    given::<Reaction>([liked(), unliked()])
        .when(like(true))
        .then_events([liked()]);
}

#[test]
fn a_picture_that_is_not_listed_cannot_be_liked() {
    given::<Reaction>([])
        .when(like(false))
        .then_refused(ReactionError::PictureNotListed);
}

#[test]
fn liking_twice_is_quiet() {
    given::<Reaction>([liked()]).when(like(true)).then_quiet();
}

#[test]
fn liking_again_what_has_left_the_market_since_is_quiet() {
    given::<Reaction>([liked()]).when(like(false)).then_quiet();
}

#[test]
fn a_like_can_be_taken_back() {
    given::<Reaction>([liked()])
        .when(unlike())
        .then_events([unliked()]);
}

#[test]
fn unliking_what_was_never_liked_is_quiet() {
    given::<Reaction>([]).when(unlike()).then_quiet();
}

#[test]
fn unliking_twice_is_quiet() {
    given::<Reaction>([liked(), unliked()])
        .when(unlike())
        .then_quiet();
}

#[test]
fn the_stream_of_a_pair_begins_with_the_picture() {
    let id = Reaction::id(picture_id(), &user("bob.b"));
    assert_eq!(id, format!("{}.bob.b", picture_id()));
}

fn any_command() -> impl Strategy<Value = ReactionCommand> {
    prop_oneof![any::<bool>().prop_map(like), Just(unlike())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn likes_and_unlikes_take_turns(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        laws::hold::<Reaction>(commands, |reaction, history| {
            let expected = [liked(), unliked()].into_iter().cycle();
            assert!(history.iter().cloned().eq(expected.take(history.len())));
            assert_eq!(reaction.liked, history.len() % 2 == 1);
        });
    }
}
