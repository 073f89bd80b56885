//! The part of Stripe's API that a shop with hosted checkout needs, in Stripe's own shapes.
//!
//! Rules kept as Stripe keeps them: a session is open, then complete or expired for ever; what is
//! refunded or transferred never exceeds what was paid; an idempotency key names one request and one answer.
//! Not imitated: the minimum amount of about 50 US cents, which depends on exchange rates.
//! Shapes: <https://docs.stripe.com/api/checkout/sessions>, <https://docs.stripe.com/api/refunds>.

mod accounts;
mod auth;
mod call;
mod connect;
mod disputes;
mod error;
mod idempotency;
mod objects;
mod params;
mod payments;
mod refunds;
mod routes;
mod search;
mod sessions;
mod transfers;

pub(crate) use accounts::{Account, Link};
pub(crate) use disputes::{DisputeEnd, close_dispute, open_dispute};
pub(crate) use idempotency::{forget, prune};
pub(crate) use payments::{Payment, decline, pay};
pub(crate) use refunds::refund_session;
pub(crate) use routes::router;
pub(crate) use sessions::{Session, SessionStatus, expire_overdue};

/// The API version whose shapes we send; the one async-stripe 1.0.0-rc.10 was generated from.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";
