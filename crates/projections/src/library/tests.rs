//! The fold of the library.

use super::*;
use crate::samples::*;

survives_any_history!(Library);

fn held(history: &[Recorded]) -> Option<LibraryDocument> {
    fold(&Library, &key(&user("bob"), picture_id()), history).unwrap()
}

#[test]
fn a_granted_purchase_is_in_its_buyers_library_under_the_frozen_terms() {
    let bought = held(&[started(1, 1), paid(2, 1, "pi_1"), granted(3, 1)]).unwrap();
    assert_eq!(bought.purchase_id, purchase_id(1));
    assert_eq!(bought.original_digest, terms().original);
    assert_eq!((bought.price, bought.bought_at), (terms().price, at(3)));
}

#[test]
fn an_attempt_that_is_not_granted_gives_nothing() {
    assert_eq!(
        held(&[started(1, 1), opened(2, 1), paid(3, 1, "pi_1")]),
        None
    );
}

#[test]
fn a_revoked_purchase_leaves_nothing() {
    assert_eq!(held(&[granted(1, 1), revoked(2, 1)]), None);
}

#[test]
fn a_later_attempt_gives_the_picture_again() {
    let again = held(&[granted(1, 1), revoked(2, 1), granted(3, 2)]).unwrap();
    assert_eq!(again.purchase_id, purchase_id(2));
}

#[test]
fn revoking_one_attempt_leaves_the_right_of_another() {
    let other = held(&[granted(1, 1), granted(2, 2), revoked(3, 1)]).unwrap();
    assert_eq!(other.purchase_id, purchase_id(2));
}

#[test]
fn a_user_id_with_slashes_is_indexed_whole() {
    let document = held(&[granted(1, 1)]);
    let strange = user("a/b");
    let places = Library.index(&key(&strange, picture_id()), &document);
    assert_eq!(places[0].prefix, "a/b");
}

#[test]
fn revoking_what_was_not_granted_parks() {
    let key = key(&user("bob"), picture_id());
    assert!(fold(&Library, &key, &[revoked(1, 1)]).is_err());
}
