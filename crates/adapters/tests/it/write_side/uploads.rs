//! From announced to recorded: an event never without its files, a refusal never with any.

use bytes::Bytes;
use jiff::SignedDuration;
use picasso_adapters::imaging::Limits;
use picasso_commands::{
    CommandError, UploadError, UploadTicket,
    links::LinkError,
    ports::{DevelopError, MAX_UPLOAD_BYTES},
};
use picasso_domain::{
    Account, DomainEvent, Picture,
    picture::{Edition, PictureEvent},
    values::{DerivativeKind, PictureId},
};

use super::{
    fixture::{Market, open},
    stall::{FILE, announce, by, digest_of, eur, finish},
};

/// How many originals and derivatives are stored.
async fn stored(market: &Market) -> (usize, usize) {
    let originals = market.blobs.list_originals(None, 100).await;
    let derivatives = market.blobs.list_derivatives(None, 100).await;
    (
        originals.expect("lists").len(),
        derivatives.expect("lists").len(),
    )
}

async fn is_staged(market: &Market, ticket: &UploadTicket) -> bool {
    let now = picasso_domain::Timestamp::MIN;
    let grant = market.links.open_upload(&ticket.upload_token, now);
    let staged = market.blobs.staged(&grant.expect("a grant")).await;
    staged.expect("reads").is_some()
}

async fn was_recorded(market: &Market, picture_id: PictureId) -> bool {
    let id = picture_id.to_string();
    !market.names::<Picture>(&id).await.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_an_event_names_is_stored() {
    let market = open().await;
    let ann = market.person("ann").await;
    let id = market.draft(&ann, Edition::Open).await;
    let history = market.history::<Picture>(&id.to_string()).await;
    let Some(DomainEvent::Picture(PictureEvent::PictureUploaded(upload))) = history.first() else {
        panic!("{history:?}");
    };
    let digest = upload.original.digest;
    assert_eq!(digest, digest_of(&FILE));
    let original = market.blobs.original(digest).await.expect("reads");
    assert_eq!(original.expect("is there").size_bytes, FILE.len() as u64);
    assert_eq!(upload.derivatives.len(), DerivativeKind::ALL.len());
    for derivative in &upload.derivatives {
        let file = market.blobs.derivative(derivative.digest).await;
        let file = file.expect("reads").expect("is there");
        assert_eq!(file.size_bytes, derivative.size_bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_picture_leaves_nothing_behind() {
    let market = open().await;
    let ann = market.person("ann").await;
    let cut_short = FILE.slice(..FILE.len() / 2);
    for file in [Bytes::from_static(b"#!/bin/sh\n"), cut_short] {
        let ticket = market.send(&ann, &file).await;
        let finish = finish(&ticket.upload_token, Edition::Open);
        let refused = market.pictures.finish_upload(&by(&ann), finish).await;
        let Err(CommandError::Upload(UploadError::Picture(
            DevelopError::UnsupportedFormat | DevelopError::Damaged(_),
        ))) = refused
        else {
            panic!("{refused:?}");
        };
        assert!(!is_staged(&market, &ticket).await);
        assert!(!was_recorded(&market, ticket.picture_id).await);
    }
    assert_eq!(stored(&market).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_the_darkroom_has_no_room_for_is_finished_later() {
    let market = open().await;
    let ann = market.person("ann").await;
    let ticket = market.send(&ann, &FILE).await;
    let command = finish(&ticket.upload_token, Edition::Open);
    let crowded = market.pictures_within(Limits {
        max_queued: 0,
        ..Limits::default()
    });
    let context = by(&ann);
    let refused = crowded.finish_upload(&context, command.clone()).await;
    let Err(CommandError::Upload(UploadError::Picture(DevelopError::Busy))) = refused else {
        panic!("{refused:?}");
    };
    let finished = market.pictures.finish_upload(&context, command).await;
    assert_eq!(finished.expect("finishes").0, ticket.picture_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_cannot_be_finished_before_its_file_came() {
    let market = open().await;
    let ann = market.person("ann").await;
    let started = market
        .pictures
        .start_upload(&by(&ann), announce(&FILE))
        .await;
    let ticket = started.expect("starts");
    let context = by(&ann);
    let command = finish(&ticket.upload_token, Edition::Open);
    let refused = market.pictures.finish_upload(&context, command.clone());
    let refused = refused.await;
    assert!(matches!(
        refused,
        Err(CommandError::Upload(UploadError::NotReceived))
    ));
    // Nothing was decided, so the same request may try again.
    market.put(&ticket, &FILE).await;
    let finished = market.pictures.finish_upload(&context, command).await;
    assert_eq!(finished.expect("finishes").0, ticket.picture_id);
    assert!(!is_staged(&market, &ticket).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_finished_again_under_another_request_id_is_the_same_picture() {
    let market = open().await;
    let ann = market.person("ann").await;
    let ticket = market.send(&ann, &FILE).await;
    let finish = finish(&ticket.upload_token, Edition::Open);
    let first = market
        .pictures
        .finish_upload(&by(&ann), finish.clone())
        .await;
    let (id, _) = first.expect("finishes");
    let again = market
        .pictures
        .finish_upload(&by(&ann), finish.clone())
        .await;
    assert_eq!(again.expect("is done").0, id);
    // Even when the time for finishing is over: it was finished in time.
    market.advance(SignedDuration::from_hours(3));
    let late = market.pictures.finish_upload(&by(&ann), finish).await;
    assert_eq!(late.expect("is done").0, id);
    let names = market.names::<Picture>(&id.to_string()).await;
    assert_eq!(names, ["PictureUploaded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_finished_by_many_requests_at_once_is_one_picture() {
    let market = open().await;
    let ann = market.person("ann").await;
    for _ in 0..5 {
        let ticket = market.send(&ann, &FILE).await;
        let finishes = (0..4).map(|_| {
            let finish = finish(&ticket.upload_token, Edition::Open);
            let (pictures, context) = (market.pictures.clone(), by(&ann));
            tokio::spawn(async move { pictures.finish_upload(&context, finish).await })
        });
        for finished in futures::future::join_all(finishes).await {
            let finished = finished.expect("no panic").expect("is done");
            assert_eq!(finished.0, ticket.picture_id);
        }
        let names = market
            .names::<Picture>(&ticket.picture_id.to_string())
            .await;
        assert_eq!(names, ["PictureUploaded"]);
        assert!(!is_staged(&market, &ticket).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_finished_within_its_time() {
    let market = open().await;
    let ann = market.person("ann").await;
    let ticket = market.send(&ann, &FILE).await;
    market.advance(SignedDuration::from_hours(3));
    let finish = finish(&ticket.upload_token, Edition::Open);
    let refused = market.pictures.finish_upload(&by(&ann), finish).await;
    let Err(CommandError::Upload(UploadError::Token(LinkError::Expired))) = refused else {
        panic!("{refused:?}");
    };
    assert!(!was_recorded(&market, ticket.picture_id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_token_altered_by_a_byte_opens_nothing() {
    let market = open().await;
    let ann = market.person("ann").await;
    let ticket = market.send(&ann, &FILE).await;
    let mut token = ticket.upload_token.into_bytes();
    token[40] = if token[40] == b'A' { b'B' } else { b'A' };
    let token = String::from_utf8(token).expect("ASCII");
    let refused = market
        .pictures
        .finish_upload(&by(&ann), finish(&token, Edition::Open))
        .await;
    assert!(matches!(
        refused,
        Err(CommandError::Upload(UploadError::Token(_)))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_no_size_or_too_much_is_not_started() {
    let market = open().await;
    let ann = market.person("ann").await;
    for size_bytes in [0, MAX_UPLOAD_BYTES + 1] {
        let mut announced = announce(&FILE);
        announced.size_bytes = size_bytes;
        let refused = market.pictures.start_upload(&by(&ann), announced).await;
        assert!(matches!(
            refused,
            Err(CommandError::Upload(UploadError::Size { .. }))
        ));
    }
    assert_eq!(market.names::<Account>("ann").await, ["AccountRegistered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_picture_stays_as_it_is() {
    let market = open().await;
    let (ann, bob) = (market.person("ann").await, market.person("bob").await);
    let picture = market.picture(&ann, Edition::Open).await;
    let events = market.events().await.len();
    for refused in [
        market.pictures.publish(&by(&bob), picture).await,
        market.pictures.withdraw(&by(&bob), picture).await,
        market.pictures.reprice(&by(&bob), picture, eur(50)).await,
    ] {
        let not_owner = picasso_domain::picture::PictureError::NotOwner;
        assert!(matches!(refused, Err(CommandError::Picture(error)) if error == not_owner));
    }
    assert_eq!(market.events().await.len(), events);
}
