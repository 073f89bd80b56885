//! The JetStream feed keeps the contract of the port.

use std::sync::Arc;

use async_trait::async_trait;
use picasso_eventlog::{
    EventFeed, EventLog,
    contract::feed::{self, Carrier},
};

use super::{deployment::Deployment, shared_server};

#[async_trait]
impl Carrier for Deployment {
    fn log(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.log)
    }

    async fn feed(&self, log: Arc<dyn EventLog>) -> Arc<dyn EventFeed> {
        Deployment::feed(self, log).await
    }
}

#[tokio::test]
async fn the_contract_holds_with_one_log() {
    feed::run(|| async { Deployment::started(&shared_server(), 1).await }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_contract_holds_with_four_logs() {
    feed::run(|| async { Deployment::started(&shared_server(), 4).await }).await;
}

/// Whoever relays late, or not at all: readers have the log.
#[tokio::test]
async fn the_contract_holds_without_a_relay() {
    feed::run(|| async { Deployment::idle(&shared_server(), 2).await }).await;
}
