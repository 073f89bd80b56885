//! Money between our words and Stripe's: the same minor units, the currency in lower case.
//!
//! Stripe counts JPY in whole yen and our other currencies in hundredths, as ISO 4217 does
//! (<https://docs.stripe.com/currencies#zero-decimal>).

use picasso_domain::values::{Currency, Money};

use super::error::Unclear;

pub(super) fn to_stripe(currency: Currency) -> stripe_types::Currency {
    match currency {
        Currency::Chf => stripe_types::Currency::CHF,
        Currency::Eur => stripe_types::Currency::EUR,
        Currency::Gbp => stripe_types::Currency::GBP,
        Currency::Jpy => stripe_types::Currency::JPY,
        Currency::Usd => stripe_types::Currency::USD,
    }
}

pub(super) fn from_stripe(
    amount_minor: i64,
    currency: &stripe_types::Currency,
) -> Result<Money, Unclear> {
    let known = Currency::ALL
        .into_iter()
        .find(|ours| to_stripe(*ours) == *currency);
    match known {
        Some(currency) => Ok(Money {
            amount_minor,
            currency,
        }),
        None => Err(Unclear::UnknownCurrency {
            code: currency.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_of_ours_survives_the_way_there_and_back() {
        for currency in Currency::ALL {
            let theirs = to_stripe(currency);
            assert_eq!(theirs.to_string(), currency.code().to_lowercase());
            let back = from_stripe(199, &theirs).expect("known");
            assert_eq!((back.amount_minor, back.currency), (199, currency));
        }
    }
}
