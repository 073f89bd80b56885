//! Events as they are stored, out of the domain's golden files, to fill a log with.

use anyhow::{Context, Result};
use picasso_eventlog::{Commit, EventLog, LogId, Metadata, NewEvent, Position, StreamAppend};
use serde_json::value::RawValue;

pub const UPLOADED: &str =
    include_str!("../../crates/domain/testdata/events/PictureUploaded.v1.json");
pub const PUBLISHED: &str =
    include_str!("../../crates/domain/testdata/events/PicturePublished.v1.json");
pub const REGISTERED: &str =
    include_str!("../../crates/domain/testdata/events/AccountRegistered.v1.json");

/// Appends stored events, given as JSON, as a new aggregate.
pub async fn record(
    log: &dyn EventLog,
    aggregate_type: &str,
    aggregate_id: &str,
    payloads: &[&str],
) -> Result<Position> {
    let events: Result<Vec<_>> = payloads.iter().map(|payload| new_event(payload)).collect();
    let commit = Commit {
        log: LogId(0),
        streams: vec![StreamAppend {
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: aggregate_id.to_owned(),
            expected_sequence: 0,
            events: events?,
        }],
        metadata: Metadata {
            actor: "bench".to_owned(),
            ..Metadata::default()
        },
        request: None,
    };
    log.append(commit).await?;
    Ok(Position::new(LogId(0), log.head(LogId(0)).await?))
}

fn new_event(payload: &str) -> Result<NewEvent> {
    let value: serde_json::Value = serde_json::from_str(payload)?;
    let names = value.as_object().context("an event is an object")?;
    let name = names.keys().next().context("an event has a name")?;
    Ok(NewEvent {
        event_type: name.clone(),
        event_version: 1,
        payload: RawValue::from_string(value.to_string())?,
    })
}
