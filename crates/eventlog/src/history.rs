//! One aggregate as the log has it: its events, and the state they fold into.

use picasso_domain::{
    Account, Aggregate, DecodeError, HandleClaim, PayoutAccount, Picture, Purchase, Reaction,
};
use serde_json::Value;

use crate::{EventLog, LogError, MAX_READ, RecordedEvent};

/// All events of an aggregate up to a sequence, oldest first; none when there is no such aggregate.
///
/// # Errors
/// [`LogError`].
pub async fn history(
    log: &dyn EventLog,
    aggregate_type: &str,
    id: &str,
    until: u64,
) -> Result<Vec<RecordedEvent>, LogError> {
    let mut events: Vec<RecordedEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.sequence);
        let page = log.load(aggregate_type, id, after, MAX_READ).await?;
        let is_last = page.len() < MAX_READ || page.last().is_some_and(|e| e.sequence >= until);
        events.extend(page.into_iter().filter(|event| event.sequence <= until));
        if is_last {
            return Ok(events);
        }
    }
}

/// The state of an aggregate as JSON, folded from its events by the domain's own `evolve`.
///
/// # Errors
/// [`DecodeError`] when the type is not known or an event cannot be read.
pub fn state(aggregate_type: &str, events: &[RecordedEvent]) -> Result<Value, DecodeError> {
    match aggregate_type {
        Account::TYPE => fold::<Account>(events),
        HandleClaim::TYPE => fold::<HandleClaim>(events),
        PayoutAccount::TYPE => fold::<PayoutAccount>(events),
        Picture::TYPE => fold::<Picture>(events),
        Purchase::TYPE => fold::<Purchase>(events),
        Reaction::TYPE => fold::<Reaction>(events),
        other => Err(DecodeError::UnknownAggregate(other.to_owned())),
    }
}

fn fold<A: Aggregate>(events: &[RecordedEvent]) -> Result<Value, DecodeError> {
    let mut state = A::default();
    for event in events {
        let payload = serde_json::from_str(event.payload.get());
        state.evolve(&payload.map_err(|source| unreadable(&event.event_type, source))?);
    }
    serde_json::to_value(&state).map_err(|source| unreadable(A::TYPE, source))
}

fn unreadable(name: &str, source: serde_json::Error) -> DecodeError {
    DecodeError::Payload {
        name: name.to_owned(),
        source,
    }
}
