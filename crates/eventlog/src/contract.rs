//! The contract every [`EventLog`] passes, and in [`leases`] that of leases: named cases that run over an adapter's
//! storage.
//!
//! An adapter's test gives a way to make fresh storage and calls [`run`] for one log and for several.

mod appending;
mod concurrency;
mod durability;
pub mod feed;
mod fixture;
pub mod leases;
mod logs;
mod reading;
mod requests;

use std::{future::Future, sync::Arc};

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::EventLog;

/// A place where one log is kept, beyond any [`EventLog`] that opens it.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Opens what is kept here, as a process does that starts: the first time it is an empty log.
    ///
    /// Cases open it again after a drop (a restart) and beside another (a second process).
    async fn open(&self) -> Arc<dyn EventLog>;
}

/// One rule of a contract, over storage of its kind.
pub struct Case<S: ?Sized = dyn Storage> {
    pub name: &'static str,
    check: fn(Arc<S>) -> BoxFuture<'static, ()>,
}

impl<S: ?Sized> Case<S> {
    /// Runs the case over storage that nothing was written to.
    ///
    /// # Panics
    /// When the adapter breaks the rule.
    pub async fn check(&self, storage: Arc<S>) {
        (self.check)(storage).await;
    }
}

/// Every rule, in reading order.
#[must_use]
pub fn cases() -> Vec<Case> {
    let groups = [
        appending::cases(),
        requests::cases(),
        reading::cases(),
        logs::cases(),
        durability::cases(),
        concurrency::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// Runs every case, each over fresh storage.
///
/// # Panics
/// When the log breaks a rule; the last name printed is that of the rule.
pub async fn run<F, S>(fresh: impl Fn() -> F)
where
    F: Future<Output = S>,
    S: Storage,
{
    for case in cases() {
        println!("event log contract: {}", case.name);
        case.check(Arc::new(fresh().await)).await;
    }
}

/// A list of cases from the names of functions.
macro_rules! rules {
    ($($name:ident),+ $(,)?) => {
        pub(super) fn cases() -> Vec<$crate::contract::Case> {
            rules!(list $($name),+)
        }
    };
    (list $($name:ident),+) => {
        vec![$($crate::contract::Case {
            name: stringify!($name),
            check: |storage| Box::pin($name(storage)),
        }),+]
    };
}
use rules;
