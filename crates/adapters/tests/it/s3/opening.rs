//! A bucket that cannot be used is told at once, and why.

use std::time::{Duration, Instant};

use picasso_adapters::s3::{AccessKey, S3BlobStore, S3Config, S3Error, S3Timeouts};
use picasso_commands::{contract::blobs::digest_of, ports::BlobStore};

use super::{super::local_sandbox, server};

async fn refused(config: S3Config) -> S3Error {
    let opened = S3BlobStore::open(config).await;
    opened.err().expect("it does not open")
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_named() {
    let bucket = server::bucket().await;
    let mut config = server::config_of(&bucket);
    config.bucket = format!("{}-no", bucket.name);
    let error = refused(config).await;
    let S3Error::NoBucket(name) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*name, format!("{}-no", bucket.name));
    assert!(!error.is_transient());
    bucket.remove().await;
}

#[tokio::test]
async fn a_wrong_key_is_told_from_a_bucket_that_is_away() {
    let bucket = server::bucket().await;
    let id = bucket.server.access_key_id.clone();
    for (id, expected) in [
        (id, "SignatureDoesNotMatch"),
        ("nobody".into(), "InvalidAccessKeyId"),
    ] {
        let mut config = server::config_of(&bucket);
        let secret = "hush-hush-hush".to_owned();
        config.access_key = Some(AccessKey { id, secret });
        let error = refused(config).await;
        assert!(!error.is_transient());
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        let S3Error::Refused { code, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(code, expected);
    }
    bucket.remove().await;
}

#[tokio::test]
async fn a_bucket_without_versions_is_refused() {
    let bucket = server::bucket_without_versions().await;
    let error = refused(server::config_of(&bucket)).await;
    assert!(matches!(error, S3Error::NotVersioned(_)), "{error:?}");
    bucket.remove().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_may_come_back() {
    let bucket = server::bucket().await;
    let mut config = server::config_of(&bucket);
    // Port 9 of this machine: nothing listens there.
    config.endpoint = Some("http://127.0.0.1:9".to_owned());
    let error = refused(config).await;
    assert!(matches!(error, S3Error::Unreachable(_)), "{error:?}");
    assert!(error.is_transient());
    bucket.remove().await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_waited_for_no_longer_than_told() {
    let bucket = server::bucket().await;
    // It takes connections, as the kernel does for it, and says nothing.
    let (_listener, silent) = local_sandbox::listen().await;
    let mut config = server::config_of(&bucket);
    config.endpoint = Some(silent);
    config.timeouts = S3Timeouts {
        connect: Duration::from_millis(200),
        attempt: Duration::from_millis(200),
        operation: Duration::from_millis(500),
    };
    let began = Instant::now();
    let error = refused(config).await;
    assert!(error.is_transient(), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    bucket.remove().await;
}

#[tokio::test]
async fn names_stand_below_the_prefix() {
    let bucket = server::bucket().await;
    let mut config = server::config_of(&bucket);
    config.prefix = "one/".to_owned();
    let one = S3BlobStore::open(config).await.expect("opens");
    let other = server::store_in(&bucket).await;
    let digest = digest_of(b"of one");
    let stored = one.put_derivative(digest, b"of one".as_slice().into());
    stored.await.expect("stores");
    let listed = one.list_derivatives(None, 10).await.expect("lists");
    assert_eq!(listed.len(), 1);
    let listed = other.list_derivatives(None, 10).await.expect("lists");
    assert_eq!(listed, []);
    bucket.remove().await;
}
