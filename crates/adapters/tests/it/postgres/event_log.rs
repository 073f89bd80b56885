//! The PostgreSQL event log keeps the contract of the port.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_eventlog::{EventLog, contract};

use super::Schema;

/// What is run before the tables are spread over several servers.
const KEYS: &str = include_str!("../../../../../infra/scale/keys.sql");

struct Storage {
    schema: Schema,
    logs: u16,
}

impl Storage {
    async fn fresh(logs: u16) -> Self {
        let schema = Schema::fresh().await;
        Self { schema, logs }
    }

    /// With the keys that tables have which are spread.
    async fn keyed_by_log(logs: u16) -> Self {
        let storage = Self::fresh(logs).await;
        drop(contract::Storage::open(&storage).await);
        storage.schema.run(KEYS).await;
        storage
    }
}

#[async_trait]
impl contract::Storage for Storage {
    async fn open(&self) -> Arc<dyn EventLog> {
        let log = PostgresLog::open(&self.schema.url(), self.logs).await;
        Arc::new(log.expect("it opens"))
    }
}

#[tokio::test]
async fn the_contract_holds_with_one_log() {
    contract::run(|| Storage::fresh(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_contract_holds_with_four_logs() {
    contract::run(|| Storage::fresh(4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_contract_holds_with_the_keys_of_tables_that_are_spread() {
    contract::run(|| Storage::keyed_by_log(4)).await;
}
