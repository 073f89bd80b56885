//! The fold of suggestions: what is counted, and under which beginnings it is found.

use picasso_domain::{
    picture::Edition,
    values::{DisplayName, Personal, Tags},
};

use super::*;
use crate::samples::*;

survives_any_history!(Suggesting);

fn document(key: &str, history: &[Recorded]) -> SuggestionDocument {
    fold(&Suggesting, key, history).unwrap()
}

fn with_tag(tag: &str, history: &[Recorded]) -> u64 {
    match document(&format!("tag/{tag}"), history) {
        SuggestionDocument::Tag { pictures, .. } => pictures,
        SuggestionDocument::Absent => 0,
        SuggestionDocument::Artist(artist) => panic!("{artist:?}"),
    }
}

fn beginnings(key: &str, history: &[Recorded]) -> BTreeSet<String> {
    let document = document(key, history);
    let places = Suggesting.index(key, &document).into_iter();
    places.map(|place| place.prefix).collect()
}

fn withdrawn(offset: u64) -> Recorded {
    picture(offset, PictureEvent::PictureWithdrawn(listed()))
}

fn retagged(offset: u64, tags: &[&str], before: Option<&[&str]>) -> Recorded {
    let event = PictureEvent::PictureDetailsChanged {
        details: details("Quiet harbour", tags),
        listed_under: before.map(|tags| Tags::parse(tags).unwrap()),
    };
    picture(offset, event)
}

fn named(offset: u64, display_name: &str) -> Recorded {
    let profile = Profile {
        display_name: Personal(DisplayName::parse(display_name).unwrap()),
        ..Profile::default()
    };
    account(offset, "ann", AccountEvent::ProfileChanged { profile })
}

#[test]
fn a_tag_counts_the_pictures_that_are_for_sale_now() {
    let mut history = vec![uploaded(1, Edition::Exclusive)];
    assert_eq!(with_tag("sea", &history), 0);
    history.push(published(2));
    assert_eq!(with_tag("sea", &history), 1);
    history.push(withdrawn(3));
    assert_eq!(with_tag("sea", &history), 0);
    assert!(
        beginnings("tag/sea", &history).is_empty(),
        "nobody finds it"
    );
    history.push(published(4));
    let (purchase_id, buyer, listed) = (purchase_id(1), user("bob"), listed());
    let sold = PictureEvent::PictureSold {
        purchase_id,
        buyer,
        listed,
    };
    history.push(picture(5, sold));
    assert_eq!(with_tag("sea", &history), 0);
}

#[test]
fn a_change_of_tags_moves_the_counts_of_those_that_changed() {
    let retag = retagged(3, &["dusk", "sea"], Some(&["dawn", "sea"]));
    let history = [uploaded(1, Edition::Open), published(2), retag];
    let counts = ["dawn", "dusk", "sea"].map(|tag| with_tag(tag, &history));
    assert_eq!(counts, [0, 1, 1]);
    let draft = [uploaded(1, Edition::Open), retagged(2, &["dusk"], None)];
    assert_eq!(with_tag("dusk", &draft), 0);
}

#[test]
fn a_tag_is_found_under_each_of_its_beginnings_without_accents() {
    let tag = "façade-à-lyon-la-nuit";
    let listed = Listed {
        artist: user("ann"),
        tags: Tags::parse([tag]).unwrap(),
    };
    let history = [picture(1, PictureEvent::PicturePublished(listed))];
    let found = beginnings(&format!("tag/{tag}"), &history);
    assert_eq!(found.len(), INDEXED_CHARACTERS + 1);
    for beginning in ["", "f", "facad", "facade a", "facade a lyo"] {
        assert!(found.contains(beginning), "{beginning}: {found:?}");
    }
}

#[test]
fn an_artist_is_found_by_handle_and_by_each_word_of_the_name() {
    let history = [
        registered(1, "ann"),
        named(2, "Vincent van Gogh"),
        published(3),
    ];
    let found = beginnings("artist/ann", &history);
    for beginning in ["an", "ann", "vinc", "vincent van ", "van g", "gogh"] {
        assert!(found.contains(beginning), "{beginning}: {found:?}");
    }
    assert!(!found.contains("cent"), "{found:?}");
}

#[test]
fn only_who_sells_something_is_suggested() {
    let mut history = vec![registered(1, "ann"), named(2, "Ann")];
    assert!(beginnings("artist/ann", &history).is_empty());
    history.push(published(3));
    assert!(!beginnings("artist/ann", &history).is_empty());
    history.push(withdrawn(4));
    assert!(beginnings("artist/ann", &history).is_empty());
}

/// Accounts and pictures are in different logs, and neither waits for the other.
#[test]
fn an_artist_comes_out_alike_whichever_log_is_ahead() {
    let (joined, sells) = (
        [registered(1, "ann"), named(2, "Ann")],
        [published(3), published(4)],
    );
    let first = [joined.clone(), sells.clone()].concat();
    let second = [sells, joined].concat();
    assert_eq!(
        document("artist/ann", &first),
        document("artist/ann", &second)
    );
}

#[test]
fn what_cannot_have_happened_parks_the_tag_alone() {
    assert!(fold(&Suggesting, "tag/sea", &[withdrawn(1)]).is_err());
    assert!(fold(&Suggesting, "artist/ann", &[named(1, "Ann")]).is_err());
    let twice = [registered(1, "ann"), registered(2, "ann")];
    assert!(fold(&Suggesting, "artist/ann", &twice).is_err());
}
