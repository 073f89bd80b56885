//! The API: gRPC, gRPC-web and plain HTTP on one port, over the write side, the read side and the log.
//!
//! Keeps true: no RPC without a row in `policy.rs`; every refusal has a stable reason from `status.rs`; nothing
//! secret is logged. Knows ports only, never adapters.

mod auth;
mod commands;
mod convert;
pub mod correlation;
mod events;
pub mod http;
mod limits;
mod operations;
pub mod policy;
pub mod proto;
mod queries;
pub mod server;
mod services;
pub mod status;
mod unread;

pub use auth::Deadline;
pub use commands::Commands;
pub use events::{Events, HEARTBEAT};
pub use limits::Limits;
pub use operations::Operations;
pub use queries::Queries;
pub use server::{ServeError, serve};
pub use services::{Origins, Services};
