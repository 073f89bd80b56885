//! Buckets of the shared server, and stores that are opened over them.

use picasso_adapters::s3::{AccessKey, S3BlobStore, S3Config, S3Timeouts};
use picasso_testing::{S3Server, TestBucket};

use super::super::local_sandbox::install_crypto;

pub const MEDIA: &str = "http://127.0.0.1:8080/media/";

/// A new bucket that keeps versions.
pub async fn bucket() -> TestBucket {
    install_crypto();
    TestBucket::make(S3Server::shared()).await
}

pub async fn bucket_without_versions() -> TestBucket {
    install_crypto();
    TestBucket::make_without_versions(S3Server::shared()).await
}

/// How a store reaches a bucket.
pub fn config_of(bucket: &TestBucket) -> S3Config {
    let server = bucket.server.clone();
    S3Config {
        bucket: bucket.name.clone(),
        region: server.region.to_owned(),
        endpoint: Some(server.endpoint),
        path_style: true,
        prefix: String::new(),
        access_key: Some(AccessKey {
            id: server.access_key_id,
            secret: server.secret_access_key,
        }),
        derivatives_base_url: MEDIA.to_owned(),
        cloudfront: None,
        timeouts: S3Timeouts::default(),
    }
}

pub async fn store_in(bucket: &TestBucket) -> S3BlobStore {
    let opened = S3BlobStore::open(config_of(bucket)).await;
    opened.unwrap_or_else(|error| panic!("the bucket opens: {error:?}"))
}
