//! What is kept on a PostgreSQL server.

mod connection;
pub mod desk;
mod error;
pub mod event_log;
mod leases;

pub use error::PostgresError;
pub use leases::PostgresLeases;
