//! Local stand-ins for the outside services Picasso uses: Stripe with its hosted checkout page,
//! Firebase-shaped identity, and a mail box, with faults on demand.
//!
//! It speaks only the wire protocols of those services and depends on none of our crates, so what
//! works against it works through the same adapters against the real ones. Everything it knows is in
//! one SQLite file: a restart forgets nothing. It never moves money.

mod checkout;
mod clock;
mod config;
mod error;
mod faults;
mod html;
mod identity;
mod ids;
mod ledger;
mod mail;
mod money;
mod pages;
mod server;
mod store;
mod stripe;
mod webhooks;

pub use config::{DeliveryPolicy, PasswordCost, SandboxConfig};
pub use error::{Result, SandboxError};
pub use faults::{FaultKind, FaultRequest, Operation};
pub use identity::{Account, Identity, IdentityError, Session};
pub use ledger::{Ledger, LedgerEntry, LedgerPayment};
pub use server::Sandbox;
