//! What is kept on a PostgreSQL server.

mod connection;
mod error;
pub mod event_log;
mod leases;

pub use error::PostgresError;
pub use leases::PostgresLeases;
