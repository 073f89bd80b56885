//! The contract every [`EventLog`](crate::EventLog) adapter passes, as functions over a fresh log.
