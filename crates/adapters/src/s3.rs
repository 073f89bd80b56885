//! A bucket of S3, or of a server that speaks its API, as the store of files: `staging/<picture>`,
//! `originals/<digest>`, `derivatives/<digest>.jpg`.
//!
//! Keeps true: an original leaves the bucket only by a link that expires; a link to PUT takes the announced bytes
//! and no others; files are removed version by version, so one that is stored again meanwhile stays.

mod bucket;
mod cloudfront;
mod error;
mod incoming;
mod links;
mod removal;
mod shelf;

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use picasso_commands::ports::{
    BlobInfo, BlobStore, ByteStream, DownloadGrant, Link, ReceiveError, StoredBlob, Unavailable,
    UploadGrant, UploadLink,
};
use picasso_domain::{
    Timestamp,
    values::{Digest, PictureId},
};

use self::{bucket::Bucket, cloudfront::CloudFront, shelf::Shelf};

pub use error::S3Error;

/// Which bucket, and how to reach it.
pub struct S3Config {
    pub bucket: String,
    pub region: String,
    /// Another address than AWS' own, for example MinIO's.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path of addresses and not in the host's name.
    pub path_style: bool,
    /// Stands before every name in the bucket, with its slash; may be empty.
    pub prefix: String,
    /// Without it they are found where AWS' tools look: environment, profile, web identity, container, machine.
    pub access_key: Option<AccessKey>,
    /// Where people find `<digest>.jpg`: a CDN before `derivatives/`, or our own server.
    pub derivatives_base_url: String,
    /// Hands originals out by CloudFront instead of the bucket's own links.
    pub cloudfront: Option<CloudFrontConfig>,
    pub timeouts: S3Timeouts,
}

/// A key of one's own; never printed.
pub struct AccessKey {
    pub id: String,
    pub secret: String,
}

/// A CloudFront distribution before the bucket that demands signed links for `originals/`.
pub struct CloudFrontConfig {
    /// What stands before a name in the bucket: `https://d111111abcdef8.cloudfront.net`.
    pub base_url: String,
    pub key_pair_id: String,
    /// RSA or ECDSA P-256, as PEM.
    pub private_key_file: PathBuf,
}

/// How long the bucket may take.
#[derive(Debug, Clone, Copy)]
pub struct S3Timeouts {
    pub connect: Duration,
    /// One try, until the answer's headers.
    pub attempt: Duration,
    /// All tries of one request.
    pub operation: Duration,
}

impl Default for S3Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(20),
            operation: Duration::from_secs(30),
        }
    }
}

/// A [`BlobStore`] in one bucket, which keeps versions.
#[derive(Clone)]
pub struct S3BlobStore {
    bucket: Bucket,
    derivatives_base_url: String,
    cloudfront: Option<CloudFront>,
}

impl S3BlobStore {
    /// Looks whether the bucket is there, lets us in and keeps versions.
    ///
    /// # Errors
    /// [`S3Error`] saying what is wrong with the bucket, the keys or a setting.
    pub async fn open(config: S3Config) -> Result<Self, S3Error> {
        let cloudfront = config.cloudfront.as_ref();
        let cloudfront = cloudfront.map(CloudFront::open).transpose()?;
        let bucket = Bucket::connect(&config).await?;
        bucket.check().await?;
        let base_url = config.derivatives_base_url.trim_end_matches('/');
        Ok(Self {
            bucket,
            derivatives_base_url: base_url.to_owned(),
            cloudfront,
        })
    }
}

#[async_trait]
impl BlobStore for S3BlobStore {
    async fn upload_link(
        &self,
        grant: &UploadGrant,
        expires_at: Timestamp,
    ) -> Result<UploadLink, Unavailable> {
        links::upload(&self.bucket, grant, expires_at).await
    }

    async fn receive(&self, grant: &UploadGrant, body: ByteStream) -> Result<(), ReceiveError> {
        incoming::receive(&self.bucket, grant, body).await
    }

    async fn staged(&self, grant: &UploadGrant) -> Result<Option<Bytes>, ReceiveError> {
        incoming::staged(&self.bucket, grant).await
    }

    async fn keep_original(&self, grant: &UploadGrant) -> Result<(), Unavailable> {
        let original = Shelf::Originals.name(grant.digest);
        self.bucket
            .copy(&shelf::staged(grant.picture_id), &original, grant.digest)
            .await
    }

    async fn discard_staged(&self, picture_id: PictureId) -> Result<(), Unavailable> {
        removal::remove(&self.bucket, &shelf::staged(picture_id), Timestamp::MAX).await?;
        Ok(())
    }

    async fn put_derivative(&self, digest: Digest, body: Bytes) -> Result<(), Unavailable> {
        incoming::put_derivative(&self.bucket, digest, &body).await
    }

    async fn derivative(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable> {
        self.bucket.read(&Shelf::Derivatives.name(digest)).await
    }

    async fn original(&self, digest: Digest) -> Result<Option<StoredBlob>, Unavailable> {
        self.bucket.read(&Shelf::Originals.name(digest)).await
    }

    async fn download_link(
        &self,
        grant: &DownloadGrant,
        expires_at: Timestamp,
    ) -> Result<Link, Unavailable> {
        match &self.cloudfront {
            Some(cloudfront) => {
                let key = self.bucket.key(&Shelf::Originals.name(grant.original));
                cloudfront.link(&key, grant, expires_at)
            }
            None => links::download(&self.bucket, grant, expires_at).await,
        }
    }

    fn derivative_url(&self, digest: Digest) -> String {
        format!("{}/{digest}.jpg", self.derivatives_base_url)
    }

    async fn list_originals(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable> {
        shelf::list(&self.bucket, Shelf::Originals, after, limit).await
    }

    async fn list_derivatives(
        &self,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<BlobInfo>, Unavailable> {
        shelf::list(&self.bucket, Shelf::Derivatives, after, limit).await
    }

    async fn remove_original(
        &self,
        digest: Digest,
        before: Timestamp,
    ) -> Result<bool, Unavailable> {
        removal::remove(&self.bucket, &Shelf::Originals.name(digest), before).await
    }

    async fn remove_derivative(
        &self,
        digest: Digest,
        before: Timestamp,
    ) -> Result<bool, Unavailable> {
        removal::remove(&self.bucket, &Shelf::Derivatives.name(digest), before).await
    }

    async fn discard_stale_uploads(&self, before: Timestamp) -> Result<u64, Unavailable> {
        removal::discard_older(&self.bucket, shelf::STAGING, before).await
    }
}
