//! Whatever is stored on servers that speak MongoDB's protocol.
//!
//! Keeps true: nothing is used that one of them lacks: no transactions, no pipelines, no sessions.

pub mod read_store;
