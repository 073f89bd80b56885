//! The rules of signed links.

use proptest::prelude::*;

use super::*;

fn signer() -> LinkSigner {
    LinkSigner::new(&[7; 32])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn upload() -> UploadGrant {
    UploadGrant {
        picture_id: PictureId::parse("01890a5d-ac96-774b-bcce-b302099a8057").expect("an id"),
        owner: picasso_domain::values::UserId::parse("ann").expect("a user id"),
        size_bytes: 123_456,
        digest: Digest::new([9; 32]),
    }
}

fn download() -> DownloadGrant {
    DownloadGrant {
        original: Digest::new([3; 32]),
        media_type: MediaType::Webp,
        file_name: "Sunset – Øresund.webp".to_owned(),
    }
}

fn opt_out() -> OptOutGrant {
    OptOutGrant {
        user_id: UserId::parse("ann").expect("a user id"),
        topic: Topic::Likes,
    }
}

#[test]
fn leave_to_end_letters_opens_as_sealed_and_as_nothing_else() {
    let token = signer().seal_opt_out(&opt_out(), at(100));
    assert_eq!(signer().open_opt_out(&token, at(99)), Ok(opt_out()));
    assert_eq!(
        signer().open_opt_out(&token, at(100)),
        Err(LinkError::Expired)
    );
    assert_eq!(signer().open_upload(&token, at(1)), Err(LinkError::Forged));
    let token = signer().seal_upload(&upload(), at(100));
    assert_eq!(signer().open_opt_out(&token, at(1)), Err(LinkError::Forged));
}

#[test]
fn a_link_opens_as_what_was_sealed() {
    let token = signer().seal_upload(&upload(), at(100));
    assert_eq!(signer().open_upload(&token, at(99)), Ok(upload()));
    let token = signer().seal_download(&download(), at(100));
    assert_eq!(signer().open_download(&token, at(99)), Ok(download()));
}

#[test]
fn a_link_ends_at_its_expiry() {
    let token = signer().seal_upload(&upload(), at(100));
    assert_eq!(
        signer().open_upload(&token, at(100)),
        Err(LinkError::Expired)
    );
    let token = signer().seal_download(&download(), at(100));
    assert_eq!(
        signer().open_download(&token, at(101)),
        Err(LinkError::Expired)
    );
}

#[test]
fn one_kind_of_link_never_opens_as_the_other() {
    let token = signer().seal_upload(&upload(), at(100));
    assert_eq!(
        signer().open_download(&token, at(1)),
        Err(LinkError::Forged)
    );
    let token = signer().seal_download(&download(), at(100));
    assert_eq!(signer().open_upload(&token, at(1)), Err(LinkError::Forged));
}

#[test]
fn a_link_of_another_key_is_forged_even_when_it_has_expired() {
    let token = LinkSigner::new(&[8; 32]).seal_upload(&upload(), at(100));
    assert_eq!(signer().open_upload(&token, at(1)), Err(LinkError::Forged));
    assert_eq!(
        signer().open_upload(&token, at(200)),
        Err(LinkError::Forged)
    );
}

#[test]
fn what_is_no_token_is_malformed() {
    let too_long = "A".repeat(MAX_TOKEN_CHARS + 1);
    let padded = format!("{}=", signer().seal_upload(&upload(), at(100)));
    for raw in ["", "A", "%%%", "AAAA", "ä", &too_long, &padded] {
        assert_eq!(
            signer().open_upload(raw, at(1)),
            Err(LinkError::Malformed),
            "{raw}"
        );
    }
}

#[test]
fn a_token_altered_in_any_one_bit_opens_nothing() {
    let token = signer().seal_download(&download(), at(100));
    let sealed = URL_SAFE_NO_PAD.decode(&token).expect("base64url");
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let altered = URL_SAFE_NO_PAD.encode(altered);
        assert_eq!(
            signer().open_download(&altered, at(1)),
            Err(LinkError::Forged)
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_opening_panic_or_succeed(raw in "\\PC{0,200}") {
        prop_assert!(signer().open_upload(&raw, at(1)).is_err());
        prop_assert!(signer().open_download(&raw, at(1)).is_err());
        prop_assert!(signer().open_opt_out(&raw, at(1)).is_err());
    }
}
