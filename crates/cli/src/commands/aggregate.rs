//! `picasso aggregate`: an aggregate's state, folded from its events here and now.

use picasso_domain::{Account, Aggregate, HandleClaim, Picture, Purchase, Reaction};
use picasso_eventlog::{EventLog, MAX_READ, RecordedEvent};
use serde::Serialize;
use serde_json::Value;

use super::Session;
use crate::{
    cli::AggregateCommand,
    exit::{Code, Failure},
    wiring,
};

#[derive(Serialize)]
struct Shown<'a> {
    aggregate_type: &'a str,
    id: &'a str,
    version: u64,
    state: Value,
    events: &'a [RecordedEvent],
}

pub async fn run(mut session: Session, command: AggregateCommand) -> Result<(), Failure> {
    let AggregateCommand::Show {
        aggregate_type,
        id,
        at,
    } = command;
    let log = wiring::open_existing_log(&session.config)?;
    let events = history(log.as_ref(), &aggregate_type, &id, at).await?;
    let state = fold(&aggregate_type, &events)?;
    let Some(last) = events.last() else {
        let message = format!("there is no {aggregate_type} {id}");
        return Err(Failure::new(Code::NotFound, message));
    };
    let shown = Shown {
        aggregate_type: &aggregate_type,
        id: &id,
        version: last.sequence,
        state,
        events: &events,
    };
    if session.output.json() {
        session.output.json_line(&shown)?;
        return Ok(());
    }
    let state = serde_json::to_string_pretty(&shown.state)
        .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    let title = format!("{aggregate_type} {id}, version {}", shown.version);
    session.output.line(title)?;
    session.output.line(state)?;
    for event in &events {
        session.output.line(super::events::one_line(event))?;
    }
    Ok(())
}

async fn history(
    log: &dyn EventLog,
    aggregate_type: &str,
    id: &str,
    at: Option<u64>,
) -> Result<Vec<RecordedEvent>, Failure> {
    let last = at.unwrap_or(u64::MAX);
    let mut events: Vec<RecordedEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.sequence);
        let page = log.load(aggregate_type, id, after, MAX_READ).await?;
        let is_last = page.len() < MAX_READ;
        events.extend(page.into_iter().filter(|event| event.sequence <= last));
        if is_last || events.last().is_some_and(|event| event.sequence == last) {
            return Ok(events);
        }
    }
}

fn fold(aggregate_type: &str, events: &[RecordedEvent]) -> Result<Value, Failure> {
    match aggregate_type {
        Account::TYPE => state::<Account>(events),
        HandleClaim::TYPE => state::<HandleClaim>(events),
        Picture::TYPE => state::<Picture>(events),
        Purchase::TYPE => state::<Purchase>(events),
        Reaction::TYPE => state::<Reaction>(events),
        other => {
            let known = "account, handle, picture, purchase, reaction";
            let message = format!("there is no aggregate type {other}");
            Err(Failure::new(Code::NotFound, message).hint(format!("one of {known}")))
        }
    }
}

fn state<A: Aggregate>(events: &[RecordedEvent]) -> Result<Value, Failure> {
    let mut aggregate = A::default();
    for event in events {
        aggregate.evolve(&serde_json::from_str(event.payload.get())?);
    }
    Ok(serde_json::to_value(aggregate)?)
}
