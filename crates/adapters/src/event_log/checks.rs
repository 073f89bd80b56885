//! Refuses commits that no log may take, and pages that no sound log gives.

use std::collections::HashSet;

use picasso_eventlog::{
    AppendError, Commit, LogError, MAX_COMMIT_BYTES, MAX_COMMIT_EVENTS, Offset, RecordedEvent,
    route,
};

/// What is said of a commit without looking into the log.
pub(crate) fn expect_acceptable(commit: &Commit, logs: u16) -> Result<(), AppendError> {
    if commit.event_count() > MAX_COMMIT_EVENTS || commit.payload_bytes() > MAX_COMMIT_BYTES {
        return Err(AppendError::TooLarge);
    }
    Ok(expect_well_formed(commit, logs)?)
}

/// What could never be loaded again, or not be told apart, is a bug of the caller.
fn expect_well_formed(commit: &Commit, logs: u16) -> Result<(), LogError> {
    let log = commit.log;
    if log.0 >= logs {
        return Err(LogError::Corrupt(format!("there is no log {log}")));
    }
    let mut seen = HashSet::new();
    for stream in &commit.streams {
        let (kind, id) = (&stream.aggregate_type, &stream.aggregate_id);
        let home = route(id, logs);
        if home != log {
            let found = format!("{id} lives in log {home}, its commit names log {log}");
            return Err(LogError::Corrupt(found));
        }
        if !seen.insert((kind, id)) {
            let found = format!("{kind} {id} is named twice in one commit");
            return Err(LogError::Corrupt(found));
        }
    }
    Ok(())
}

/// A hole within what one transaction reads means rows were removed.
pub(crate) fn expect_contiguous(after: Offset, events: &[RecordedEvent]) -> Result<(), LogError> {
    let mut last = after;
    for event in events {
        if event.offset != last.next() {
            let (missing, log) = (last.next(), event.log);
            let found = format!("offset {missing} of log {log} is missing");
            return Err(LogError::Corrupt(found));
        }
        last = event.offset;
    }
    Ok(())
}
