//! The fold of provenance: what is told of whom, and that it stays bounded.

use picasso_domain::purchase::RevocationCause;

use super::*;
use crate::{fold::MAX_HISTORY, samples::*};

survives_any_history!(Provenance);

fn moments(history: &[Recorded]) -> Vec<Moment> {
    let document = fold(&Provenance, PICTURE, history).unwrap();
    document.expect("the picture is known").moments
}

fn names(history: &[Recorded]) -> Vec<(What, Option<UserId>)> {
    let moments = moments(history).into_iter();
    moments.map(|moment| (moment.what, moment.who)).collect()
}

fn repriced(offset: u64, amount_minor: i64) -> Recorded {
    let price = eur(amount_minor);
    picture(offset, PictureEvent::PictureRepriced { price })
}

fn of_exclusive(offset: u64, event: fn(Box<Terms>) -> PurchaseEvent) -> Recorded {
    let edition = Edition::Exclusive;
    purchase(offset, 1, event(Box::new(Terms { edition, ..terms() })))
}

fn exclusive_granted(offset: u64) -> Recorded {
    of_exclusive(offset, |terms| PurchaseEvent::PurchaseGranted {
        payment_id: payment_id("pi_1"),
        terms,
        payable_at: at(600),
    })
}

fn exclusive_revoked(offset: u64) -> Recorded {
    of_exclusive(offset, |terms| PurchaseEvent::PurchaseRevoked {
        terms,
        cause: RevocationCause::Refund,
        released: false,
        held: false,
    })
}

#[test]
fn an_exclusive_picture_tells_who_had_it() {
    let history = [
        uploaded(1, Edition::Exclusive),
        published(2),
        exclusive_granted(3),
        exclusive_revoked(4),
    ];
    let (ann, bob) = (Some(user("ann")), Some(user("bob")));
    assert_eq!(
        names(&history),
        [
            (What::Uploaded, ann.clone()),
            (What::Published, None),
            (What::Sold, bob),
            (What::Returned, ann),
        ]
    );
}

#[test]
fn the_buyers_of_an_open_edition_are_counted_and_never_named() {
    let history = [
        uploaded(1, Edition::Open),
        published(2),
        granted(3, 1),
        granted(4, 2),
        granted(5, 3),
        revoked(6, 1),
    ];
    let found = moments(&history);
    let sold = &found[2];
    assert_eq!((sold.what, sold.times), (What::Sold, 3));
    assert_eq!((sold.at, sold.latest), (at(3), at(5)));
    assert_eq!((found[3].what, found[3].times), (What::Returned, 1));
    let stored = serde_json::to_string(&found).unwrap();
    assert!(!stored.contains("bob"), "{stored}");
}

#[test]
fn each_moment_says_what_the_picture_cost_then() {
    let history = [
        uploaded(1, Edition::Open),
        repriced(2, 900),
        published(3),
        granted_at(4, 1, eur(900)),
        repriced(5, 1_200),
        granted_at(6, 2, eur(900)),
        granted_at(7, 3, eur(1_200)),
        picture(8, PictureEvent::PictureWithdrawn(listed())),
    ];
    let found = moments(&history).into_iter();
    let prices: Vec<_> = found.map(|moment| (moment.what, moment.price)).collect();
    assert_eq!(
        prices,
        [
            (What::Uploaded, eur(1_900)),
            (What::Repriced, eur(900)),
            (What::Published, eur(900)),
            (What::Sold, eur(900)),
            (What::Repriced, eur(1_200)),
            (What::Sold, eur(900)),
            (What::Sold, eur(1_200)),
            (What::Withdrawn, eur(1_200)),
        ]
    );
}

#[test]
fn a_long_history_keeps_its_beginning_and_its_end() {
    let mut history = vec![uploaded(1, Edition::Open)];
    history.extend((2..200).map(|offset| repriced(offset, 100 + i64::try_from(offset).unwrap())));
    let document = fold(&Provenance, PICTURE, &history).unwrap();
    let ProvenanceDocument {
        moments: found,
        left_out,
        ..
    } = document.expect("the picture is known");
    assert_eq!(found.len(), MAX_HISTORY);
    assert_eq!(left_out, 199 - u64::try_from(MAX_HISTORY).unwrap());
    assert_eq!(found[0].what, What::Uploaded);
    assert_eq!(found[MAX_HISTORY - 1].at, at(199));
}

#[test]
fn what_cannot_have_happened_parks_the_picture() {
    let refused = |history: &[Recorded]| fold(&Provenance, PICTURE, history).is_err();
    assert!(refused(&[published(1)]));
    assert!(refused(&[granted(1, 1)]));
    assert!(refused(&[
        uploaded(1, Edition::Open),
        uploaded(2, Edition::Open)
    ]));
}
