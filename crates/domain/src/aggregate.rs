//! The shape every aggregate has: decide what happens, then record what happened.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

/// A consistency boundary: its events alone decide what it may do next.
pub trait Aggregate: Default + Serialize + DeserializeOwned + Send + Sync {
    /// The aggregate's name in stored events, for example `picture`. Never changes once released.
    const TYPE: &'static str;
    type Command: Send;
    type Event: EventData;
    type Error: std::error::Error + PartialEq + Send + Sync + 'static;

    /// Decides what happens; changes nothing. Deciding the same thing twice yields no events the second time.
    ///
    /// # Errors
    /// The broken rule, when the command may not happen.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// Records what happened; refuses nothing.
    fn evolve(&mut self, event: &Self::Event);
}

/// What may be stored as an event: a past business fact with a stable name and a payload version.
pub trait EventData:
    Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync
{
    /// The stored name, for example `PicturePublished`; equal to the serde tag of the variant.
    fn name(&self) -> &'static str;
    /// The version of the payload's shape, from 1; raised together with an upcaster.
    fn version(&self) -> u16;
}
