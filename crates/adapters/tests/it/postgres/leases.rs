//! The leases on PostgreSQL keep the contract of the port.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use picasso_adapters::postgres::event_log::PostgresLog;
use picasso_eventlog::{contract, lease::Leases};

use super::Schema;

#[async_trait]
impl contract::leases::Storage for Schema {
    async fn open(&self) -> Arc<dyn Leases> {
        let log = PostgresLog::open(&self.url(), 1).await.expect("it opens");
        Arc::new(log.leases())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_keep_the_contract() {
    contract::leases::run(Schema::fresh).await;
}

#[tokio::test]
async fn one_who_asks_while_another_holds_it_writes_nothing() {
    let schema = Schema::fresh().await;
    let log = PostgresLog::open(&schema.url(), 1).await.expect("it opens");
    let (leases, minute) = (log.leases(), Duration::from_secs(60));
    let held = leases.take("relay.0", "ann", minute).await;
    assert!(held.expect("an answer").is_some());
    let version = "SELECT concat(xmin, ' ', xmax) FROM leases";
    let before = schema.tell(version).await;
    for _ in 0..10 {
        let asked = leases.take("relay.0", "bob", minute).await;
        assert!(asked.expect("an answer").is_none());
    }
    assert_eq!(schema.tell(version).await, before);
}
