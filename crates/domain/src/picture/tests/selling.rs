//! Specifications of how a picture is reserved, sold and returned.

use super::{published, reserved, sold, sold_to_bob, uploaded, uploaded_as, withdrawn};
use crate::{
    picture::{Edition, Picture, PictureCommand, PictureError, PictureEvent},
    samples::{ann, bob, bobs_purchase, cleo, listed, purchase_by},
    spec::given,
    values::UserId,
};

fn reserve_for(buyer: UserId) -> PictureCommand {
    PictureCommand::Reserve {
        purchase_id: purchase_by(buyer.clone(), 1),
        buyer,
    }
}

fn release_for(buyer: UserId) -> PictureCommand {
    PictureCommand::Release {
        purchase_id: purchase_by(buyer, 1),
    }
}

fn sell_to(buyer: UserId) -> PictureCommand {
    PictureCommand::Sell {
        purchase_id: purchase_by(buyer.clone(), 1),
        buyer,
    }
}

fn return_to(to: UserId) -> PictureCommand {
    PictureCommand::Return {
        purchase_id: bobs_purchase(),
        to,
    }
}

fn released() -> PictureEvent {
    PictureEvent::PictureReservationReleased {
        purchase_id: bobs_purchase(),
    }
}

fn returned() -> PictureEvent {
    PictureEvent::PictureReturned {
        purchase_id: bobs_purchase(),
        to: ann(),
    }
}

fn open_edition() -> [PictureEvent; 2] {
    [uploaded_as(Edition::Open), published()]
}

#[test]
fn an_exclusive_picture_is_reserved_for_its_buyer() {
    given::<Picture>([uploaded(), published()])
        .when(reserve_for(bob()))
        .then_events([reserved()]);
}

#[test]
fn an_open_picture_needs_no_reservation() {
    given::<Picture>(open_edition())
        .when(reserve_for(bob()))
        .then_quiet();
}

#[test]
fn reserving_twice_for_the_same_purchase_is_quiet() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(reserve_for(bob()))
        .then_quiet();
}

#[test]
fn a_reserved_picture_cannot_be_bought_by_somebody_else() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(reserve_for(cleo()))
        .then_refused(PictureError::Reserved);
}

#[test]
fn a_second_attempt_does_not_take_over_the_reservation_of_the_first() {
    let second = PictureCommand::Reserve {
        purchase_id: purchase_by(bob(), 2),
        buyer: bob(),
    };
    given::<Picture>([uploaded(), published(), reserved()])
        .when(second)
        .then_refused(PictureError::Reserved);
}

#[test]
fn what_was_never_uploaded_cannot_be_bought() {
    for command in [
        reserve_for(bob()),
        release_for(bob()),
        sell_to(bob()),
        return_to(ann()),
    ] {
        given::<Picture>([])
            .when(command)
            .then_refused(PictureError::Unknown);
    }
}

#[test]
fn a_draft_cannot_be_bought() {
    for edition in [Edition::Open, Edition::Exclusive] {
        given::<Picture>([uploaded_as(edition)])
            .when(reserve_for(bob()))
            .then_refused(PictureError::NotPublished);
    }
}

#[test]
fn a_withdrawn_picture_cannot_be_bought() {
    for edition in [Edition::Open, Edition::Exclusive] {
        given::<Picture>([uploaded_as(edition), published(), withdrawn()])
            .when(reserve_for(bob()))
            .then_refused(PictureError::Withdrawn);
    }
}

#[test]
fn a_sold_picture_cannot_be_bought() {
    given::<Picture>(sold_to_bob())
        .when(reserve_for(cleo()))
        .then_refused(PictureError::Sold);
}

#[test]
fn nobody_buys_their_own_picture() {
    for edition in [Edition::Open, Edition::Exclusive] {
        given::<Picture>([uploaded_as(edition), published()])
            .when(reserve_for(ann()))
            .then_refused(PictureError::OwnPicture);
    }
}

#[test]
fn nobody_buys_their_own_picture_through_another_persons_name() {
    let command = PictureCommand::Reserve {
        purchase_id: purchase_by(ann(), 1),
        buyer: bob(),
    };
    given::<Picture>([uploaded(), published()])
        .when(command)
        .then_refused(PictureError::OwnPicture);
}

#[test]
fn a_reservation_can_be_released() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(release_for(bob()))
        .then_events([released()]);
}

#[test]
fn a_released_picture_can_be_bought_by_somebody_else() {
    given::<Picture>([uploaded(), published(), reserved(), released()])
        .when(reserve_for(cleo()))
        .then(&["PictureReserved"]);
}

#[test]
fn releasing_the_reservation_of_somebody_else_is_quiet() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(release_for(cleo()))
        .then_quiet();
}

#[test]
fn releasing_twice_is_quiet() {
    given::<Picture>([uploaded(), published(), reserved(), released()])
        .when(release_for(bob()))
        .then_quiet();
}

#[test]
fn releasing_what_has_been_sold_is_quiet() {
    given::<Picture>(sold_to_bob())
        .when(release_for(bob()))
        .then_quiet();
}

#[test]
fn a_reserved_picture_is_sold_to_its_holder() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(sell_to(bob()))
        .then_events([sold()]);
}

#[test]
fn an_open_picture_changes_no_hands() {
    given::<Picture>(open_edition())
        .when(sell_to(bob()))
        .then_quiet();
}

#[test]
fn selling_twice_to_the_same_purchase_is_quiet() {
    given::<Picture>(sold_to_bob())
        .when(sell_to(bob()))
        .then_quiet();
}

#[test]
fn a_picture_is_not_sold_without_a_reservation() {
    given::<Picture>([uploaded(), published()])
        .when(sell_to(bob()))
        .then_refused(PictureError::NotReserved);
}

#[test]
fn a_picture_is_not_sold_past_its_holder() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(sell_to(cleo()))
        .then_refused(PictureError::NotReserved);
}

#[test]
fn a_picture_is_not_sold_to_another_person_than_its_holder() {
    let command = PictureCommand::Sell {
        purchase_id: bobs_purchase(),
        buyer: cleo(),
    };
    given::<Picture>([uploaded(), published(), reserved()])
        .when(command)
        .then_refused(PictureError::NotReserved);
}

#[test]
fn a_sold_picture_is_not_sold_again() {
    given::<Picture>(sold_to_bob())
        .when(sell_to(cleo()))
        .then_refused(PictureError::NotReserved);
}

#[test]
fn a_refunded_picture_goes_back_to_its_artist() {
    given::<Picture>(sold_to_bob())
        .when(return_to(ann()))
        .then_events([returned()]);
}

#[test]
fn a_refunded_picture_goes_back_to_nobody_else() {
    given::<Picture>(sold_to_bob())
        .when(return_to(cleo()))
        .then_refused(PictureError::NotOwner);
}

#[test]
fn returning_twice_is_quiet() {
    given::<Picture>(sold_to_bob().into_iter().chain([returned()]))
        .when(return_to(ann()))
        .then_quiet();
}

#[test]
fn the_return_of_a_purchase_that_got_nothing_is_quiet() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(return_to(ann()))
        .then_quiet();
}

#[test]
fn a_returned_picture_waits_for_its_artist_to_publish_it_again() {
    let back = || sold_to_bob().into_iter().chain([returned()]);
    given::<Picture>(back())
        .when(reserve_for(cleo()))
        .then_refused(PictureError::Withdrawn);
    given::<Picture>(back())
        .when(PictureCommand::Publish { actor: ann() })
        .then(&["PicturePublished"]);
}

#[test]
fn a_late_refund_does_not_take_a_picture_from_its_next_buyer() {
    let cleos = purchase_by(cleo(), 1);
    let sold_again = [
        returned(),
        published(),
        PictureEvent::PictureReserved {
            purchase_id: cleos.clone(),
        },
        PictureEvent::PictureSold {
            purchase_id: cleos,
            buyer: cleo(),
            listed: listed(),
        },
    ];
    given::<Picture>(sold_to_bob().into_iter().chain(sold_again))
        .when(return_to(ann()))
        .then_quiet();
}
