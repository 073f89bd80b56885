//! What a log holds in the end, read from its beginning, and whether that is what was acknowledged.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use picasso_eventlog::{EventLog, LogId, MAX_READ, Position, RecordedEvent};
use uuid::Uuid;

use super::{
    readers::Log,
    writers::{Tally, insist},
};

#[derive(Default)]
pub struct Truth {
    logs: Vec<Log>,
    /// Where each commit ends.
    commits: HashMap<Uuid, Position>,
    sequences: HashMap<String, u64>,
    faults: Vec<String>,
    /// The commit that is being read, with the number of its next event and of all.
    open: Option<(Uuid, u64, u64)>,
}

impl Truth {
    pub async fn read(log: &dyn EventLog) -> Self {
        let mut truth = Self::default();
        for id in (0..log.logs()).map(LogId) {
            truth.logs.push(Log::default());
            loop {
                let last = truth.logs[usize::from(id.0)].last;
                let page = insist(|| log.read(id, last, MAX_READ)).await;
                if page.is_empty() {
                    break;
                }
                page.iter().for_each(|event| truth.see(event));
            }
            if let Some((commit, next, of)) = truth.open.take() {
                truth.fault(format!("{commit} ends before event {next} of {of}"));
            }
        }
        truth
    }

    fn see(&mut self, event: &RecordedEvent) {
        let log = &mut self.logs[usize::from(event.log.0)];
        let expected = log.last.next();
        log.see(event);
        let position = Position::new(event.log, event.offset);
        if event.offset != expected {
            self.fault(format!("a hole before {position}"));
        }
        let last = self
            .sequences
            .insert(event.aggregate_id.clone(), event.sequence);
        if event.sequence != last.unwrap_or_default() + 1 {
            self.fault(format!(
                "{position} has sequence {} after {last:?}",
                event.sequence
            ));
        }
        self.see_commit(event, position);
    }

    /// The events of a commit lie side by side, from the first to the last, once.
    fn see_commit(&mut self, event: &RecordedEvent, position: Position) {
        let payload = event.payload.get();
        let (commit, number, of): (Uuid, u64, u64) =
            serde_json::from_str(payload).expect("a payload of ours");
        if self.open.take().unwrap_or((commit, 1, of)) != (commit, number, of) {
            self.fault(format!(
                "{position} is event {number} of {commit}, which was not due"
            ));
        }
        if number < of {
            self.open = Some((commit, number + 1, of));
        } else if self.commits.insert(commit, position).is_some() {
            self.fault(format!("{commit} is there twice"));
        }
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// What each log holds, as a reader should have seen it.
    pub fn seen(&self) -> Vec<Log> {
        self.logs.clone()
    }

    pub fn events(&self) -> u64 {
        self.logs.iter().map(|log| log.events).sum()
    }

    /// What is wrong with it, by itself and by what writers were told.
    pub fn faults(&self, tally: &Tally) -> Vec<String> {
        let mut faults = self.faults.clone();
        for (commit, position) in &tally.recorded {
            let found = self.commits.get(commit);
            if found != Some(position) {
                faults.push(format!(
                    "{commit} was acknowledged at {position}, found at {found:?}"
                ));
            }
        }
        let refused: HashSet<_> = tally.refused.iter().collect();
        let there = refused
            .iter()
            .filter(|commit| self.commits.contains_key(commit));
        faults.extend(there.map(|commit| format!("{commit} was refused and is there")));
        faults.truncate(20);
        faults
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (events, commits) = (self.events(), self.commits.len());
        write!(f, "{events} events in {commits} commits")
    }
}
