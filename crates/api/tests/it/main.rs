//! The rules of the API that need no adapters: policy, reasons, proto style, and the server's manners.

#![allow(clippy::unwrap_used)]

mod app;
mod generated;
mod policy;
mod protos;
mod reasons;
mod server;
