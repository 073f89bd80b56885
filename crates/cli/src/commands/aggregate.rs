//! `picasso aggregate`: an aggregate's state, folded from its events here and now.

use picasso_domain::DecodeError;
use picasso_eventlog::{
    RecordedEvent,
    history::{history, state},
};
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
    let log = wiring::open_existing_log(&session.config).await?;
    let until = at.unwrap_or(u64::MAX);
    let events = history(log.as_ref(), &aggregate_type, &id, until).await?;
    let state = state(&aggregate_type, &events);
    let state = state.map_err(|error| unknown(&aggregate_type, error))?;
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

fn unknown(aggregate_type: &str, error: DecodeError) -> Failure {
    match error {
        DecodeError::UnknownAggregate(_) => {
            let message = format!("there is no aggregate type {aggregate_type}");
            let known = "one of account, handle, payout_account, picture, purchase, reaction";
            Failure::new(Code::NotFound, message).hint(known)
        }
        error => Failure::from_error(Code::Failed, &error),
    }
}
