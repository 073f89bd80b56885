//! The gallery's fold: what is listed where, what is counted, what is refused.

use picasso_domain::{
    picture::{Edition, PictureEvent, Stage},
    values::MediaType,
};

use super::*;
use crate::samples::*;

survives_any_history!(Gallery);

fn gallery(history: &[Recorded]) -> GalleryDocument {
    let document = fold(&Gallery, PICTURE, history).unwrap();
    document.expect("the picture is in the gallery")
}

fn places_in(index: &str, history: &[Recorded]) -> Vec<String> {
    let document = Some(gallery(history));
    let places = Gallery.index(PICTURE, &document).into_iter();
    let within = places.filter(|place| place.index == index);
    within.map(|place| place.prefix).collect()
}

fn sold(offset: u64) -> Recorded {
    let (purchase_id, buyer) = (purchase_id(1), user("bob"));
    let listed = listed();
    picture(
        offset,
        PictureEvent::PictureSold {
            purchase_id,
            buyer,
            listed,
        },
    )
}

fn reserved(offset: u64) -> Recorded {
    let purchase_id = purchase_id(1);
    picture(offset, PictureEvent::PictureReserved { purchase_id })
}

#[test]
fn an_uploaded_picture_is_only_its_owners_until_it_is_published() {
    let history = [uploaded(1, Edition::Open)];
    assert_eq!(places_in(MINE, &history), ["ann"]);
    assert_eq!(Gallery.index(PICTURE, &Some(gallery(&history))).len(), 1);
    let document = gallery(&history);
    assert!(document.is_visible_to(Some(&user("ann"))));
    assert!(!document.is_visible_to(Some(&user("bob"))));
    assert!(!document.is_visible_to(None));
}

#[test]
fn a_published_picture_is_found_by_everything_it_is() {
    let history = [uploaded(1, Edition::Open), published(2)];
    assert_eq!(places_in(NEWEST, &history), [""]);
    assert_eq!(places_in(POPULAR, &history), [""]);
    assert_eq!(places_in(ARTIST, &history), ["ann"]);
    assert_eq!(places_in(TAG, &history), ["dawn", "sea"]);
    assert_eq!(
        places_in(WORD, &history),
        ["dawn", "harbour", "quiet", "sea"]
    );
}

#[test]
fn a_reserved_picture_stays_listed_and_says_so() {
    let mut history = vec![uploaded(1, Edition::Exclusive), published(2), reserved(3)];
    assert!(gallery(&history).artwork.reserved);
    assert_eq!(places_in(NEWEST, &history), [""]);
    let purchase_id = purchase_id(1);
    history.push(picture(
        4,
        PictureEvent::PictureReservationReleased { purchase_id },
    ));
    assert!(!gallery(&history).artwork.reserved);
}

#[test]
fn a_sold_picture_is_unlisted_and_belongs_to_its_buyer() {
    let history = [
        uploaded(1, Edition::Exclusive),
        published(2),
        reserved(3),
        sold(4),
    ];
    assert_eq!(places_in(MINE, &history), ["bob"]);
    assert_eq!(Gallery.index(PICTURE, &Some(gallery(&history))).len(), 1);
    let document = gallery(&history);
    assert_eq!(document.owner, user("bob"));
    assert_eq!(document.artwork.artist, user("ann"));
    assert!(!document.artwork.reserved);
}

#[test]
fn a_returned_picture_is_the_artists_again_and_waits_to_be_published() {
    let mut history = vec![
        uploaded(1, Edition::Exclusive),
        published(2),
        reserved(3),
        sold(4),
    ];
    let (purchase_id, to) = (purchase_id(1), user("ann"));
    history.push(picture(
        5,
        PictureEvent::PictureReturned { purchase_id, to },
    ));
    let document = gallery(&history);
    assert_eq!(document.artwork.stage, Stage::Withdrawn);
    assert_eq!(document.owner, user("ann"));
    history.push(published(6));
    assert_eq!(places_in(NEWEST, &history), [""]);
}

#[test]
fn publishing_again_does_not_make_a_picture_new() {
    let withdrawn = picture(3, PictureEvent::PictureWithdrawn(listed()));
    let mut history = vec![uploaded(1, Edition::Open), published(2), withdrawn];
    assert!(places_in(NEWEST, &history).is_empty());
    history.push(published(9));
    assert_eq!(gallery(&history).artwork.published_at, Some(at(2)));
}

#[test]
fn prices_are_remembered_with_their_beginning() {
    let reprice = |offset| {
        let price = eur(1_000 + i64::try_from(offset).unwrap());
        picture(offset, PictureEvent::PictureRepriced { price })
    };
    let mut history = vec![uploaded(1, Edition::Open)];
    history.extend((2..200).map(reprice));
    let artwork = gallery(&history).artwork;
    assert_eq!(artwork.price, eur(1_199));
    assert_eq!(artwork.price_history.len(), crate::fold::MAX_HISTORY);
    let first = SincePrice {
        price: eur(1_900),
        since: at(1),
    };
    let last = SincePrice {
        price: eur(1_199),
        since: at(199),
    };
    assert_eq!(artwork.price_history.first(), Some(&first));
    assert_eq!(artwork.price_history.last(), Some(&last));
}

#[test]
fn likes_and_sales_are_counted_up_and_down() {
    let history = [
        uploaded(1, Edition::Open),
        published(2),
        liked(3, "bob"),
        liked(4, "cleo"),
        unliked(5, "bob"),
        granted(6, 1),
        granted(7, 2),
        revoked(8, 1),
    ];
    let artwork = gallery(&history).artwork;
    assert_eq!((artwork.likes, artwork.sales), (1, 1));
}

#[test]
fn more_likes_stand_before_fewer_and_newer_before_older() {
    let sort = |history: &[Recorded]| {
        let places = Gallery.index(PICTURE, &Some(gallery(history)));
        let popular = places.into_iter().find(|place| place.index == POPULAR);
        popular.expect("it is listed").sort
    };
    let published_at = |offset| vec![uploaded(1, Edition::Open), published(offset)];
    let mut ten = published_at(2);
    ten.extend((3..13).map(|n| liked(n, &format!("user{n}"))));
    let nine = [published_at(2), ten[2..11].to_vec()].concat();
    assert!(sort(&ten) > sort(&nine));
    assert!(sort(&nine) > sort(&published_at(99)));
    assert!(sort(&published_at(99)) > sort(&published_at(98)));
}

#[test]
fn the_etag_is_the_pictures_sequence_and_not_that_of_its_likes() {
    let history = [uploaded(1, Edition::Open), published(2), liked(3, "bob")];
    assert_eq!(gallery(&history).artwork.version, 2);
}

#[test]
fn what_readers_are_given_never_holds_the_originals_digest() {
    let document = gallery(&[uploaded(1, Edition::Open), published(2)]);
    assert_eq!(document.original_digest, digest(1));
    assert_eq!(document.artwork.original.media_type, MediaType::Jpeg);
    let given = serde_json::to_string(&document.artwork).unwrap();
    assert!(!given.contains(&digest(1).to_string()));
}

#[test]
fn what_cannot_have_happened_parks_the_picture() {
    let impossible: [&[Recorded]; 4] = [
        &[published(1)],
        &[liked(1, "bob")],
        &[uploaded(1, Edition::Open), uploaded(2, Edition::Open)],
        &[uploaded(1, Edition::Open), unliked(2, "bob")],
    ];
    for history in impossible {
        let refused = fold(&Gallery, PICTURE, history).unwrap_err();
        assert!(refused.reason.contains("does not fit"), "{refused}");
    }
}
