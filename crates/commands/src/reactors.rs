//! Reactors do something in the world because of an event. Each follows the log with its own checkpoint and
//! writes what is to be done into the durable agenda; workers do it, again and again until it is done.
//!
//! Keeps true: of all processes one runs each reactor, under its lease; reactors are never rebuilt or replayed from the start; an event becomes a task before the
//! checkpoint moves past it.

mod collector;
mod follow;
mod likes;
mod notices;
mod once;
mod payouts;
mod post;
mod receipts;
mod settle;
mod webhooks;
mod work;

pub use collector::{BlobReferences, Collected, Collector};
pub use follow::{Follow, Planner};
pub use likes::Likes;
pub use notices::{NoticePlanner, Notices};
pub use once::Once;
pub use payouts::{LookAtPayments, Onboard, PayOut, PayoutPlanner};
pub use post::Post;
pub use receipts::ReceiptPlanner;
pub use settle::{Audit, Settle, SettlePlanner};
pub use webhooks::Webhooks;
pub use work::{Outcome, Pace, Work, Worker};
