//! Specifications of texts, handles and tags.

use super::refusal;
use crate::values::{
    AltText, Bio, Description, DisplayName, Handle, InvalidValue, MAX_TAGS, Tag, Tags, Title,
};

type Parse = fn(&str) -> Result<String, InvalidValue>;

/// Every text with the most characters it may have and whether it may be empty and have several lines.
const TEXTS: [(Parse, usize, bool, bool); 5] = [
    (
        |raw| Title::parse(raw).map(|text| text.as_str().to_owned()),
        120,
        false,
        false,
    ),
    (
        |raw| DisplayName::parse(raw).map(|text| text.as_str().to_owned()),
        60,
        false,
        false,
    ),
    (
        |raw| AltText::parse(raw).map(|text| text.as_str().to_owned()),
        500,
        true,
        false,
    ),
    (
        |raw| Description::parse(raw).map(|text| text.as_str().to_owned()),
        2000,
        true,
        true,
    ),
    (
        |raw| Bio::parse(raw).map(|text| text.as_str().to_owned()),
        500,
        true,
        true,
    ),
];

fn code(result: Result<String, InvalidValue>) -> &'static str {
    refusal(result).1
}

#[test]
fn a_text_is_trimmed_and_composed() {
    for (parse, ..) in TEXTS {
        assert_eq!(parse(" \tcafe\u{301} \n"), Ok("café".to_owned()));
    }
}

#[test]
fn a_text_ends_where_its_limit_says() {
    for (parse, max, ..) in TEXTS {
        assert!(parse(&"🏔".repeat(max)).is_ok());
        assert_eq!(code(parse(&"x".repeat(max + 1))), "TOO_LONG");
        assert_eq!(code(parse(&"x".repeat(1 << 20))), "TOO_LONG");
    }
}

#[test]
fn the_limit_counts_characters_however_they_were_typed() {
    // A Mac sends Hangul as separate jamo: nine bytes a syllable.
    let jamo = "\u{1112}\u{1161}\u{11ab}";
    for (parse, max, ..) in TEXTS {
        assert_eq!(parse(&jamo.repeat(max)), Ok("한".repeat(max)));
        assert_eq!(code(parse(&jamo.repeat(max + 1))), "TOO_LONG");
    }
}

#[test]
fn only_some_texts_may_be_empty() {
    for (parse, _, may_be_empty, _) in TEXTS {
        for raw in ["", " \t\n", "\u{3000}"] {
            match may_be_empty {
                true => assert_eq!(parse(raw), Ok(String::new())),
                false => assert_eq!(code(parse(raw)), "EMPTY"),
            }
        }
    }
}

#[test]
fn a_name_nobody_can_see_is_empty() {
    for raw in [
        "\u{200b}",
        "\u{feff} \u{200b}",
        "\u{2800}",
        "\u{3164}",
        "\u{ad}",
        "\u{200f}",
    ] {
        assert_eq!(refusal(DisplayName::parse(raw)), ("display_name", "EMPTY"));
        assert_eq!(refusal(Title::parse(raw)), ("title", "EMPTY"));
    }
}

#[test]
fn joiners_within_a_word_or_an_emoji_stay() {
    for raw in ["👩‍🎨", "می‌خواهم", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "❤️"] {
        assert_eq!(Title::parse(raw).expect("a title").as_str(), raw);
    }
}

#[test]
fn control_and_bidi_characters_are_refused() {
    for (parse, ..) in TEXTS {
        for c in "\0\u{7}\u{b}\u{1b}\u{7f}\u{85}\u{9b}\u{202a}\u{202e}\u{2066}\u{2069}".chars() {
            let refused = code(parse(&format!("a{c}b")));
            assert_eq!(refused, "CONTROL_CHARACTER", "{c:?}");
        }
    }
}

#[test]
fn only_some_texts_have_several_lines() {
    for (parse, .., many_lines) in TEXTS {
        for raw in ["a\nb", "a\r\nb", "a\tb", "a\u{2028}b", "a\u{2029}b"] {
            match many_lines {
                true => assert_eq!(parse(raw), Ok(raw.to_owned())),
                false => assert_eq!(code(parse(raw)), "CONTROL_CHARACTER"),
            }
        }
    }
}

#[test]
fn a_handle_is_folded_to_lower_case_without_its_at_sign() {
    for raw in ["ann_7", "Ann_7", "@ANN_7", "  @ann_7 "] {
        assert_eq!(Handle::parse(raw).expect("a handle").as_str(), "ann_7");
    }
    let longest = "a".repeat(30);
    let with_sign = format!("@{longest}");
    assert_eq!(
        Handle::parse(&with_sign).expect("a handle").as_str(),
        longest
    );
}

#[test]
fn what_is_no_handle_is_refused() {
    let too_long = "a".repeat(31);
    for (raw, code) in [
        ("", "EMPTY"),
        ("@", "EMPTY"),
        ("an", "TOO_SHORT"),
        ("@an", "TOO_SHORT"),
        (too_long.as_str(), "TOO_LONG"),
        ("7ann", "MALFORMED"),
        ("_ann", "MALFORMED"),
        ("@@ann", "MALFORMED"),
        ("ann.b", "MALFORMED"),
        ("ann b", "MALFORMED"),
        ("annä", "MALFORMED"),
        ("аnn", "MALFORMED"), // a Cyrillic а
        ("ann\u{200b}", "MALFORMED"),
        ("ann\0", "CONTROL_CHARACTER"),
        ("ann\u{202e}", "CONTROL_CHARACTER"),
    ] {
        assert_eq!(refusal(Handle::parse(raw)), ("handle", code), "{raw:?}");
    }
    let error = Handle::parse(&too_long).expect_err("too long").to_string();
    assert_eq!(error, "handle is longer than 30 characters");
}

#[test]
fn a_tag_is_folded_to_lower_case_without_its_hash() {
    for (raw, tag) in [
        ("#Lake", "lake"),
        (" Black-White ", "black-white"),
        ("35MM", "35mm"),
        ("ÄPFEL", "äpfel"),
        ("हिन्दी", "हिन्दी"),
        ("İzmir", "i\u{307}zmir"),
    ] {
        assert_eq!(Tag::parse(raw).expect("a tag").as_str(), tag);
    }
}

#[test]
fn what_is_no_tag_is_refused() {
    let (too_long, lengthened) = ("a".repeat(31), "İ".repeat(16));
    for (raw, code) in [
        ("", "EMPTY"),
        ("#", "EMPTY"),
        (too_long.as_str(), "TOO_LONG"),
        (lengthened.as_str(), "TOO_LONG"),
        ("-lake", "MALFORMED"),
        ("lake-", "MALFORMED"),
        ("\u{301}lake", "MALFORMED"),
        ("two words", "MALFORMED"),
        ("a,b", "MALFORMED"),
        ("<b>", "MALFORMED"),
        ("la\nke", "CONTROL_CHARACTER"),
    ] {
        assert_eq!(refusal(Tag::parse(raw)), ("tag", code), "{raw:?}");
    }
}

#[test]
fn tags_stand_once_each_and_in_order() {
    let tags = Tags::parse(["Pine", "lake", "#pine"]).expect("tags");
    let texts: Vec<_> = tags.iter().map(Tag::as_str).collect();
    assert_eq!(texts, ["lake", "pine"]);
}

#[test]
fn a_picture_has_a_limited_number_of_tags() {
    let numbered = |count| (0..count).map(|n| format!("tag{n}"));
    assert!(Tags::parse(numbered(MAX_TAGS)).is_ok());
    let refused = refusal(Tags::parse(numbered(MAX_TAGS + 1)));
    assert_eq!(refused, ("tags", "TOO_MANY"));
    let endless = refusal(Tags::parse(std::iter::repeat("same")));
    assert_eq!(endless, ("tags", "TOO_MANY"));
}

#[test]
fn one_wrong_tag_refuses_them_all() {
    let refused = refusal(Tags::parse(["lake", "two words"]));
    assert_eq!(refused, ("tag", "MALFORMED"));
}
