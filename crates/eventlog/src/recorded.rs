//! An event as the log keeps it.

use jiff::Timestamp;
use picasso_domain::{DecodeError, DomainEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{LogId, Offset, Position};

/// Who and what caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// The person, or `system:<reactor>`.
    pub actor: String,
    /// The command's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// One id for everything that follows from one request of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The position of the event that a reactor answered with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// A W3C `traceparent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_context: Option<String>,
}

/// An event with everything the log knows of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedEvent {
    pub log: LogId,
    pub offset: Offset,
    pub aggregate_type: String,
    pub aggregate_id: String,
    /// Within its aggregate, from 1.
    pub sequence: u64,
    pub event_type: String,
    pub event_version: u16,
    /// The JSON text the aggregate's event enum wrote.
    pub payload: Box<RawValue>,
    pub metadata: Metadata,
    pub recorded_at: Timestamp,
}

impl RecordedEvent {
    #[must_use]
    pub fn position(&self) -> Position {
        Position::new(self.log, self.offset)
    }

    /// Reads the payload as an event of the domain.
    ///
    /// # Errors
    /// [`DecodeError`] when this build does not know the event.
    pub fn decode(&self) -> Result<DomainEvent, DecodeError> {
        DomainEvent::decode(
            &self.aggregate_type,
            &self.event_type,
            self.event_version,
            self.payload.get(),
        )
    }
}
