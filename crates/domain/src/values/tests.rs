//! Specifications of values: what is accepted, how it is normalised, and which rule a refusal names.

mod ids;
mod money;
mod text;

use super::{Digest, InvalidValue};

fn refusal<T: std::fmt::Debug>(result: Result<T, InvalidValue>) -> (&'static str, &'static str) {
    let error = result.expect_err("it should have been refused");
    (error.field, error.why.code())
}

#[test]
fn a_refusal_reads_as_a_sentence() {
    let error = super::Title::parse("").expect_err("an empty title");
    assert_eq!(error.to_string(), "title is empty");
    let error = super::Price::parse(0, "EUR").expect_err("a price of nothing");
    assert_eq!(error.to_string(), "price is not between 50 and 99999999");
}

#[test]
fn a_digest_is_written_as_64_lower_case_digits() {
    let text = "0a".repeat(31) + "ff";
    let digest: Digest = text.to_uppercase().parse().expect("a digest");
    assert_eq!(digest.to_string(), text);
    assert_eq!(format!("{digest:?}"), text);
    assert_eq!(digest.as_bytes()[31], 0xff);
}

#[test]
fn what_is_no_digest_is_refused() {
    let (short, long) = ("0a".repeat(31), "0a".repeat(33));
    let (signed, letters) = ("+1".repeat(32), "0g".repeat(32));
    let wide = "é".repeat(32);
    for text in ["", &short, &long, &signed, &letters, &wide] {
        let refusal = refusal(text.parse::<Digest>());
        assert_eq!(refusal, ("digest", "MALFORMED"), "{text}");
    }
}

#[test]
fn a_digest_has_32_bytes() {
    assert_eq!(Digest::from_slice(&[7; 32]), Ok(Digest::new([7; 32])));
    for length in [0, 31, 33] {
        let bytes = vec![7; length];
        assert_eq!(refusal(Digest::from_slice(&bytes)).1, "MALFORMED");
    }
}
