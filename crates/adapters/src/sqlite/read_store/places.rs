//! A document's places in the indexes, as they stand beside it: so that a write touches only those that change,
//! and so that the indexes of a generation can be built from its documents alone.

use std::collections::{BTreeMap, BTreeSet};

use picasso_projections::ports::DocumentWrite;

use super::{Failure, corrupt};

/// Index, then sort, then the prefixes: most places of a document share their sort, which is written once.
pub type Places<S> = BTreeMap<S, BTreeMap<S, BTreeSet<S>>>;

/// Index, prefix and sort.
pub type Place<'a> = (&'a str, &'a str, &'a str);

/// A deleted document stands nowhere.
pub fn of(write: &DocumentWrite) -> Places<&str> {
    let mut places = Places::new();
    let entries = write.entries.iter().filter(|_| write.body.is_some());
    for entry in entries {
        let index: &mut BTreeMap<_, _> = places.entry(entry.index).or_default();
        let sort: &mut BTreeSet<_> = index.entry(entry.sort.as_str()).or_default();
        sort.insert(entry.prefix.as_str());
    }
    places
}

pub fn parse(json: &str) -> Result<Places<String>, Failure> {
    serde_json::from_str(json).map_err(|error| corrupt("places", error))
}

/// Each place by itself.
pub fn each(places: &Places<String>) -> BTreeSet<Place<'_>> {
    let sorts = places.iter().flat_map(|(index, sorts)| {
        let sorts = sorts.iter();
        sorts.map(move |(sort, prefixes)| (index, sort, prefixes))
    });
    let places = sorts.flat_map(|(index, sort, prefixes)| {
        let prefixes = prefixes.iter();
        prefixes.map(move |prefix| (index.as_str(), prefix.as_str(), sort.as_str()))
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use picasso_projections::{IndexEntry, ports::Offsets};
    use serde_json::value::RawValue;

    use super::*;

    fn write(body: Option<&str>, entries: &[(&'static str, &str, &str)]) -> DocumentWrite {
        let entry = |(index, prefix, sort): &(&'static str, &str, &str)| IndexEntry {
            index,
            prefix: (*prefix).to_owned(),
            sort: (*sort).to_owned(),
        };
        DocumentWrite {
            key: "a".to_owned(),
            loaded_revision: 0,
            folded: Offsets::new(),
            body: body.map(|body| RawValue::from_string(body.to_owned()).expect("JSON")),
            entries: entries.iter().map(entry).collect(),
        }
    }

    #[test]
    fn places_come_back_as_they_were() {
        let entries = [
            ("newest", "", "7"),
            ("word", "\"sea\"", "7"),
            ("word", "é", "7"),
            ("word", "é", "8"),
        ];
        let json = serde_json::to_string(&of(&write(Some("1"), &entries))).expect("JSON");
        let places = parse(&json).expect("places");
        assert_eq!(each(&places), BTreeSet::from(entries));
    }

    #[test]
    fn a_deleted_document_stands_nowhere() {
        assert!(of(&write(None, &[("newest", "", "7")])).is_empty());
    }
}
