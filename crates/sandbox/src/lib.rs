//! Local stand-ins for the outside services Picasso uses: Stripe with its hosted checkout page,
//! Firebase-shaped identity, and a mail box, with faults on demand.
//!
//! It speaks only the wire protocols of those services and depends on none of our crates, so what
//! works against it works through the same adapters against the real ones. Everything it knows is in
//! one SQLite file: a restart forgets nothing. It never moves money.
//!
//! | path | what |
//! |---|---|
//! | `/v1/…` | Stripe: checkout sessions (create, retrieve, expire), payment intents, refunds, disputes; Connect: accounts, links, transfers, reversals |
//! | `/checkout/{id}` and `/pay`, `/pay-twice`, `/decline`, `/leave` below it | the hosted checkout page |
//! | `/refund`, `/dispute`, `/dispute-won`, `/dispute-lost` below it | what Stripe's dashboard or a bank would do to a payment |
//! | `/connect/onboarding/{id}` and `/finish`, `/leave` below it | the hosted onboarding page |
//! | `/sandbox/accounts/{id}/restrict` | an account that was onboarded cannot be paid any more |
//! | `/identity/v1/accounts:signUp`, `…:signInWithPassword`, `/identity/v1/token`, `/identity/keys` | Firebase's identity REST and the tokens' public keys |
//! | `/mail`, `/mail/messages` | the mail box as a page and as JSON; `POST` hands a mail in |
//! | `/sandbox/faults` | `POST` orders trouble, `GET` lists it, `DELETE` clears it |
//! | `/sandbox/ledger`, `/sandbox/payments` | who was charged and refunded what, as JSON and as a page |
//! | `/sandbox/webhooks`, `/sandbox/clock`, `/sandbox/roles` | deliveries; moving time; the `roles` claim |

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
mod onboarding;
mod pages;
mod server;
mod store;
mod stripe;
mod webhooks;

pub use config::{DeliveryPolicy, PasswordCost, SandboxConfig};
pub use error::{Result, SandboxError};
pub use faults::{FaultKind, FaultRequest, Operation};
pub use identity::{Account, Identity, IdentityError, SignedIn};
pub use ledger::{Ledger, LedgerEntry, LedgerPayment};
pub use server::Sandbox;
