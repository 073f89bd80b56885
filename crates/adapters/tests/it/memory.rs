//! The event log, the read store and leases in memory: fast enough for a hundred thousand generated cases.
//!
//! They are adapters like the others and keep the same contracts, so what is proved over them holds over files.

#[path = "memory/leases.rs"]
mod leases;
#[path = "memory/log.rs"]
mod log;
#[path = "memory/store.rs"]
mod store;

use std::sync::Arc;

use async_trait::async_trait;
use picasso_eventlog::{EventLog, lease::Leases};
use picasso_projections::ports::ReadStore;

pub use self::{leases::MemoryLeases, log::MemoryLog, store::MemoryStore};

struct Logs(Arc<MemoryLog>);

#[async_trait]
impl picasso_eventlog::contract::Storage for Logs {
    async fn open(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.0) as _
    }
}

struct Desks(Arc<MemoryLeases>);

#[async_trait]
impl picasso_eventlog::contract::leases::Storage for Desks {
    async fn open(&self) -> Arc<dyn Leases> {
        Arc::clone(&self.0) as _
    }
}

struct Stores(Arc<MemoryStore>);

#[async_trait]
impl picasso_projections::contract::Storage for Stores {
    async fn open(&self) -> Arc<dyn ReadStore> {
        Arc::clone(&self.0) as _
    }
}

#[tokio::test]
async fn the_log_in_memory_keeps_the_contract() {
    for logs in [1, 4] {
        picasso_eventlog::contract::run(|| async { Logs(MemoryLog::new(logs)) }).await;
    }
}

#[tokio::test]
async fn leases_in_memory_keep_the_contract() {
    picasso_eventlog::contract::leases::run(|| async { Desks(MemoryLeases::new()) }).await;
}

#[tokio::test]
async fn the_read_store_in_memory_keeps_the_contract() {
    picasso_projections::contract::run(|| async { Stores(MemoryStore::new()) }).await;
}
