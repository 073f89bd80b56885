//! The SQLite event log keeps the contract of the port.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_adapters::sqlite::event_log::SqliteEventLog;
use picasso_eventlog::{EventLog, contract};
use tempfile::TempDir;

struct Storage {
    folder: TempDir,
    logs: u16,
}

impl Storage {
    async fn fresh(logs: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, logs }
    }
}

#[async_trait]
impl contract::Storage for Storage {
    async fn open(&self) -> Arc<dyn EventLog> {
        let path = self.folder.path().join("log.db");
        Arc::new(SqliteEventLog::open(&path, self.logs).expect("it opens"))
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
