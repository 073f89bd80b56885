//! Money as integer minor units with an ISO 4217 currency: no floats, no mixing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InvalidValue, Why, invalid};

/// The currencies Picasso sells in, by ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Chf,
    Eur,
    Gbp,
    Jpy,
    Usd,
}

impl Currency {
    pub const ALL: [Self; 5] = [Self::Chf, Self::Eur, Self::Gbp, Self::Jpy, Self::Usd];

    /// # Errors
    /// [`InvalidValue`] when the code is not one of [`Currency::ALL`].
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let known = "CHF, EUR, GBP, JPY, USD";
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == raw)
            .map_or_else(|| invalid("currency", Why::Unknown { known }), Ok)
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chf => "CHF",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Jpy => "JPY",
            Self::Usd => "USD",
        }
    }

    /// Digits after the decimal point (ISO 4217).
    #[must_use]
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Chf | Self::Eur | Self::Gbp | Self::Usd => 2,
        }
    }
}

/// An amount in minor units (cents, or yen) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(self.currency.exponent());
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let amount = self.amount_minor.unsigned_abs();
        let code = self.currency.code();
        match self.currency.exponent() {
            0 => write!(f, "{sign}{amount} {code}"),
            digits => {
                let (whole, part) = (amount / scale, amount % scale);
                write!(
                    f,
                    "{sign}{whole}.{part:0width$} {code}",
                    width = digits as usize
                )
            }
        }
    }
}

/// The least a picture costs: the smallest charge Stripe takes in most currencies is 0.50.
pub const MIN_PRICE_MINOR: i64 = 50;
/// The most a picture costs: Stripe's charges have at most eight digits.
pub const MAX_PRICE_MINOR: i64 = 99_999_999;

/// What a picture costs: between [`MIN_PRICE_MINOR`] and [`MAX_PRICE_MINOR`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(Money);

impl Price {
    /// # Errors
    /// [`InvalidValue`] when the amount is out of range.
    pub fn new(money: Money) -> Result<Self, InvalidValue> {
        if (MIN_PRICE_MINOR..=MAX_PRICE_MINOR).contains(&money.amount_minor) {
            Ok(Self(money))
        } else {
            let (min, max) = (MIN_PRICE_MINOR, MAX_PRICE_MINOR);
            invalid("price", Why::OutOfRange { min, max })
        }
    }

    /// # Errors
    /// [`InvalidValue`] when the currency is unknown or the amount out of range.
    pub fn parse(amount_minor: i64, currency: &str) -> Result<Self, InvalidValue> {
        Self::new(Money {
            amount_minor,
            currency: Currency::parse(currency)?,
        })
    }

    #[must_use]
    pub const fn money(self) -> Money {
        self.0
    }

    /// Whether somebody who agreed to `shown` has thereby agreed to this price.
    #[must_use]
    pub fn is_covered_by(self, shown: Self) -> bool {
        self.0.currency == shown.0.currency && self.0.amount_minor <= shown.0.amount_minor
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The most that Picasso keeps of a price: half of it.
pub const MAX_FEE_BPS: u16 = 5_000;

/// What Picasso keeps of each price, in basis points (hundredths of a percent): 0 to [`MAX_FEE_BPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeeRate(u16);

/// A price in two parts of its own currency; they add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// What Picasso keeps.
    pub fee: Money,
    /// What the seller gets.
    pub share: Money,
}

impl FeeRate {
    /// # Errors
    /// [`InvalidValue`] when it is more than [`MAX_FEE_BPS`].
    pub fn from_bps(bps: u16) -> Result<Self, InvalidValue> {
        if bps <= MAX_FEE_BPS {
            Ok(Self(bps))
        } else {
            let max = i64::from(MAX_FEE_BPS);
            invalid("fee_bps", Why::OutOfRange { min: 0, max })
        }
    }

    #[must_use]
    pub const fn bps(self) -> u16 {
        self.0
    }

    /// Parts a price. The fee is rounded down to a whole minor unit: what cannot be parted is the seller's.
    #[must_use]
    pub fn split(self, price: Price) -> Split {
        let Money {
            amount_minor,
            currency,
        } = price.money();
        // At most 99,999,999 times 5,000: far from the end of an i64.
        let fee_minor = amount_minor * i64::from(self.0) / 10_000;
        let money = |amount_minor| Money {
            amount_minor,
            currency,
        };
        Split {
            fee: money(fee_minor),
            share: money(amount_minor - fee_minor),
        }
    }
}
