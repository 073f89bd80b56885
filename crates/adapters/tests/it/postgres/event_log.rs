//! The PostgreSQL event log keeps the contract of the port.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_eventlog::{EventLog, contract};

use super::Schema;

struct Storage {
    schema: Schema,
    logs: u16,
}

impl Storage {
    async fn fresh(logs: u16) -> Self {
        let schema = Schema::fresh().await;
        Self { schema, logs }
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
