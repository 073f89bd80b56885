//! Everything that does I/O, one module per technology, each behind a port of another crate.
//!
//! No business words in here: an adapter stores, sends or fetches what it is given.

mod event_log;
pub mod firebase;
pub mod fs;
pub mod mailbox;
pub mod mongo;
pub mod nats;
pub mod postgres;
pub mod s3;
pub mod smtp;
pub mod sns;
pub mod sqlite;
pub mod stripe;
mod webhooks;

/// A crate of its own, so that builds for development optimise it: decoders are generic and compiled where they are used.
pub use picasso_imaging as imaging;
