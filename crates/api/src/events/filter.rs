//! Which events a replay hands out.

use std::collections::HashSet;

use picasso_eventlog::RecordedEvent;

use crate::{proto::events::v1::ReplayEventsRequest, status::Refusal};

/// The most names one filter holds, and the longest of them.
const MAX_NAMES: usize = 100;
const MAX_NAME_CHARS: usize = 400;

/// Everything that is named has to hold; an empty set names nothing.
pub(super) struct Filter {
    aggregate_types: HashSet<String>,
    event_types: HashSet<String>,
    aggregate_id: Option<String>,
}

impl Filter {
    pub fn parse(message: ReplayEventsRequest) -> Result<Self, Refusal> {
        let id = message.aggregate_id;
        if id.as_ref().is_some_and(|id| id.len() > MAX_NAME_CHARS) {
            return Err(Refusal::invalid("aggregate_id", "TOO_LONG", "is too long"));
        }
        Ok(Self {
            aggregate_types: names("aggregate_types", message.aggregate_types)?,
            event_types: names("event_types", message.event_types)?,
            aggregate_id: id,
        })
    }

    pub fn wants(&self, event: &RecordedEvent) -> bool {
        let named = |names: &HashSet<String>, name| names.is_empty() || names.contains(name);
        named(&self.aggregate_types, &event.aggregate_type)
            && named(&self.event_types, &event.event_type)
            && self
                .aggregate_id
                .as_ref()
                .is_none_or(|id| *id == event.aggregate_id)
    }
}

fn names(field: &'static str, names: Vec<String>) -> Result<HashSet<String>, Refusal> {
    if names.len() > MAX_NAMES || names.iter().any(|name| name.len() > MAX_NAME_CHARS) {
        let what = format!("has more than {MAX_NAMES} entries, or one that is too long");
        return Err(Refusal::invalid(field, "TOO_MANY", &what));
    }
    Ok(names.into_iter().collect())
}
