//! Specifications of identities.

use super::refusal;
use crate::{
    samples::{picture_id, user},
    values::{PictureId, PurchaseId, UserId},
};

#[test]
fn a_user_id_has_1_to_128_visible_characters() {
    let longest = "x".repeat(128);
    for text in ["a", "auth0|7f.e", &longest] {
        assert_eq!(UserId::parse(text).expect("a user id").as_str(), text);
    }
}

#[test]
fn what_is_no_user_id_is_refused() {
    assert_eq!(refusal(UserId::parse("")), ("user_id", "EMPTY"));
    let too_long = "x".repeat(129);
    assert_eq!(refusal(UserId::parse(&too_long)), ("user_id", "TOO_LONG"));
    for text in ["a b", "ann\n", "ann\0", "zoë", "\u{202e}ann"] {
        let refusal = refusal(UserId::parse(text));
        assert_eq!(refusal, ("user_id", "MALFORMED"), "{text:?}");
    }
}

#[test]
fn a_picture_id_is_a_hyphenated_uuid_in_lower_case() {
    let text = picture_id().to_string();
    assert_eq!(text, "01979e2a-5c00-7abc-8def-0123456789ab");
    assert_eq!(PictureId::parse(&text), Ok(picture_id()));
    assert_eq!(PictureId::parse(&text.to_uppercase()), Ok(picture_id()));
}

#[test]
fn what_is_no_picture_id_is_refused() {
    let text = picture_id().to_string();
    let (plain, braced) = (text.replace('-', ""), format!("{{{text}}}"));
    let (urn, spaced) = (format!("urn:uuid:{text}"), format!(" {text}"));
    for text in ["", "7", &plain, &braced, &urn, &spaced, &text[1..]] {
        let refusal = refusal(PictureId::parse(text));
        assert_eq!(refusal, ("picture_id", "MALFORMED"), "{text}");
    }
}

#[test]
fn a_purchase_id_reads_back_whatever_dots_its_buyer_has() {
    for buyer in ["bob", "bob.b", ".", "..", ".bob.", "1.2", "bob.7"] {
        for attempt in [0, 1, 12, u32::MAX] {
            let id = PurchaseId::new(picture_id(), user(buyer), attempt);
            let parsed = PurchaseId::parse(&id.to_string()).expect("a purchase id");
            assert_eq!(parsed, id);
            assert_eq!(parsed.picture(), picture_id());
            assert_eq!(parsed.buyer(), &user(buyer));
            assert_eq!(parsed.attempt(), attempt);
        }
    }
}

#[test]
fn a_purchase_id_begins_with_its_partition_key() {
    let id = PurchaseId::new(picture_id(), user("bob.b"), 1).to_string();
    assert_eq!(id, "01979e2a-5c00-7abc-8def-0123456789ab.bob.b.1");
}

#[test]
fn what_is_no_purchase_id_is_refused() {
    let picture = picture_id().to_string();
    for rest in [
        "",
        ".",
        "..",
        ".bob",
        ".bob.",
        ".bob.+1",
        ".bob.01",
        ".bob.-1",
        ".bob.x",
        "..1",
        ".bob.4294967296",
        ".b ob.1",
        ".bob.1 ",
    ] {
        let text = format!("{picture}{rest}");
        let refusal = refusal(PurchaseId::parse(&text));
        assert_eq!(refusal, ("purchase_id", "MALFORMED"), "{text}");
    }
    for text in ["", "bob.1", "7.bob.1"] {
        assert_eq!(refusal(PurchaseId::parse(text)).1, "MALFORMED", "{text}");
    }
}
