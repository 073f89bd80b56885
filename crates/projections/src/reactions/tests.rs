//! The fold of reactions.

use super::*;
use crate::samples::*;

survives_any_history!(Reactions);

fn like(history: &[Recorded]) -> Option<LikeDocument> {
    fold(
        &Reactions,
        &Reaction::id(picture_id(), &user("bob")),
        history,
    )
    .unwrap()
}

#[test]
fn a_like_stands_until_it_is_taken_back() {
    assert_eq!(like(&[liked(1, "bob")]).unwrap().liked_at, at(1));
    assert_eq!(like(&[liked(1, "bob"), unliked(2, "bob")]), None);
}

#[test]
fn liking_again_is_a_new_like() {
    let again = like(&[liked(1, "bob"), unliked(2, "bob"), liked(3, "bob")]);
    assert_eq!(again.unwrap().liked_at, at(3));
}

#[test]
fn a_like_is_listed_under_its_person() {
    let places = Reactions.index("", &like(&[liked(1, "bob")]));
    assert_eq!(places, [entry(USER, "bob", sortable(at(1)))]);
}
