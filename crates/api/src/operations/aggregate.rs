//! One aggregate as it is or was: its events folded by the domain's own `evolve`.

use picasso_domain::DecodeError;
use picasso_eventlog::{
    EventLog, RecordedEvent,
    history::{history, state},
};

use crate::{
    convert::{position, timestamp},
    proto::operations::v1::{AggregateEvent, GetAggregateRequest, GetAggregateResponse},
    status::{Reason, Refusal},
};

/// How many of the latest events are told.
const MAX_EVENTS: usize = 1_000;
/// The longest aggregate id: a purchase's, of a picture, a person and a number.
const MAX_ID_CHARS: usize = 400;

pub(super) async fn find(
    log: &dyn EventLog,
    message: GetAggregateRequest,
) -> Result<GetAggregateResponse, Refusal> {
    if message.aggregate_id.len() > MAX_ID_CHARS {
        return Err(Refusal::invalid("aggregate_id", "TOO_LONG", "is too long"));
    }
    let (kind, id) = (&message.aggregate_type, &message.aggregate_id);
    let until = message.at_sequence.unwrap_or(u64::MAX);
    let events = history(log, kind, id, until).await?;
    let state = state(kind, &events).map_err(|error| match error {
        DecodeError::UnknownAggregate(_) => Refusal::new(Reason::UnknownAggregateType),
        error => Refusal::internal(&error),
    })?;
    let last = events.last();
    let last = last.ok_or_else(|| Refusal::new(Reason::AggregateNotFound))?;
    let latest = events.len().saturating_sub(MAX_EVENTS);
    Ok(GetAggregateResponse {
        sequence: last.sequence,
        state_json: state.to_string(),
        events: events[latest..].iter().map(show).collect(),
        aggregate_type: message.aggregate_type,
        aggregate_id: message.aggregate_id,
    })
}

fn show(event: &RecordedEvent) -> AggregateEvent {
    AggregateEvent {
        sequence: event.sequence,
        position: Some(position(event.position())),
        event_type: event.event_type.clone(),
        payload_json: event.payload.get().to_owned(),
        actor: event.metadata.actor.clone(),
        recorded_at: timestamp(event.recorded_at),
    }
}
