//! The contract every [`EventFeed`] passes: named cases over a log that the case writes.
//!
//! An adapter's test gives a way to make an empty log with feeds of it and calls [`run`] for one log and for several.

mod reader;
mod rules;
mod shaky;

use std::{future::Future, sync::Arc};

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::{EventFeed, EventLog};

/// A log, and whatever carries it to readers.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// The log, which nothing was written to but by the case.
    fn log(&self) -> Arc<dyn EventLog>;

    /// A feed of the log, as one of many processes opens it. It sees the log through `log`, which may break.
    async fn feed(&self, log: Arc<dyn EventLog>) -> Arc<dyn EventFeed>;
}

/// One rule of the contract.
pub struct Case {
    pub name: &'static str,
    check: fn(Arc<dyn Carrier>) -> BoxFuture<'static, ()>,
}

impl Case {
    /// Runs the case over a log that nothing was written to.
    ///
    /// # Panics
    /// When the feed breaks the rule.
    pub async fn check(&self, carrier: Arc<dyn Carrier>) {
        (self.check)(carrier).await;
    }
}

/// Every rule, in reading order.
#[must_use]
pub fn cases() -> Vec<Case> {
    rules::cases()
}

/// Runs every case, each over a fresh log.
///
/// # Panics
/// When the feed breaks a rule; the last name printed is that of the rule.
pub async fn run<F, C>(fresh: impl Fn() -> F)
where
    F: Future<Output = C>,
    C: Carrier,
{
    for case in cases() {
        println!("event feed contract: {}", case.name);
        case.check(Arc::new(fresh().await)).await;
    }
}
