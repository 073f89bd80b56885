//! One aggregate as it is or was: its events folded by the domain's own `evolve`.

use std::collections::VecDeque;

use picasso_domain::{Account, Aggregate, HandleClaim, Picture, Purchase, Reaction};
use picasso_eventlog::{EventLog, LogError, MAX_READ, RecordedEvent};

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
    match message.aggregate_type.as_str() {
        Account::TYPE => fold::<Account>(log, message).await,
        HandleClaim::TYPE => fold::<HandleClaim>(log, message).await,
        Picture::TYPE => fold::<Picture>(log, message).await,
        Purchase::TYPE => fold::<Purchase>(log, message).await,
        Reaction::TYPE => fold::<Reaction>(log, message).await,
        _ => Err(Refusal::new(Reason::UnknownAggregateType)),
    }
}

async fn fold<A: Aggregate>(
    log: &dyn EventLog,
    message: GetAggregateRequest,
) -> Result<GetAggregateResponse, Refusal> {
    let until = message.at_sequence.unwrap_or(u64::MAX);
    let (mut state, mut sequence, mut latest) = (A::default(), 0, VecDeque::new());
    'pages: loop {
        let page = log
            .load(A::TYPE, &message.aggregate_id, sequence, MAX_READ)
            .await?;
        let last_page = page.len() < MAX_READ;
        for event in page {
            if event.sequence > until {
                break 'pages;
            }
            sequence = event.sequence;
            state.evolve(&read::<A>(&event)?);
            if latest.len() == MAX_EVENTS {
                latest.pop_front();
            }
            latest.push_back(show(&event));
        }
        if last_page {
            break;
        }
    }
    if sequence == 0 {
        return Err(Refusal::new(Reason::AggregateNotFound));
    }
    Ok(GetAggregateResponse {
        aggregate_type: A::TYPE.to_owned(),
        aggregate_id: message.aggregate_id,
        sequence,
        state_json: serde_json::to_string(&state).map_err(|error| Refusal::internal(&error))?,
        events: latest.into(),
    })
}

fn read<A: Aggregate>(event: &RecordedEvent) -> Result<A::Event, LogError> {
    serde_json::from_str(event.payload.get()).map_err(|error| {
        let (name, position) = (&event.event_type, event.position());
        LogError::Corrupt(format!("{name} at {position} cannot be read: {error}"))
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
