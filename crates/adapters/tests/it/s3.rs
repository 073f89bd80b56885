//! The bucket store on a real server of S3's API: the contract of `BlobStore`, and what only a bucket can get wrong.

#[path = "s3/cloudfront.rs"]
mod cloudfront;
#[path = "s3/links.rs"]
mod links;
#[path = "s3/opening.rs"]
mod opening;
#[path = "s3/parts.rs"]
mod parts;
#[path = "s3/relay.rs"]
mod relay;
#[path = "s3/server.rs"]
mod server;

use picasso_commands::contract::blobs::{self, Put, ThroughReceive};
use picasso_commands::ports::{BlobStore, UploadGrant};
use picasso_domain::Timestamp;

/// PUTs as a client does: by the link and the headers it was given.
struct ByLink<'a, S>(&'a S);

impl<S: BlobStore> Put for ByLink<'_, S> {
    async fn put(&self, grant: &UploadGrant, content: &[u8]) {
        let answer = links::put(self.0, grant, content, in_an_hour()).await;
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

fn in_an_hour() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() + 3600).expect("a time near now")
}

#[tokio::test]
async fn the_bucket_store_keeps_the_contract_for_clients_with_a_link() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    blobs::every_rule(&store, &ByLink(&store)).await;
    bucket.remove().await;
}

#[tokio::test]
async fn the_bucket_store_keeps_the_contract_for_clients_of_our_own_server() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    blobs::every_rule(&store, &ThroughReceive(&store)).await;
    blobs::every_rule_of_receiving(&store).await;
    bucket.remove().await;
}

/// A link takes no such bytes; should they come to lie there all the same, they do not become an original.
#[tokio::test]
async fn other_bytes_than_the_announced_never_become_an_original() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let grant = blobs::grant_for(b"announced");
    ByLink(&store).put(&grant, b"announced").await;
    store.keep_original(&grant).await.expect("keeps");
    let staged = format!("staging/{}", grant.picture_id);
    bucket.put(&staged, b"ANNOUNCED").await;
    assert!(store.keep_original(&grant).await.is_err());
    let original = store.original(grant.digest).await.expect("reads");
    let original = blobs::read(original.expect("the good one stays")).await;
    assert_eq!(original, b"announced");
    bucket.remove().await;
}

#[tokio::test]
async fn what_is_removed_leaves_no_version_behind() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let body = b"stored three times";
    let digest = blobs::digest_of(body);
    for _ in 0..3 {
        let stored = store.put_derivative(digest, body.as_slice().into()).await;
        stored.expect("stores");
    }
    assert_eq!(bucket.versions().await, 3);
    let removed = store.remove_derivative(digest, in_an_hour()).await;
    assert!(removed.expect("removes"));
    assert_eq!(bucket.versions().await, 0);
    bucket.remove().await;
}

#[tokio::test]
async fn files_that_are_not_ours_are_passed_over() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let ours = blobs::digest_of(b"ours");
    store
        .put_derivative(ours, b"ours".as_slice().into())
        .await
        .expect("stores");
    let upper = format!("derivatives/{}.jpg", "AB".repeat(32));
    for key in [
        "derivatives/README",
        "derivatives/a/b.jpg",
        &upper,
        "other/x",
    ] {
        bucket.put(key, b"not ours").await;
    }
    // One at a time, so that pages hold nothing of ours.
    let listed = store.list_derivatives(None, 1).await.expect("lists");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].digest, ours);
    let behind = store.list_derivatives(Some(ours), 1).await.expect("lists");
    assert_eq!(behind, []);
    bucket.remove().await;
}
