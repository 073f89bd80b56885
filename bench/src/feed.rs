//! Events from PostgreSQL over NATS to readers: how many a second a relay carries, and how soon one is there.
//!
//! Needs the test servers: `scripts/servers up postgres nats ferretdb mongojava && source <(scripts/servers env)`.

pub mod deployment;
pub mod latency;
pub mod relay;
pub mod visible;
