//! The read side: projections, the runtime that keeps them live, and the queries over them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use picasso_adapters::{mongo::read_store::MongoReadStore, sqlite::read_store::SqliteReadStore};
use picasso_commands::{ports::Unavailable, reactors::BlobReferences};
use picasso_domain::values::Digest;
use picasso_eventlog::{EventLog, LogId, Position};
use picasso_projections::{
    Live,
    blobs::{BlobKind, Blobs},
    erased::{AnyProjection, Projections},
    gallery::Gallery,
    ledger::Ledger,
    library::Library,
    orders::Orders,
    payouts::Payouts,
    ports::ReadStore,
    profiles::Profiles,
    provenance::Provenance,
    query::{PageTokens, Queries},
    reactions::Reactions,
    rebuild::Rebuilder,
    runtime::{Progress, Runtime},
    sales::Sales,
    suggestions::Suggesting,
};
use tokio::time::Instant;

use super::{
    Stores,
    stores::{cannot_open, cannot_reach},
};
use crate::{
    config::Config,
    exit::{Code, Failure},
};

/// How long the collector waits for the read model it asks.
const CATCH_UP: Duration = Duration::from_secs(30);

/// Every projection there is.
fn projections() -> Projections {
    vec![
        Arc::new(Gallery),
        Arc::new(Provenance),
        Arc::new(Suggesting),
        Arc::new(Profiles),
        Arc::new(Library),
        Arc::new(Orders),
        Arc::new(Sales),
        Arc::new(Payouts),
        Arc::new(Ledger),
        Arc::new(Reactions),
        Arc::new(Blobs),
    ]
}

/// Everything that answers queries.
pub struct ReadSide {
    pub projections: Projections,
    pub live: Arc<Live>,
    pub queries: Queries,
    pub rebuilder: Arc<Rebuilder>,
    log: Arc<dyn EventLog>,
}

impl ReadSide {
    /// Opens the read store, making it where there is none.
    pub async fn open(config: &Config, stores: &Stores) -> Result<Self, Failure> {
        let live = Live::new(open_store(config).await?);
        let tokens = PageTokens::new(stores.keys.page_tokens);
        let log = Arc::clone(&stores.log);
        Ok(Self {
            projections: projections(),
            queries: Queries::new(&live, &tokens),
            rebuilder: Arc::new(Rebuilder::new(
                Arc::clone(&log),
                Arc::clone(&live),
                Arc::clone(&stores.leases),
            )),
            live,
            log,
        })
    }

    /// The runtime that keeps the projections live in this process.
    pub fn runtime(&self, stores: &Stores) -> Runtime {
        Runtime::new(
            self.projections.clone(),
            Arc::clone(&self.log),
            Arc::clone(&stores.feed),
            Arc::clone(&self.live),
            Arc::clone(&stores.leases),
        )
    }

    /// How far projections are that another process keeps live, if any does.
    pub fn progress(&self) -> Progress {
        let (log, live) = (Arc::clone(&self.log), Arc::clone(&self.live));
        Progress::elsewhere(self.projections.clone(), log, live)
    }

    /// The projection of a name.
    pub fn projection(&self, name: &str) -> Result<Arc<dyn AnyProjection>, Failure> {
        let found = self.projections.iter().find(|found| found.name() == name);
        found.cloned().ok_or_else(|| {
            let known: Vec<_> = self.projections.iter().map(|known| known.name()).collect();
            let message = format!("there is no projection {name}");
            Failure::new(Code::NotFound, message).hint(format!("one of {}", known.join(", ")))
        })
    }

    /// What the collector of orphaned files asks.
    pub fn references(&self, progress: Progress) -> Arc<dyn BlobReferences> {
        Arc::new(References {
            queries: self.queries.clone(),
            log: Arc::clone(&self.log),
            progress,
        })
    }
}

async fn open_store(config: &Config) -> Result<Arc<dyn ReadStore>, Failure> {
    if let Some(url) = config.read.url() {
        let store = MongoReadStore::open(url).await;
        let store = store.map_err(|error| {
            let failure = cannot_reach("read store", error.is_transient(), &error);
            failure.hint("the setting read.url names its database")
        })?;
        return Ok(Arc::new(store));
    }
    let store = SqliteReadStore::open(&config.data_dir.join("read.db"))
        .map_err(|error| cannot_open("read store", &error))?;
    Ok(Arc::new(store))
}

/// Answers for everything recorded before the question: it waits until the read model has caught up.
struct References {
    queries: Queries,
    log: Arc<dyn EventLog>,
    progress: Progress,
}

#[async_trait]
impl BlobReferences for References {
    async fn referenced(&self, digests: &[Digest]) -> Result<Vec<Digest>, Unavailable> {
        let unavailable = |error: Box<dyn std::error::Error + Send + Sync>| {
            Unavailable::new("blob references", error)
        };
        let deadline = Instant::now() + CATCH_UP;
        for log in (0..self.log.logs()).map(LogId) {
            let head = self.log.head(log).await;
            let head = head.map_err(|error| unavailable(error.into()))?;
            self.progress
                .wait_for("blobs", Position::new(log, head), deadline)
                .await
                .map_err(|error| unavailable(error.into()))?;
        }
        let mut named = Vec::new();
        for kind in [BlobKind::Original, BlobKind::Derivative] {
            let found = self.queries.blobs.referenced(kind, digests).await;
            named.extend(found.map_err(|error| unavailable(error.into()))?);
        }
        Ok(named)
    }
}
