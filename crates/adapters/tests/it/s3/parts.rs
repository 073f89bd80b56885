//! Large files go in parts, and what is refused half way leaves none.

use futures::{StreamExt, stream};
use picasso_commands::{
    contract::blobs::{digest_of, grant_for, in_pieces, read},
    ports::{BlobStore, ReceiveError},
};

use super::server;

/// Three parts, the last one small.
fn large() -> Vec<u8> {
    (0..17 << 20_u32).map(|n: u32| (n % 251) as u8).collect()
}

#[tokio::test]
async fn a_large_derivative_is_stored_byte_for_byte() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let content = large();
    let digest = digest_of(&content);
    let stored = store.put_derivative(digest, content.clone().into()).await;
    stored.expect("stores");
    let found = store.derivative(digest).await.expect("reads");
    assert!(read(found.expect("stored")).await == content);
    let key = format!("derivatives/{digest}.jpg");
    assert!(bucket.is_in_parts(&key, 3).await);
    bucket.remove().await;
}

#[tokio::test]
async fn a_large_body_becomes_an_original_byte_for_byte() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let content = large();
    let grant = grant_for(&content);
    let received = store.receive(&grant, in_pieces(&content, 100_000)).await;
    received.expect("receives");
    assert!(store.staged(&grant).await.expect("reads").is_some());
    store.keep_original(&grant).await.expect("keeps");
    let found = store.original(grant.digest).await.expect("reads");
    assert!(read(found.expect("kept")).await == content);
    bucket.remove().await;
}

#[tokio::test]
async fn a_large_body_that_is_refused_leaves_no_part() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let content = large();
    let grant = grant_for(&content);
    let key = format!("staging/{}", grant.picture_id);
    let mut other = content.clone();
    *other.last_mut().expect("not empty") ^= 1;
    let wrong = store.receive(&grant, in_pieces(&other, 1 << 20)).await;
    assert!(matches!(wrong, Err(ReceiveError::WrongDigest)), "{wrong:?}");
    let gone = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let cut = in_pieces(&content[..10 << 20], 1 << 20).chain(stream::iter([Err(gone)]));
    let cut = store.receive(&grant, cut.boxed()).await;
    assert!(matches!(cut, Err(ReceiveError::CutShort { .. })), "{cut:?}");
    assert_eq!(bucket.unfinished(&key).await, 0);
    assert_eq!(bucket.versions().await, 0);
    bucket.remove().await;
}

#[tokio::test]
async fn what_is_not_its_digest_is_not_stored() {
    let bucket = server::bucket().await;
    let store = server::store_in(&bucket).await;
    let digest = digest_of(b"something else");
    for content in [b"small".to_vec(), large()] {
        assert!(store.put_derivative(digest, content.into()).await.is_err());
    }
    assert_eq!(bucket.versions().await, 0);
    bucket.remove().await;
}
