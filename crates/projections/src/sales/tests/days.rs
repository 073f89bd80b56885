//! Sales by day: which day a sale is of, and that the days add up to what the double-entry ledger says.

use std::sync::Arc;

use picasso_domain::{purchase::RevocationCause, values::FeeRate};
use proptest::prelude::*;

use super::*;
use crate::ledger::{Account, Ledger, LedgerDocument};

/// 2027-01-15, the day on which the samples begin, at midnight.
const MIDNIGHT_S: i64 = 1_799_971_200;

fn at_second(second: i64) -> Timestamp {
    Timestamp::from_second(MIDNIGHT_S + second).unwrap()
}

/// The same event at another time.
fn moved(event: Recorded, at: Timestamp) -> Recorded {
    let mut moved = event.event.as_ref().clone();
    moved.recorded_at = at;
    Recorded::decode(Arc::new(moved)).unwrap()
}

fn day(at: Timestamp, history: &[Recorded]) -> Day {
    match fold(&Sales, &day_key(day_of(at), &user("ann")), history).unwrap() {
        SalesDocument::Day(day) => day,
        other => panic!("expected a day, found {other:?}"),
    }
}

#[test]
fn a_day_begins_at_midnight_utc() {
    assert_eq!(day_of(at_second(0)).to_string(), "2027-01-15");
    assert_eq!(day_of(at_second(-1)).to_string(), "2027-01-14");
    assert_eq!(day_of(at_second(86_399)).to_string(), "2027-01-15");
    let late = moved(granted(1, 1), at_second(-1));
    let early = moved(granted(2, 2), at_second(0));
    let history = [late, early];
    assert_eq!(
        day(at_second(-1), &history).figures[&Currency::Eur].sales,
        1
    );
    assert_eq!(day(at_second(0), &history).figures[&Currency::Eur].sales, 1);
}

#[test]
fn a_sale_counts_on_its_day_and_its_refund_on_another() {
    let history = [
        moved(granted(1, 1), at_second(0)),
        moved(granted_at(2, 2, eur(500)), at_second(1)),
        moved(revoked(3, 1), at_second(90_000)),
    ];
    let sold = DayFigures {
        sales: 2,
        gross_minor: 2_400,
        fees_minor: 240,
        ..DayFigures::default()
    };
    let taken_back = DayFigures {
        refunds: 1,
        refunded_minor: 1_900,
        fees_refunded_minor: 190,
        ..DayFigures::default()
    };
    let (first, second) = (
        day(at_second(0), &history),
        day(at_second(90_000), &history),
    );
    assert_eq!(first.figures[&Currency::Eur], sold);
    assert_eq!(second.figures[&Currency::Eur], taken_back);
    assert_eq!(first.pictures[&picture_id()].sales, 2);
    assert!(second.pictures.is_empty(), "a refund is no sale");
}

#[test]
fn a_day_too_large_is_refused_whole() {
    let full = DayFigures {
        gross_minor: i64::MAX - 1,
        ..DayFigures::default()
    };
    let full = Day {
        figures: [(Currency::Eur, full)].into(),
        ..Day::default()
    };
    let mut document = SalesDocument::Day(full);
    let before = document.clone();
    let key = day_key(day_of(at(1)), &user("ann"));
    assert!(Sales.fold(&key, &mut document, &granted(1, 1)).is_err());
    assert_eq!(document, before);
}

/// A sale of one of two sellers, and after how long it is taken back, if it is.
#[derive(Debug, Clone)]
struct AnySale {
    seller: &'static str,
    price: Price,
    fee_bps: u16,
    second: i64,
    revoked_after: Option<i64>,
}

fn any_sale() -> impl Strategy<Value = AnySale> {
    let price = (
        1..90_000_i64,
        prop::sample::select(vec!["EUR", "USD", "JPY"]),
    );
    let price = price.prop_map(|(amount, currency)| Price::parse(amount + 99, currency).unwrap());
    let seller = prop::sample::select(vec!["ann", "cleo"]);
    let span = 4 * 86_400_i64;
    let revoked = prop::option::of(0..span);
    (seller, price, 0..5_000_u16, 0..span, revoked).prop_map(
        |(seller, price, fee_bps, second, revoked_after)| AnySale {
            seller,
            price,
            fee_bps,
            second,
            revoked_after,
        },
    )
}

/// What the sale leaves in the log.
fn events(attempt: u32, sale: &AnySale) -> Vec<Recorded> {
    let terms = Box::new(Terms {
        seller: user(sale.seller),
        fee_rate: FeeRate::from_bps(sale.fee_bps).unwrap(),
        ..terms_at(sale.price)
    });
    let offset = u64::from(attempt) * 2;
    let sold = PurchaseEvent::PurchaseGranted {
        payment_id: payment_id("pi_1"),
        terms: terms.clone(),
        payable_at: at(600),
    };
    let sold = moved(purchase(offset, attempt, sold), at_second(sale.second));
    let revoked = sale.revoked_after.map(|after| {
        let event = PurchaseEvent::PurchaseRevoked {
            terms,
            cause: RevocationCause::Refund,
            released: false,
            held: false,
        };
        let at = at_second(sale.second + after);
        moved(purchase(offset + 1, attempt, event), at)
    });
    [sold].into_iter().chain(revoked).collect()
}

/// Amounts by day, account and currency; what comes to nothing is left out.
type Sums = BTreeMap<(String, Account, Currency), i64>;

fn put(sums: &mut Sums, day: &str, account: Account, currency: Currency, amount: i64) {
    *sums.entry((day.to_owned(), account, currency)).or_default() += amount;
}

/// As the double-entry ledger has posted them.
fn posted(history: &[Recorded]) -> Sums {
    let mut sums = Sums::new();
    for event in history {
        for key in Ledger.keys(event) {
            let mut document = LedgerDocument::default();
            Ledger.fold(&key, &mut document, event).unwrap();
            if let LedgerDocument::Entry(entry) = document {
                let day = day_of(entry.at).to_string();
                for posting in entry.postings {
                    let money = posting.amount;
                    put(
                        &mut sums,
                        &day,
                        posting.account,
                        money.currency,
                        money.amount_minor,
                    );
                }
            }
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// As the days of the sellers say: credits are negative, as in the ledger.
fn told(history: &[Recorded]) -> Sums {
    let mut sums = Sums::new();
    let keys = history.iter().flat_map(|event| Sales.keys(event));
    let keys: std::collections::BTreeSet<_> = keys.collect();
    for key in keys.iter().filter(|key| key.starts_with(DAY_PREFIX)) {
        let SalesDocument::Day(day) = fold(&Sales, key, history).unwrap() else {
            panic!("{key} is no day");
        };
        let (_, rest) = key.split_once('/').unwrap();
        let (date, seller) = rest.split_once('/').unwrap();
        for (currency, it) in day.figures {
            let paid = it.gross_minor - it.refunded_minor;
            let fees = it.fees_minor - it.fees_refunded_minor;
            put(&mut sums, date, Account::Buyers, currency, paid);
            put(&mut sums, date, Account::Fees, currency, -fees);
            let seller = Account::Seller(user(seller));
            put(&mut sums, date, seller, currency, fees - paid);
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

proptest! {
    #[test]
    fn the_days_of_all_sellers_are_the_double_entry_ledgers(
        sales in prop::collection::vec(any_sale(), 0..30),
    ) {
        let numbered = (1..).zip(&sales);
        let history: Vec<_> = numbered.flat_map(|(attempt, sale)| events(attempt, sale)).collect();
        prop_assert_eq!(told(&history), posted(&history));
        let sold = history.iter().filter(|event| event.data.name() == "PurchaseGranted");
        let mut counted = 0;
        for seller in ["ann", "cleo"] {
            let totals = match fold(&Sales, &totals_key(&user(seller)), &history).unwrap() {
                SalesDocument::Totals(totals) => totals,
                _ => BTreeMap::new(),
            };
            counted += totals.values().map(|figures| figures.sales).sum::<u64>();
        }
        prop_assert_eq!(counted, sold.count() as u64);
    }
}
