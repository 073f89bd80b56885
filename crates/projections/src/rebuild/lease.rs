//! The lease that lets one rebuild run at a time, over all processes that share a read store.

use std::{sync::Arc, time::Duration};

use picasso_domain::Timestamp;
use uuid::Uuid;

use super::{RebuildError, TERM};
use crate::ports::{ReadStore, ReadStoreError};

const NAME: &str = "rebuild";

pub struct Lease {
    store: Arc<dyn ReadStore>,
    holder: String,
}

impl Lease {
    pub async fn take(store: &Arc<dyn ReadStore>) -> Result<Self, RebuildError> {
        let lease = Self {
            store: Arc::clone(store),
            holder: Uuid::new_v4().to_string(),
        };
        if lease.ask(TERM).await? {
            Ok(lease)
        } else {
            Err(RebuildError::Busy)
        }
    }

    /// Renews it over and over; resolves only when it is lost.
    pub async fn keep(&self) -> RebuildError {
        loop {
            tokio::time::sleep(TERM / 4).await;
            match self.ask(TERM).await {
                Ok(true) => {}
                Ok(false) => return RebuildError::Busy,
                Err(error) => return error.into(),
            }
        }
    }

    pub async fn give_back(&self) -> Result<(), RebuildError> {
        // Whether it was still ours makes no difference any more.
        let _held: bool = self.ask(Duration::ZERO).await?;
        Ok(())
    }

    async fn ask(&self, term: Duration) -> Result<bool, ReadStoreError> {
        let now = Timestamp::now();
        self.store.lease(NAME, &self.holder, now, term).await
    }
}
