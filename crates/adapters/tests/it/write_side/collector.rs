//! Files that no event names: removed once they are old, and never a file that one names.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use picasso_commands::{
    ports::{BlobStore, Unavailable},
    reactors::{BlobReferences, Collected, Collector},
};
use picasso_domain::{
    DomainEvent,
    picture::{Edition, PictureEvent},
    values::Digest,
};
use picasso_eventlog::{EventLog, LogId, MAX_READ, Offset};

use super::{
    fixture::{Market, open},
    stall::{FILE, digest_of, photograph},
};

const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// What the log names, read anew each time.
struct FromLog(Arc<dyn EventLog>);

#[async_trait]
impl BlobReferences for FromLog {
    async fn referenced(&self, digests: &[Digest]) -> Result<Vec<Digest>, Unavailable> {
        let mut named = vec![];
        for log in (0..self.0.logs()).map(LogId) {
            let events = self.0.read(log, Offset::START, MAX_READ).await;
            for event in events.map_err(|error| Unavailable::new("log", error))? {
                let data = event
                    .decode()
                    .map_err(|error| Unavailable::new("log", error))?;
                if let DomainEvent::Picture(PictureEvent::PictureUploaded(upload)) = data {
                    named.push(upload.original.digest);
                    named.extend(
                        upload
                            .derivatives
                            .iter()
                            .map(|derivative| derivative.digest),
                    );
                }
            }
        }
        named.retain(|digest| digests.contains(digest));
        Ok(named)
    }
}

fn collector(market: &Market) -> Collector {
    Collector {
        blobs: Arc::clone(&market.blobs),
        references: Arc::new(FromLog(Arc::clone(&market.log))),
        clock: market.clock.clone(),
        grace: GRACE,
    }
}

/// Stores an original and a derivative as an upload that then breaks off does.
async fn orphans(market: &Market) -> (Digest, Digest) {
    let ann = market.person("ann").await;
    let file = photograph(9);
    let ticket = market.send(&ann, &file).await;
    let now = picasso_domain::Timestamp::MIN;
    let grant = market.links.open_upload(&ticket.upload_token, now);
    let grant = grant.expect("a grant");
    market.blobs.keep_original(&grant).await.expect("keeps");
    let small = photograph(10);
    let digest = digest_of(&small);
    market
        .blobs
        .put_derivative(digest, small)
        .await
        .expect("stores");
    (grant.digest, digest)
}

async fn are_stored(blobs: &dyn BlobStore, original: Digest, derivative: Digest) -> (bool, bool) {
    let original = blobs.original(original).await.expect("reads");
    let derivative = blobs.derivative(derivative).await.expect("reads");
    (original.is_some(), derivative.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_an_event_is_removed_once_it_is_old() {
    let market = open().await;
    let (original, derivative) = orphans(&market).await;
    let blobs = market.blobs.as_ref();
    let collector = collector(&market);
    assert_eq!(
        collector.collect().await.expect("collects"),
        Collected::default()
    );
    assert_eq!(are_stored(blobs, original, derivative).await, (true, true));
    market.advance(GRACE + SignedDuration::from_secs(1));
    let collected = collector.collect().await.expect("collects");
    let expected = Collected {
        uploads: 1,
        originals: 1,
        derivatives: 1,
    };
    assert_eq!(collected, expected);
    assert_eq!(
        are_stored(blobs, original, derivative).await,
        (false, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_an_event_names_is_never_removed() {
    let market = open().await;
    let (original, derivative) = orphans(&market).await;
    let ann = super::stall::user("ann");
    let picture = market.draft(&ann, Edition::Open).await;
    let blobs = market.blobs.as_ref();
    let stored = blobs.list_derivatives(None, 10).await.expect("lists").len();
    market.advance(GRACE * 100);
    let collected = collector(&market).collect().await.expect("collects");
    assert_eq!((collected.originals, collected.derivatives), (1, 1));
    assert_eq!(
        are_stored(blobs, original, derivative).await,
        (false, false)
    );
    let kept = market.listing(picture).await.original.digest;
    assert_eq!(kept, digest_of(&FILE));
    assert!(blobs.original(kept).await.expect("reads").is_some());
    let left = blobs.list_derivatives(None, 10).await.expect("lists").len();
    assert_eq!(left, stored - 1);
}
