//! The fold of sales: a ledger that grows by documents, figures that never mix currencies.

use super::*;
use crate::samples::*;

mod days;

survives_any_history!(Sales);

fn totals(history: &[Recorded]) -> BTreeMap<Currency, Figures> {
    match fold(&Sales, &totals_key(&user("ann")), history).unwrap() {
        SalesDocument::Totals(totals) => totals,
        other => panic!("expected totals, found {other:?}"),
    }
}

fn sale(attempt: u32, history: &[Recorded]) -> LedgerEntry {
    let key = sale_key(&purchase_id(attempt).to_string());
    match fold(&Sales, &key, history).unwrap() {
        SalesDocument::Sale(sale) => sale,
        other => panic!("expected a sale, found {other:?}"),
    }
}

#[test]
fn each_sale_is_a_line_of_its_own() {
    let history = [granted(1, 1), granted_at(2, 2, eur(500))];
    assert_eq!(sale(1, &history).price, eur(1_900));
    assert_eq!(sale(2, &history).price, eur(500));
    assert_eq!(sale(2, &history).sold_at, at(2));
}

#[test]
fn a_refunded_sale_stays_in_the_ledger_and_says_so() {
    let history = [granted(1, 1), revoked(2, 1)];
    assert_eq!(sale(1, &history).revoked_at, Some(at(2)));
    let figures = totals(&history)[&Currency::Eur];
    let expected = Figures {
        gross_minor: 1_900,
        refunded_minor: 1_900,
        sales: 1,
        refunds: 1,
    };
    assert_eq!(figures, expected);
}

#[test]
fn currencies_are_never_added() {
    let yen = Price::parse(1_900, "JPY").unwrap();
    let totals = totals(&[granted(1, 1), granted_at(2, 2, yen), granted(3, 3)]);
    assert_eq!(totals[&Currency::Eur].gross_minor, 3_800);
    assert_eq!(totals[&Currency::Jpy].gross_minor, 1_900);
}

#[test]
fn only_sales_stand_in_the_ledgers_index() {
    let history = [granted(1, 1)];
    let line = SalesDocument::Sale(sale(1, &history));
    assert_eq!(
        Sales.index("", &line),
        [entry(SELLER, "ann", sortable(at(1)))]
    );
    assert!(
        Sales
            .index("", &SalesDocument::Totals(totals(&history)))
            .is_empty()
    );
}

#[test]
fn a_person_called_like_a_purchase_has_a_place_of_their_own() {
    let strange = user(&purchase_id(1).to_string());
    assert_ne!(totals_key(&strange), sale_key(strange.as_str()));
}

#[test]
fn a_total_too_large_is_refused_and_not_wrapped() {
    let full = Figures {
        gross_minor: i64::MAX - 1,
        ..Figures::default()
    };
    let mut document = SalesDocument::Totals([(Currency::Eur, full)].into());
    let key = totals_key(&user("ann"));
    assert!(Sales.fold(&key, &mut document, &granted(1, 1)).is_err());
    assert_eq!(
        document,
        SalesDocument::Totals([(Currency::Eur, full)].into())
    );
}
