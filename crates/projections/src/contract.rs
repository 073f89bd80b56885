//! The contract every [`ReadStore`] passes: named rules that run over an adapter's storage.
//!
//! An adapter's test gives a way to make fresh storage and calls [`run`].

mod documents;
mod fixture;
mod generations;
mod pages;
mod parking;

use std::{future::Future, sync::Arc};

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::ports::ReadStore;

/// A place where one read store is kept, beyond any [`ReadStore`] that opens it.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Opens what is kept here, as a process does that starts: the first time it is empty.
    ///
    /// Rules open it again after a drop (a restart) and beside another (a second process).
    async fn open(&self) -> Arc<dyn ReadStore>;
}

/// One rule of the contract.
pub struct Case {
    pub name: &'static str,
    check: fn(Arc<dyn Storage>) -> BoxFuture<'static, ()>,
}

impl Case {
    /// Runs the rule over storage that nothing was written to.
    ///
    /// # Panics
    /// When the store breaks the rule.
    pub async fn check(&self, storage: Arc<dyn Storage>) {
        (self.check)(storage).await;
    }
}

/// Every rule, in reading order.
#[must_use]
pub fn cases() -> Vec<Case> {
    let groups = [
        documents::cases(),
        pages::cases(),
        generations::cases(),
        parking::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// Runs every rule, each over fresh storage.
///
/// # Panics
/// When the store breaks a rule; the last name printed is that of the rule.
pub async fn run<F, S>(fresh: impl Fn() -> F)
where
    F: Future<Output = S>,
    S: Storage,
{
    for case in cases() {
        println!("read store contract: {}", case.name);
        case.check(Arc::new(fresh().await)).await;
    }
}

/// A list of cases from the names of functions.
macro_rules! rules {
    ($($name:ident),+ $(,)?) => {
        pub(super) fn cases() -> Vec<$crate::contract::Case> {
            vec![$($crate::contract::Case {
                name: stringify!($name),
                check: |storage| Box::pin($name(storage)),
            }),+]
        }
    };
}
use rules;
