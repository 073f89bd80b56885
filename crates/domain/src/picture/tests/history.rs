//! What no sequence of commands can bring about: two reservations, two buyers, a change by a stranger.

use proptest::prelude::*;

use crate::{
    laws,
    picture::{Edition, Picture, PictureCommand, PictureEvent, Stage},
    samples::{ann, bob, cleo, details, price, purchase_by, upload},
    values::{PurchaseId, UserId},
};

fn person() -> impl Strategy<Value = UserId> {
    prop::sample::select(vec![ann(), bob(), cleo()])
}

fn purchase() -> impl Strategy<Value = PurchaseId> {
    (person(), 1..3_u32).prop_map(|(buyer, attempt)| purchase_by(buyer, attempt))
}

/// Mostly the person the purchase belongs to; sometimes anybody.
fn purchase_and_person() -> impl Strategy<Value = (PurchaseId, UserId)> {
    prop_oneof![
        4 => purchase().prop_map(|id| { let buyer = id.buyer().clone(); (id, buyer) }),
        1 => (purchase(), person()),
    ]
}

fn any_command() -> impl Strategy<Value = PictureCommand> {
    let edition = prop::sample::select(vec![Edition::Open, Edition::Exclusive, Edition::Exclusive]);
    let title = prop::sample::select(vec!["Morning lake", "Evening lake"]);
    prop_oneof![
        1 => edition.prop_map(|edition| PictureCommand::Upload(Box::new(upload(edition)))),
        3 => person().prop_map(|actor| PictureCommand::Publish { actor }),
        1 => (person(), 50..53_i64).prop_map(|(actor, amount)| PictureCommand::Reprice { actor, price: price(amount) }),
        1 => (person(), title).prop_map(|(actor, title)| PictureCommand::ChangeDetails { actor, details: details(title) }),
        1 => person().prop_map(|actor| PictureCommand::Withdraw { actor }),
        4 => purchase_and_person().prop_map(|(purchase_id, buyer)| PictureCommand::Reserve { purchase_id, buyer }),
        1 => purchase().prop_map(|purchase_id| PictureCommand::Release { purchase_id }),
        3 => purchase_and_person().prop_map(|(purchase_id, buyer)| PictureCommand::Sell { purchase_id, buyer }),
        2 => (purchase(), prop_oneof![4 => Just(ann()), 1 => person()])
            .prop_map(|(purchase_id, to)| PictureCommand::Return { purchase_id, to }),
    ]
}

/// Reads the history as a ledger of who holds and who has bought the picture, without asking the aggregate.
fn never_two_hold_or_own_it(picture: &Picture, history: &[PictureEvent]) {
    let (mut holder, mut sold): (Option<&PurchaseId>, Option<&PurchaseId>) = (None, None);
    for event in history {
        match event {
            PictureEvent::PictureReserved { purchase_id } => {
                assert_eq!(holder.replace(purchase_id), None, "two reservations");
                assert_eq!(sold, None, "reserved after it was sold");
            }
            PictureEvent::PictureReservationReleased { purchase_id } => {
                assert_eq!(holder.take(), Some(purchase_id));
            }
            PictureEvent::PictureSold {
                purchase_id, buyer, ..
            } => {
                assert_eq!(holder.take(), Some(purchase_id), "sold past its holder");
                assert_eq!(purchase_id.buyer(), buyer);
                assert_eq!(sold.replace(purchase_id), None, "two buyers");
            }
            PictureEvent::PictureReturned { purchase_id, to } => {
                assert_eq!(sold.take(), Some(purchase_id));
                assert_eq!(*to, ann());
            }
            PictureEvent::PictureWithdrawn(_) => {
                assert_eq!(holder, None, "withdrawn while reserved")
            }
            PictureEvent::PicturePublished(_)
            | PictureEvent::PictureUploaded(_)
            | PictureEvent::PictureRepriced { .. }
            | PictureEvent::PictureDetailsChanged { .. } => {
                assert_eq!(sold, None, "changed after the sale")
            }
        }
    }
    let Some(listing) = picture.listing() else {
        return;
    };
    assert_eq!(listing.reserved_for.as_ref(), holder);
    assert_eq!(listing.sold_by.as_ref(), sold);
    assert_eq!(listing.stage == Stage::Sold, sold.is_some());
    assert!(holder.is_none() || listing.stage == Stage::Published);
    assert_eq!(
        listing.owner,
        sold.map_or_else(ann, |sale| sale.buyer().clone())
    );
    assert!(listing.edition == Edition::Exclusive || (holder, sold) == (None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(laws::CASES))]

    #[test]
    fn a_picture_never_has_two_holders_or_two_buyers(commands in prop::collection::vec(any_command(), 0..laws::LONGEST)) {
        let edition = Edition::Exclusive;
        let begun = [PictureCommand::Upload(Box::new(upload(edition))), PictureCommand::Publish { actor: ann() }];
        laws::hold::<Picture>(commands.clone(), never_two_hold_or_own_it);
        laws::hold::<Picture>(begun.into_iter().chain(commands).collect(), never_two_hold_or_own_it);
    }
}
