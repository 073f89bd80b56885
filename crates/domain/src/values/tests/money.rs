//! Specifications of money, currencies and prices.

use super::refusal;
use proptest::prelude::*;

use crate::values::{
    Currency, FeeRate, MAX_FEE_BPS, MAX_PRICE_MINOR, MIN_PRICE_MINOR, Money, Price,
};

fn money(amount_minor: i64, currency: Currency) -> Money {
    Money {
        amount_minor,
        currency,
    }
}

#[test]
fn a_price_lies_between_the_least_and_the_greatest_charge() {
    for amount in [MIN_PRICE_MINOR, 1200, MAX_PRICE_MINOR] {
        let price = Price::parse(amount, "EUR").expect("a price");
        assert_eq!(price.money(), money(amount, Currency::Eur));
    }
}

#[test]
fn a_price_out_of_range_is_refused() {
    for amount in [0, -1, -1200, 49, MAX_PRICE_MINOR + 1, i64::MAX, i64::MIN] {
        let refusal = refusal(Price::parse(amount, "EUR"));
        assert_eq!(refusal, ("price", "OUT_OF_RANGE"), "{amount}");
    }
}

#[test]
fn an_unknown_currency_is_refused() {
    for code in ["", "eur", "XXX", "EURO", "BTC", " EUR"] {
        let refusal = refusal(Price::parse(1200, code));
        assert_eq!(refusal, ("currency", "UNKNOWN"), "{code}");
    }
}

#[test]
fn every_currency_is_read_by_its_code_and_named_in_the_refusal() {
    let refusal = Currency::parse("XXX").expect_err("no currency").to_string();
    for currency in Currency::ALL {
        assert_eq!(Currency::parse(currency.code()), Ok(currency));
        assert!(refusal.contains(currency.code()));
    }
}

#[test]
fn a_currency_is_stored_under_its_code() {
    for currency in Currency::ALL {
        let stored = serde_json::to_value(currency).expect("it encodes");
        assert_eq!(stored, currency.code());
    }
}

#[test]
fn money_is_written_with_the_digits_of_its_currency() {
    let written = |amount, currency| money(amount, currency).to_string();
    assert_eq!(written(1205, Currency::Eur), "12.05 EUR");
    assert_eq!(written(5, Currency::Usd), "0.05 USD");
    assert_eq!(written(-5, Currency::Chf), "-0.05 CHF");
    assert_eq!(written(1205, Currency::Jpy), "1205 JPY");
    assert_eq!(written(-1205, Currency::Jpy), "-1205 JPY");
    assert_eq!(written(0, Currency::Gbp), "0.00 GBP");
    assert_eq!(
        written(i64::MIN, Currency::Gbp),
        "-92233720368547758.08 GBP"
    );
}

#[test]
fn consent_to_a_price_covers_a_lower_one_but_no_higher_and_no_other_currency() {
    let price = |amount, code| Price::parse(amount, code).expect("a price");
    let shown = price(1200, "EUR");
    assert!(price(1200, "EUR").is_covered_by(shown));
    assert!(price(1199, "EUR").is_covered_by(shown));
    assert!(!price(1201, "EUR").is_covered_by(shown));
    assert!(!price(1000, "JPY").is_covered_by(shown));
}

#[test]
fn a_stored_price_outside_todays_range_can_still_be_read() {
    let stored = r#"{"amount_minor":1,"currency":"EUR"}"#;
    let price: Price = serde_json::from_str(stored).expect("history stays readable");
    assert_eq!(price.money(), money(1, Currency::Eur));
}

fn fee_of(price_minor: i64, bps: u16) -> i64 {
    let price = Price::parse(price_minor, "EUR").expect("a price");
    let rate = FeeRate::from_bps(bps).expect("a fee");
    rate.split(price).fee.amount_minor
}

#[test]
fn a_fee_is_rounded_down_in_favour_of_the_seller() {
    assert_eq!(fee_of(1_200, 1_000), 120);
    assert_eq!(fee_of(1_209, 1_000), 120);
    assert_eq!(fee_of(99, 100), 0);
    assert_eq!(fee_of(MAX_PRICE_MINOR, MAX_FEE_BPS), 49_999_999);
    assert_eq!(fee_of(1_200, 0), 0);
}

#[test]
fn more_than_half_is_no_fee() {
    for bps in [MAX_FEE_BPS + 1, 10_000, u16::MAX] {
        assert_eq!(refusal(FeeRate::from_bps(bps)), ("fee_bps", "OUT_OF_RANGE"));
    }
}

proptest! {
    #[test]
    fn fee_and_share_are_the_price_in_its_own_currency(
        amount in MIN_PRICE_MINOR..=MAX_PRICE_MINOR,
        bps in 0..=MAX_FEE_BPS,
        currency in prop::sample::select(Currency::ALL.to_vec()),
    ) {
        let price = Price::new(money(amount, currency)).expect("a price");
        let split = FeeRate::from_bps(bps).expect("a fee").split(price);
        prop_assert_eq!(split.fee.amount_minor + split.share.amount_minor, amount);
        prop_assert_eq!([split.fee.currency, split.share.currency], [currency; 2]);
        prop_assert!(split.fee.amount_minor >= 0);
        prop_assert!(split.share.amount_minor > 0, "nobody sells for nothing");
    }
}
