//! How places are written as keys that every server orders alike.

use picasso_projections::{IndexEntry, ports::Offsets};
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

/// Texts of the characters that have a meaning inside, and some that have none.
fn text() -> impl Strategy<Value = String> {
    let c = prop::sample::select(vec![
        '\0', END, BEHIND_END, '\u{3}', '\u{4}', '0', 'a', 'é', '🖼',
    ]);
    prop::collection::vec(c, 0..4).prop_map(|chars| chars.into_iter().collect())
}

fn id(prefix: &str, sort: &str, key: &str, revision: i64) -> String {
    format!("{}{revision}", parts([prefix, sort, key]))
}

fn write(body: Option<&str>, entries: &[(&'static str, &str, &str)]) -> DocumentWrite {
    let entry = |(index, prefix, sort): &(&'static str, &str, &str)| IndexEntry {
        index,
        prefix: (*prefix).to_owned(),
        sort: (*sort).to_owned(),
    };
    DocumentWrite {
        key: "k".to_owned(),
        loaded_revision: 0,
        folded: Offsets::new(),
        body: body.map(|body| RawValue::from_string(body.to_owned()).expect("JSON")),
        entries: entries.iter().map(entry).collect(),
    }
}

proptest! {
    #[test]
    fn ids_are_ordered_as_what_they_say(
        a in (text(), text(), text()), b in (text(), text(), text()),
    ) {
        let id = |(prefix, sort, key): &(String, String, String)| parts([prefix.as_str(), sort, key]);
        prop_assert_eq!(id(&a).cmp(&id(&b)), a.cmp(&b));
    }

    #[test]
    fn an_id_says_what_it_was_made_of(prefix in text(), sort in text(), key in text(), revision in 1_i64..) {
        let place = Place { id: id(&prefix, &sort, &key, revision) };
        prop_assert!(!place.id.contains('\0'));
        let parts = place.parts().expect("parts");
        prop_assert_eq!(parts, Parts { sort, key, revision });
    }

    #[test]
    fn bounds_hold_a_prefix_and_what_is_behind_the_cursor(
        prefix in text(), cursor in (text(), text()), other in text(), place in (text(), text()),
        revision in 1_i64..,
    ) {
        let (sort, key) = cursor.clone();
        let after = Cursor { sort, key };
        for order in [Order::Ascending, Order::Descending] {
            let within = |prefix_of: &str, after| {
                let (low, high) = bounds(&prefix, order, after);
                let id = id(prefix_of, &place.0, &place.1, revision);
                low < id && id < high
            };
            let is_behind = match order {
                Order::Ascending => place > cursor,
                Order::Descending => place < cursor,
            };
            prop_assert_eq!(within(&other, None), other == prefix);
            prop_assert_eq!(within(&prefix, Some(&after)), is_behind);
        }
    }
}

#[test]
fn a_document_that_stays_keeps_its_place_and_the_rest_is_replaced() {
    let first = change(
        Places::new(),
        &write(Some("1"), &[("tag", "sea", "7"), ("tag", "sky", "7")]),
        1,
    );
    assert_eq!(first.added, first.places);
    assert!(first.removed.values().all(Vec::is_empty));
    let again = write(Some("2"), &[("tag", "sky", "7"), ("tag", "sun", "7")]);
    let second = change(first.places, &again, 2);
    assert_eq!(second.removed["tag"], [id("sea", "7", "k", 1)]);
    assert_eq!(second.added["tag"], [id("sun", "7", "k", 2)]);
    let kept = [id("sky", "7", "k", 1), id("sun", "7", "k", 2)];
    assert_eq!(second.places["tag"], kept);
}

#[test]
fn a_deleted_document_stands_nowhere() {
    let former = change(Places::new(), &write(Some("1"), &[("newest", "", "7")]), 1);
    let deleted = change(former.places, &write(None, &[("newest", "", "7")]), 2);
    assert!(deleted.places.is_empty() && deleted.added.is_empty());
    assert_eq!(deleted.removed["newest"], [id("", "7", "k", 1)]);
}
