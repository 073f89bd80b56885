//! What is kept on a PostgreSQL server.

mod connection;
mod error;
pub mod event_log;

pub use error::PostgresError;
