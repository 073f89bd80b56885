//! Specifications of a picture.

mod history;
mod selling;

use super::*;
use crate::{
    samples::{ann, bob, bobs_purchase, details, listed, original, price, upload},
    spec::given,
    values::{Money, Tags},
};

fn uploaded() -> PictureEvent {
    uploaded_as(Edition::Exclusive)
}

fn uploaded_as(edition: Edition) -> PictureEvent {
    PictureEvent::PictureUploaded(Box::new(upload(edition)))
}

fn published() -> PictureEvent {
    PictureEvent::PicturePublished(listed())
}

fn withdrawn() -> PictureEvent {
    PictureEvent::PictureWithdrawn(listed())
}

fn reserved() -> PictureEvent {
    PictureEvent::PictureReserved {
        purchase_id: bobs_purchase(),
    }
}

fn sold() -> PictureEvent {
    PictureEvent::PictureSold {
        purchase_id: bobs_purchase(),
        buyer: bob(),
        listed: listed(),
    }
}

/// A history up to the sale to Bob.
fn sold_to_bob() -> [PictureEvent; 4] {
    [uploaded(), published(), reserved(), sold()]
}

fn upload_it(change: impl FnOnce(&mut Upload)) -> PictureCommand {
    let mut upload = upload(Edition::Exclusive);
    change(&mut upload);
    PictureCommand::Upload(Box::new(upload))
}

fn publish(actor: UserId) -> PictureCommand {
    PictureCommand::Publish { actor }
}

fn withdraw(actor: UserId) -> PictureCommand {
    PictureCommand::Withdraw { actor }
}

fn reprice(actor: UserId, amount_minor: i64) -> PictureCommand {
    let price = price(amount_minor);
    PictureCommand::Reprice { actor, price }
}

fn retitle(actor: UserId, title: &str) -> PictureCommand {
    let details = details(title);
    PictureCommand::ChangeDetails { actor, details }
}

#[test]
fn a_picture_can_be_uploaded() {
    given::<Picture>([])
        .when(upload_it(|_| {}))
        .then_events([uploaded()]);
}

#[test]
fn an_uploaded_picture_keeps_its_file() {
    given::<Picture>([uploaded()])
        .when(upload_it(|upload| upload.original = original(0xb2)))
        .then_refused(PictureError::AlreadyUploaded);
}

#[test]
fn the_same_file_under_another_artist_is_refused() {
    given::<Picture>([uploaded()])
        .when(upload_it(|upload| upload.artist = bob()))
        .then_refused(PictureError::AlreadyUploaded);
}

#[test]
fn uploading_the_same_file_again_is_quiet() {
    given::<Picture>([uploaded()])
        .when(upload_it(|_| {}))
        .then_quiet();
}

#[test]
fn uploading_the_same_file_again_is_quiet_after_the_sale_too() {
    given::<Picture>(sold_to_bob())
        .when(upload_it(|_| {}))
        .then_quiet();
}

#[test]
fn a_draft_can_be_published() {
    given::<Picture>([uploaded()])
        .when(publish(ann()))
        .then_events([published()]);
}

#[test]
fn a_withdrawn_picture_can_be_published_again() {
    given::<Picture>([uploaded(), published(), withdrawn()])
        .when(publish(ann()))
        .then_events([published()]);
}

#[test]
fn publishing_twice_is_quiet() {
    given::<Picture>([uploaded(), published()])
        .when(publish(ann()))
        .then_quiet();
}

#[test]
fn publishing_while_reserved_is_quiet_and_keeps_the_reservation() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(publish(ann()))
        .then_quiet();
}

#[test]
fn what_was_never_uploaded_cannot_be_changed() {
    for command in [
        publish(ann()),
        withdraw(ann()),
        reprice(ann(), 900),
        retitle(ann(), "Evening lake"),
    ] {
        given::<Picture>([])
            .when(command)
            .then_refused(PictureError::Unknown);
    }
}

#[test]
fn a_picture_of_somebody_else_cannot_be_changed() {
    for command in [
        publish(bob()),
        withdraw(bob()),
        reprice(bob(), 900),
        retitle(bob(), "Bob's lake"),
    ] {
        given::<Picture>([uploaded(), published()])
            .when(command)
            .then_refused(PictureError::NotOwner);
    }
}

#[test]
fn a_sold_picture_is_no_longer_its_artists_to_change() {
    for command in [
        publish(ann()),
        withdraw(ann()),
        reprice(ann(), 900),
        retitle(ann(), "Mine again"),
    ] {
        given::<Picture>(sold_to_bob())
            .when(command)
            .then_refused(PictureError::NotOwner);
    }
}

#[test]
fn a_sold_picture_is_not_its_buyers_to_sell_on() {
    for command in [
        publish(bob()),
        withdraw(bob()),
        reprice(bob(), 900),
        retitle(bob(), "Bob's lake"),
    ] {
        given::<Picture>(sold_to_bob())
            .when(command)
            .then_refused(PictureError::Sold);
    }
}

#[test]
fn a_picture_can_be_repriced() {
    let repriced = PictureEvent::PictureRepriced { price: price(900) };
    given::<Picture>([uploaded(), published()])
        .when(reprice(ann(), 900))
        .then_events([repriced]);
}

#[test]
fn a_reserved_picture_can_be_repriced_for_the_next_buyer() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(reprice(ann(), 900))
        .then(&["PictureRepriced"]);
}

#[test]
fn a_picture_keeps_its_currency() {
    let yen = Price::new(Money {
        amount_minor: 1200,
        currency: crate::values::Currency::Jpy,
    });
    let command = PictureCommand::Reprice {
        actor: ann(),
        price: yen.expect("a valid price"),
    };
    given::<Picture>([uploaded()])
        .when(command)
        .then_refused(PictureError::CurrencyChange);
}

#[test]
fn the_same_price_again_is_quiet() {
    given::<Picture>([uploaded()])
        .when(reprice(ann(), 1200))
        .then_quiet();
}

#[test]
fn the_details_of_a_picture_can_be_changed() {
    given::<Picture>([uploaded()])
        .when(retitle(ann(), "Evening lake"))
        .then_events([retitled(None)]);
}

fn retitled(listed_under: Option<Tags>) -> PictureEvent {
    PictureEvent::PictureDetailsChanged {
        details: details("Evening lake"),
        listed_under,
    }
}

#[test]
fn a_change_says_what_the_picture_was_found_under_while_it_is_for_sale() {
    for history in [
        vec![uploaded(), published()],
        vec![uploaded(), published(), reserved()],
    ] {
        given::<Picture>(history)
            .when(retitle(ann(), "Evening lake"))
            .then_events([retitled(Some(listed().tags))]);
    }
    given::<Picture>([uploaded(), published(), withdrawn()])
        .when(retitle(ann(), "Evening lake"))
        .then_events([retitled(None)]);
}

/// The tags are those of the moment, not those of the upload.
#[test]
fn a_picture_is_withdrawn_from_what_it_is_found_under_now() {
    let details = Details {
        tags: Tags::parse(["dusk"]).expect("tags"),
        ..details("Evening lake")
    };
    let changed = PictureEvent::PictureDetailsChanged {
        listed_under: Some(listed().tags),
        details: details.clone(),
    };
    let listed = Listed {
        artist: ann(),
        tags: details.tags,
    };
    given::<Picture>([uploaded(), published(), changed])
        .when(withdraw(ann()))
        .then_events([PictureEvent::PictureWithdrawn(listed)]);
}

#[test]
fn the_same_details_again_are_quiet() {
    given::<Picture>([uploaded()])
        .when(retitle(ann(), "Morning lake"))
        .then_quiet();
}

#[test]
fn a_published_picture_can_be_withdrawn() {
    given::<Picture>([uploaded(), published()])
        .when(withdraw(ann()))
        .then_events([withdrawn()]);
}

#[test]
fn a_draft_cannot_be_withdrawn() {
    given::<Picture>([uploaded()])
        .when(withdraw(ann()))
        .then_refused(PictureError::NotPublished);
}

#[test]
fn a_picture_somebody_is_paying_for_cannot_be_withdrawn() {
    given::<Picture>([uploaded(), published(), reserved()])
        .when(withdraw(ann()))
        .then_refused(PictureError::Reserved);
}

#[test]
fn withdrawing_twice_is_quiet() {
    given::<Picture>([uploaded(), published(), withdrawn()])
        .when(withdraw(ann()))
        .then_quiet();
}
