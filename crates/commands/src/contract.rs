//! The contracts every adapter of a port of the write side passes, as functions over a fresh adapter.

pub mod agenda;
pub mod blobs;
pub mod contacts;
pub mod effects;
pub mod payments;
pub mod payouts;
pub mod webhooks;
