//! Amounts for people to read. Which currencies have no minor unit, or three digits of it, is Stripe's
//! list: <https://docs.stripe.com/currencies#zero-decimal>.

/// `amount` in minor units of the lowercase ISO 4217 `currency`, for example `12.50 EUR`.
pub(crate) fn display(amount: i64, currency: &str) -> String {
    let digits = minor_digits(currency);
    let unit = 10_i64.pow(digits);
    let name = currency.to_uppercase();
    match digits {
        0 => format!("{amount} {name}"),
        _ => format!(
            "{}.{:0width$} {name}",
            amount / unit,
            amount % unit,
            width = digits as usize
        ),
    }
}

fn minor_digits(currency: &str) -> u32 {
    match currency {
        "bif" | "clp" | "djf" | "gnf" | "jpy" | "kmf" | "krw" | "mga" | "pyg" | "rwf" | "ugx"
        | "vnd" | "vuv" | "xaf" | "xof" | "xpf" => 0,
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::display;

    #[test]
    fn each_currency_shows_its_own_minor_digits() {
        assert_eq!(display(1205, "eur"), "12.05 EUR");
        assert_eq!(display(1205, "jpy"), "1205 JPY");
        assert_eq!(display(1205, "kwd"), "1.205 KWD");
    }
}
