//! What letters say, and what they keep to themselves.

use picasso_domain::{
    Timestamp,
    values::{Digest, FeeRate, PictureId, Price},
};

use super::*;

const HOME: &str = "https://picasso.example";
const OPT_OUT: &str = "https://picasso.example/letters/opt-out/t";

fn terms(title: &str) -> Box<Terms> {
    Box::new(Terms {
        picture_id: PictureId::parse("0197a1b2-0000-7000-8000-000000000001").expect("an id"),
        buyer: UserId::parse("secret-buyer").expect("an id"),
        seller: UserId::parse("secret-seller").expect("an id"),
        title: Title::parse(title).expect("a title"),
        price: Price::parse(1250, "EUR").expect("a price"),
        fee_rate: FeeRate::from_bps(1_000).expect("a rate"),
        edition: Edition::Open,
        licence: Licence::Personal,
        original: Digest::new([1; 32]),
        expires_at: Timestamp::UNIX_EPOCH,
    })
}

fn liked(title: &str, people: u64) -> LikedPicture {
    let title = Title::parse(title).expect("a title");
    LikedPicture { title, people }
}

fn every_occasion(title: &str) -> [Occasion; 5] {
    [
        Occasion::Receipt(terms(title)),
        Occasion::Sale(terms(title)),
        Occasion::Refund(terms(title)),
        Occasion::Chargeback(terms(title)),
        Occasion::Likes(vec![liked(title, 12)]),
    ]
}

#[test]
fn a_letter_says_the_same_as_text_and_as_html() {
    for occasion in every_occasion("Harbour") {
        let letter = occasion.write(HOME, None);
        for part in [&letter.text, &letter.html] {
            assert!(part.contains("“Harbour”"), "{part}");
            assert!(part.contains(HOME), "{part}");
        }
        assert!(letter.subject.contains("Harbour"), "{}", letter.subject);
    }
}

#[test]
fn what_a_person_wrote_cannot_become_html() {
    for occasion in every_occasion("<script>alert(1)</script> & \"more\"") {
        let letter = occasion.write(HOME, None);
        assert!(!letter.html.contains("<script"), "{}", letter.html);
        assert!(letter.html.contains("&lt;script&gt;alert(1)"));
        assert!(letter.text.contains("<script>alert(1)"), "text is text");
    }
}

#[test]
fn a_letter_names_nobody() {
    for occasion in every_occasion("Harbour") {
        let letter = occasion.write(HOME, Some(OPT_OUT));
        for part in [&letter.subject, &letter.text, &letter.html] {
            assert!(!part.contains("secret"), "{part}");
        }
    }
}

#[test]
fn a_letter_that_can_be_ended_says_how() {
    for occasion in every_occasion("Harbour") {
        let letter = occasion.write(HOME, Some(OPT_OUT));
        assert!(letter.text.contains(OPT_OUT) && letter.html.contains(OPT_OUT));
        let letter = occasion.write(HOME, None);
        assert!(!letter.text.contains("No more letters"));
        assert!(!letter.html.contains("No more letters"));
    }
}

#[test]
fn money_matters_always_come_and_the_rest_can_be_ended() {
    let topics = every_occasion("Harbour").map(|occasion| occasion.topic());
    assert_eq!(
        topics,
        [None, Some(Topic::Sales), None, None, Some(Topic::Likes)]
    );
}

#[test]
fn who_had_their_bank_take_a_payment_back_is_not_promised_a_refund() {
    let letter = Occasion::Chargeback(terms("Harbour")).write(HOME, None);
    assert!(letter.text.contains("Your bank"), "{}", letter.text);
    assert!(
        !letter.text.to_lowercase().contains("refund"),
        "{}",
        letter.text
    );
}

#[test]
fn likes_are_counted_in_good_english() {
    let one = Occasion::Likes(vec![liked("Harbour", 1)]).write(HOME, None);
    assert_eq!(one.subject, "1 person likes Harbour");
    let two = Occasion::Likes(vec![liked("Harbour", 12), liked("Dawn", 1)]).write(HOME, None);
    assert_eq!(two.subject, "People like 2 of your pictures");
    assert!(two.text.contains("12 people like “Harbour”.\n"));
    assert!(two.text.contains("1 person likes “Dawn”.\n"));
}
