//! Collects what uploads left behind: files that no event names, once they are old enough that none will.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::SignedDuration;
use picasso_domain::{Timestamp, values::Digest};
use tokio_util::sync::CancellationToken;

use crate::ports::{BlobInfo, BlobStore, Clock, Unavailable};

const PAGE: usize = 500;

/// Which of some files the log names. Answered for everything recorded before the call, or an error.
#[async_trait]
pub trait BlobReferences: Send + Sync + 'static {
    async fn referenced(&self, digests: &[Digest]) -> Result<Vec<Digest>, Unavailable>;
}

/// Removes files without an event. An event without a file cannot happen: files are durable first, and a file
/// is kept at least `grace` after it was last stored.
pub struct Collector {
    pub blobs: Arc<dyn BlobStore>,
    pub references: Arc<dyn BlobReferences>,
    pub clock: Arc<dyn Clock>,
    /// Longer than any upload takes to finish.
    pub grace: SignedDuration,
}

/// What one round removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collected {
    pub uploads: u64,
    pub originals: u64,
    pub derivatives: u64,
}

impl Collector {
    /// The lease under which one process at a time should [`run`](Self::run) it.
    pub const LEASE: &'static str = "reactor.collector";

    /// Collects every `pause` until it is told to stop.
    pub async fn run(&self, pause: Duration, stop: CancellationToken) {
        loop {
            match stop.run_until_cancelled(self.collect()).await {
                None => return,
                Some(Ok(collected)) if collected == Collected::default() => {}
                Some(Ok(collected)) => tracing::info!(?collected, "orphaned files were removed"),
                Some(Err(error)) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "orphaned files could not be collected"
                    );
                }
            }
            let wait = tokio::time::sleep(pause);
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// One round over everything stored.
    ///
    /// # Errors
    /// [`Unavailable`]; what was removed until then stays removed.
    pub async fn collect(&self) -> Result<Collected, Unavailable> {
        let before = self.clock.now() - self.grace;
        Ok(Collected {
            uploads: self.blobs.discard_stale_uploads(before).await?,
            originals: self.sweep(Shelf::Originals, before).await?,
            derivatives: self.sweep(Shelf::Derivatives, before).await?,
        })
    }

    async fn sweep(&self, shelf: Shelf, before: Timestamp) -> Result<u64, Unavailable> {
        let (mut after, mut removed) = (None, 0);
        loop {
            let page = match shelf {
                Shelf::Originals => self.blobs.list_originals(after, PAGE).await?,
                Shelf::Derivatives => self.blobs.list_derivatives(after, PAGE).await?,
            };
            let Some(last) = page.last() else {
                return Ok(removed);
            };
            after = Some(last.digest);
            for digest in self.orphans(&page, before).await? {
                let gone = match shelf {
                    Shelf::Originals => self.blobs.remove_original(digest, before).await?,
                    Shelf::Derivatives => self.blobs.remove_derivative(digest, before).await?,
                };
                removed += u64::from(gone);
            }
        }
    }

    async fn orphans(
        &self,
        page: &[BlobInfo],
        before: Timestamp,
    ) -> Result<BTreeSet<Digest>, Unavailable> {
        let old = page.iter().filter(|blob| blob.stored_at < before);
        let mut orphans: BTreeSet<Digest> = old.map(|blob| blob.digest).collect();
        if orphans.is_empty() {
            return Ok(orphans);
        }
        let old: Vec<Digest> = orphans.iter().copied().collect();
        for named in self.references.referenced(&old).await? {
            orphans.remove(&named);
        }
        Ok(orphans)
    }
}

/// Which of the two places of stored files.
#[derive(Clone, Copy)]
enum Shelf {
    Originals,
    Derivatives,
}
