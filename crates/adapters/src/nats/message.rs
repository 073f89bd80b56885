//! A recorded event as a message, the form that analysts may subscribe to.
//!
//! The body is the event as JSON: `log`, `offset`, `aggregate_type`, `aggregate_id`, `sequence`, `event_type`,
//! `event_version`, `payload`, `metadata`, `recorded_at`. The header [`EPOCH`] names the log's history: epoch, log and
//! offset together are the event's id. An event too large for a message comes with `"payload": null` and the header
//! [`OMITTED`]; its payload is in the log.

use async_nats::{HeaderMap, jetstream::message::PublishMessage};
use bytes::Bytes;
use picasso_eventlog::{Epoch, LogError, LogId, RecordedEvent};
use serde_json::value::RawValue;

/// The history of the log that the event is in.
pub const EPOCH: &str = "Picasso-Epoch";
/// How many bytes the payload has that this message does not carry.
pub const OMITTED: &str = "Picasso-Payload-Omitted";
/// The largest body of a message, so that what a reader has buffered is bounded; a server may allow less.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// What the headers of a message take at most.
const HEADERS: usize = 512;

/// An event on its way to a stream.
pub(super) struct Encoded {
    pub(super) body: Bytes,
    omitted: Option<usize>,
}

impl Encoded {
    /// A body that a server takes whose largest message is `max_payload`.
    pub(super) fn new(event: &RecordedEvent, max_payload: usize) -> Result<Self, LogError> {
        let body = json(event)?;
        if body.len() <= MAX_BODY_BYTES.min(max_payload.saturating_sub(HEADERS)) {
            let omitted = None;
            return Ok(Self { body, omitted });
        }
        let mut stub = event.clone();
        stub.payload = RawValue::NULL.to_owned();
        Ok(Self {
            body: json(&stub)?,
            omitted: Some(event.payload.get().len()),
        })
    }

    /// The message that the stream takes only if it ends right before the event.
    pub(super) fn message(self, event: &RecordedEvent, epoch: &str) -> PublishMessage {
        let message = PublishMessage::build()
            .payload(self.body)
            .expected_last_sequence(event.offset.0 - 1)
            .header(EPOCH, epoch);
        match self.omitted {
            Some(bytes) => message.header(OMITTED, bytes.to_string().as_str()),
            None => message,
        }
    }
}

fn json(event: &RecordedEvent) -> Result<Bytes, LogError> {
    let body = serde_json::to_vec(event);
    let body = body.map_err(|error| LogError::Corrupt(error.to_string()))?;
    Ok(body.into())
}

/// Where an event is published.
pub(super) fn subject(prefix: &str, event: &RecordedEvent) -> String {
    let log = event.log;
    let (kind, name) = (token(&event.aggregate_type), token(&event.event_type));
    format!("{prefix}.{log}.{kind}.{name}")
}

/// A word as one token of a subject.
fn token(word: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let token: String = word
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    if token.is_empty() {
        "_".to_owned()
    } else {
        token
    }
}

/// A message as a reader takes it.
pub(super) enum Arrived {
    Event(Box<RecordedEvent>),
    /// The event is in the log, and not in this message.
    Omitted,
    /// No relay of this history wrote this.
    Wrong(String),
}

/// Reads the message that stands at `sequence` of the stream of `log`.
pub(super) fn arrived(
    headers: Option<&HeaderMap>,
    body: &[u8],
    (log, sequence, epoch): (LogId, u64, Epoch),
) -> Arrived {
    let found = headers.and_then(|headers| headers.get(EPOCH));
    if found.is_none_or(|found| found.as_str() != epoch.to_string()) {
        return Arrived::Wrong("its epoch is another".to_owned());
    }
    let event: RecordedEvent = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return Arrived::Wrong(error.to_string()),
    };
    if event.log != log || event.offset.0 != sequence {
        return Arrived::Wrong(format!("it is event {}", event.position()));
    }
    match headers.and_then(|headers| headers.get(OMITTED)) {
        Some(_) => Arrived::Omitted,
        None => Arrived::Event(Box::new(event)),
    }
}
