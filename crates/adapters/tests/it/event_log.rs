//! The SQLite event log keeps the contract of the port, and so does the feed that reads it.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_adapters::sqlite::event_log::SqliteEventLog;
use picasso_eventlog::{EventFeed, EventLog, LogFeed, contract};
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

/// The log with nothing between it and its readers.
struct Direct {
    _storage: Storage,
    log: Arc<dyn EventLog>,
}

impl Direct {
    async fn fresh(logs: u16) -> Self {
        let storage = Storage::fresh(logs).await;
        let log = contract::Storage::open(&storage).await;
        let _storage = storage;
        Self { _storage, log }
    }
}

#[async_trait]
impl contract::feed::Carrier for Direct {
    fn log(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.log)
    }

    async fn feed(&self, log: Arc<dyn EventLog>) -> Arc<dyn EventFeed> {
        Arc::new(LogFeed::new(log))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_reads_the_log_keeps_its_contract() {
    for logs in [1, 4] {
        contract::feed::run(|| Direct::fresh(logs)).await;
    }
}
