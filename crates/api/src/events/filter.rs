//! Which events a replay hands out.

use std::collections::HashSet;

use picasso_eventlog::RecordedEvent;
use uuid::Uuid;

use crate::{proto::events::v1::ReplayEventsRequest, status::Refusal};

/// The most names one filter holds, and the longest of them.
const MAX_NAMES: usize = 100;
const MAX_NAME_CHARS: usize = 400;

/// Everything that is named has to hold; an empty set names nothing.
pub(super) struct Filter {
    aggregate_types: HashSet<String>,
    event_types: HashSet<String>,
    aggregate_id: Option<String>,
    correlation_id: Option<Uuid>,
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
            correlation_id: message.correlation_id.as_deref().map(uuid).transpose()?,
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
            && self
                .correlation_id
                .is_none_or(|id| event.metadata.correlation_id == Some(id))
    }
}

fn uuid(raw: &str) -> Result<Uuid, Refusal> {
    let wrong = |_| Refusal::invalid("correlation_id", "MALFORMED", "is not a UUID");
    Uuid::try_parse(raw).map_err(wrong)
}

fn names(field: &'static str, names: Vec<String>) -> Result<HashSet<String>, Refusal> {
    if names.len() > MAX_NAMES || names.iter().any(|name| name.len() > MAX_NAME_CHARS) {
        let what = format!("has more than {MAX_NAMES} entries, or one that is too long");
        return Err(Refusal::invalid(field, "TOO_MANY", &what));
    }
    Ok(names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use picasso_eventlog::{LogId, Metadata, Offset};

    use super::*;

    fn event(correlation_id: Option<Uuid>) -> RecordedEvent {
        RecordedEvent {
            log: LogId(0),
            offset: Offset(1),
            aggregate_type: "picture".to_owned(),
            aggregate_id: "p1".to_owned(),
            sequence: 1,
            event_type: "PicturePublished".to_owned(),
            event_version: 1,
            payload: serde_json::value::to_raw_value(&()).unwrap(),
            metadata: Metadata {
                correlation_id,
                ..Metadata::default()
            },
            recorded_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn filter(message: ReplayEventsRequest) -> Filter {
        Filter::parse(message).unwrap()
    }

    #[test]
    fn what_followed_from_one_request_is_told_from_everything_else() {
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        let filter = filter(ReplayEventsRequest {
            correlation_id: Some(one.to_string()),
            ..ReplayEventsRequest::default()
        });
        assert!(filter.wants(&event(Some(one))));
        assert!(!filter.wants(&event(Some(other))));
        assert!(!filter.wants(&event(None)));
    }

    #[test]
    fn everything_that_is_named_has_to_hold() {
        let wants = |aggregate: &str, event_type: &str, id: &str| {
            let message = ReplayEventsRequest {
                aggregate_types: vec![aggregate.to_owned()],
                event_types: vec![event_type.to_owned()],
                aggregate_id: Some(id.to_owned()),
                ..ReplayEventsRequest::default()
            };
            filter(message).wants(&event(None))
        };
        assert!(wants("picture", "PicturePublished", "p1"));
        assert!(!wants("purchase", "PicturePublished", "p1"));
        assert!(!wants("picture", "PictureUploaded", "p1"));
        assert!(!wants("picture", "PicturePublished", "p2"));
        assert!(filter(ReplayEventsRequest::default()).wants(&event(None)));
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        let message = ReplayEventsRequest {
            correlation_id: Some("yesterday".to_owned()),
            ..ReplayEventsRequest::default()
        };
        assert!(Filter::parse(message).is_err());
    }
}
