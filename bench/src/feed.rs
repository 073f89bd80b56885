//! Events from PostgreSQL over NATS to readers: how many a second a relay carries, and how soon one is there.
//!
//! Needs the test servers: `scripts/servers up postgres nats && source <(scripts/servers env)`.

mod deployment;
pub mod latency;
pub mod relay;
