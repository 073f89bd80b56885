//! The embedded stores: one SQLite file per port, in write-ahead mode, synced on every commit.

pub mod connection;
pub mod desk;
pub mod event_log;
pub mod leases;
pub mod read_store;
pub mod readers;
