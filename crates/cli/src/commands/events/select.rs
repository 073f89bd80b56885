//! Which events are wanted.

use picasso_eventlog::{LogId, RecordedEvent};

use crate::{
    cli::EventFilter,
    exit::{Code, Failure},
};

/// A filter of the command line, ready to be asked.
pub struct Selection {
    filter: EventFilter,
}

impl Selection {
    pub fn new(filter: EventFilter) -> Self {
        Self { filter }
    }

    /// The logs to read: the one that was named, or all of them.
    pub fn logs(&self, count: u16) -> Result<Vec<LogId>, Failure> {
        match self.filter.log {
            Some(log) if log >= count => {
                let message = format!("there is no log {log}: this deployment has {count}");
                Err(Failure::new(Code::NotFound, message))
            }
            Some(log) => Ok(vec![LogId(log)]),
            None => Ok((0..count).map(LogId).collect()),
        }
    }

    pub fn takes(&self, event: &RecordedEvent) -> bool {
        let EventFilter {
            log: _,
            aggregate_types,
            event_types,
            id,
            correlation,
        } = &self.filter;
        let any_of = |wanted: &[String], found: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == found)
        };
        any_of(aggregate_types, &event.aggregate_type)
            && any_of(event_types, &event.event_type)
            && id.as_ref().is_none_or(|id| *id == event.aggregate_id)
            && correlation.is_none_or(|id| event.metadata.correlation_id == Some(id))
    }
}
