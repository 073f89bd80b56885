//! The read store in a SQLite file keeps the contract.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_adapters::sqlite::read_store::SqliteReadStore;
use picasso_projections::{
    contract::{self, Storage},
    ports::ReadStore,
};
use tempfile::TempDir;

struct File(TempDir);

#[async_trait]
impl Storage for File {
    async fn open(&self) -> Arc<dyn ReadStore> {
        let path = self.0.path().join("read.db");
        Arc::new(SqliteReadStore::open(&path).expect("opens"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sqlite_read_store_keeps_the_contract() {
    contract::run(|| async { File(TempDir::new().expect("folder")) }).await;
}
