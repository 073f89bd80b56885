//! The write side: takes commands, looks facts up, lets aggregates decide and appends what they decided.
//!
//! Keeps true: a command is answered only after its events are durable; the same request id again gets the
//! first answer. Knows nothing of projections.

pub mod ports;
