//! A feed over NATS JetStream: a relay copies each log into a stream, readers follow the stream.
//!
//! Keeps true: a stream's own sequence number is the log's offset, so any loss shows as a number; a stream is a copy
//! that may be lost, late or wrong at any time, and what readers are given is the log.

mod connection;
mod error;
pub mod feed;
pub mod message;
pub mod relay;
mod stream;

pub use connection::{Nats, Settings};
pub use error::NatsError;
