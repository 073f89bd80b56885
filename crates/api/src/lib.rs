//! The API: gRPC, gRPC-web and plain HTTP on one port, over the write side, the read side and the log.
//!
//! Keeps true: no RPC without a row in `policy.rs`; every refusal has a stable reason from `status.rs`; nothing
//! secret is logged. Knows ports only, never adapters.

mod auth;
mod commands;
mod convert;
pub mod correlation;
pub mod http;
mod limits;
pub mod policy;
pub mod proto;
pub mod server;
mod services;
pub mod status;

pub use auth::Deadline;
pub use commands::Commands;
pub use limits::Limits;
pub use server::{ServeError, serve};
pub use services::{Origins, Services};
