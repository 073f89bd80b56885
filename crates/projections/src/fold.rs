//! What the folds share: refusing an event that does not fit, bounded lists, sortable times.

use jiff::Timestamp;

use crate::{FoldError, IndexEntry, Recorded};

/// The most entries a history inside a document keeps.
pub(crate) const MAX_HISTORY: usize = 50;

/// An event that no decider could have recorded after what the document holds.
pub(crate) fn misfit(event: &Recorded, why: &str) -> FoldError {
    let (name, position) = (event.data.name(), event.event.position());
    let aggregate = &event.event.aggregate_id;
    FoldError {
        reason: format!("{name} of {aggregate} at {position} does not fit: {why}"),
    }
}

/// Keeps the first entry and the latest ones, so that a history shows how it began and how it stands. Says whether one
/// between them was let go.
pub(crate) fn push_bounded<T>(history: &mut Vec<T>, entry: T) -> bool {
    let is_full = history.len() >= MAX_HISTORY;
    if is_full {
        history.remove(1);
    }
    history.push(entry);
    is_full
}

/// A time as text that sorts like the time: microseconds since 1970 in 20 digits.
pub(crate) fn sortable(time: Timestamp) -> String {
    format!("{:020}", time.as_microsecond().max(0))
}

pub(crate) fn entry(
    index: &'static str,
    prefix: impl Into<String>,
    sort: impl Into<String>,
) -> IndexEntry {
    IndexEntry {
        index,
        prefix: prefix.into(),
        sort: sort.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_keeps_its_beginning_and_its_end() {
        let mut history = Vec::new();
        let let_go = (0..200).filter(|n| push_bounded(&mut history, *n)).count();
        assert_eq!((history.len(), let_go), (MAX_HISTORY, 200 - MAX_HISTORY));
        assert_eq!(history[0], 0);
        assert_eq!(history[1..], (151..200).collect::<Vec<_>>());
    }

    #[test]
    fn times_sort_as_text() {
        let times = [0, 9, 10, 1_700_000_000_000_000].map(|micros| {
            sortable(Timestamp::from_microsecond(micros).expect("within jiff's range"))
        });
        assert!(times.is_sorted());
    }
}
