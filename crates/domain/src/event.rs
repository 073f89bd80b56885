//! Any event of the domain, as a reader of a whole log meets it: decoded once from its stored form.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    Aggregate, EventData,
    account::{Account, AccountEvent},
    handle::{HandleClaim, HandleEvent},
    payout_account::{PayoutAccount, PayoutAccountEvent},
    picture::{Picture, PictureEvent},
    purchase::{Purchase, PurchaseEvent},
    reaction::{Reaction, ReactionEvent},
};

/// One event of whichever aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DomainEvent {
    Account(AccountEvent),
    Handle(HandleEvent),
    PayoutAccount(PayoutAccountEvent),
    Picture(PictureEvent),
    Purchase(PurchaseEvent),
    Reaction(ReactionEvent),
}

/// Why a stored event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("aggregate type {0:?} is unknown to this version of picasso")]
    UnknownAggregate(String),
    #[error("{name} has payload version {found}, newer than this version of picasso reads")]
    NewerVersion { name: String, found: u16 },
    #[error("an event stored as {name} holds a {found}")]
    OtherEvent { name: String, found: &'static str },
    #[error("the payload of {name} does not have its shape")]
    Payload {
        name: String,
        source: serde_json::Error,
    },
}

impl DomainEvent {
    /// Reads a stored event: `payload` is the JSON text written by the aggregate's event enum.
    ///
    /// # Errors
    /// [`DecodeError`] when the type, the version or the payload is not known.
    pub fn decode(
        aggregate_type: &str,
        name: &str,
        version: u16,
        payload: &str,
    ) -> Result<Self, DecodeError> {
        let read = match aggregate_type {
            Account::TYPE => serde_json::from_str(payload).map(Self::Account),
            HandleClaim::TYPE => serde_json::from_str(payload).map(Self::Handle),
            PayoutAccount::TYPE => serde_json::from_str(payload).map(Self::PayoutAccount),
            Picture::TYPE => serde_json::from_str(payload).map(Self::Picture),
            Purchase::TYPE => serde_json::from_str(payload).map(Self::Purchase),
            Reaction::TYPE => serde_json::from_str(payload).map(Self::Reaction),
            other => return Err(DecodeError::UnknownAggregate(other.to_owned())),
        };
        let event = read.map_err(|source| DecodeError::Payload {
            name: name.to_owned(),
            source,
        })?;
        if name != event.name() {
            return Err(DecodeError::OtherEvent {
                name: name.to_owned(),
                found: event.name(),
            });
        }
        if version > event.version() {
            return Err(DecodeError::NewerVersion {
                name: name.to_owned(),
                found: version,
            });
        }
        Ok(event)
    }

    /// The stored name, for example `PicturePublished`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Account(event) => event.name(),
            Self::Handle(event) => event.name(),
            Self::PayoutAccount(event) => event.name(),
            Self::Picture(event) => event.name(),
            Self::Purchase(event) => event.name(),
            Self::Reaction(event) => event.name(),
        }
    }

    /// The payload version this build writes.
    #[must_use]
    pub fn version(&self) -> u16 {
        match self {
            Self::Account(event) => event.version(),
            Self::Handle(event) => event.version(),
            Self::PayoutAccount(event) => event.version(),
            Self::Picture(event) => event.version(),
            Self::Purchase(event) => event.version(),
            Self::Reaction(event) => event.version(),
        }
    }
}
