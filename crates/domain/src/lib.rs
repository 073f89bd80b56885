//! The rules of the marketplace: aggregates that decide, events they emit, values they are made of.
//!
//! Pure on purpose: no async, no I/O, no clock, no framework. Facts from outside (the time, another
//! aggregate's state, a price the buyer was shown) arrive inside commands; handlers put them there.

pub mod account;
mod aggregate;
pub mod event;
pub mod handle;
#[cfg(test)]
mod laws;
pub mod payout_account;
pub mod picture;
pub mod purchase;
pub mod reaction;
#[cfg(test)]
mod samples;
pub mod spec;
pub mod values;

pub use account::Account;
pub use aggregate::{Aggregate, EventData};
pub use event::{DecodeError, DomainEvent};
pub use handle::HandleClaim;
pub use jiff::Timestamp;
pub use payout_account::PayoutAccount;
pub use picture::Picture;
pub use purchase::Purchase;
pub use reaction::Reaction;
